using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>A host that is only thought of.</summary>
[Binding]
public sealed class ModelSteps(Journey journey)
{
    /// <summary>The backend of ebtables.</summary>
    [Given("a host where ebtables uses {word}")]
    public void GivenEbtables(Backend backend) => journey.Suppose(profile => profile with { Ebtables = backend });

    /// <summary>The backend of iptables.</summary>
    [Given("a host where iptables uses {word}")]
    public void GivenIptables(Backend backend) => journey.Suppose(profile => profile with { Iptables = backend });

    /// <summary>The kernel.</summary>
    [Given(@"^a host with Linux ([\d.]+)$")]
    public void GivenKernel(KernelVersion kernel) => journey.Suppose(profile => profile with { Kernel = kernel });

    /// <summary>A switch.</summary>
    [Given(@"^a host with (\S+) (on|off)$")]
    public void GivenSwitch(string name, string state)
    {
        var one = Switch.Parse(name);
        journey.Suppose(profile => one.Write(profile, state == "on"));
    }

    /// <summary>The release of Docker whose rules are there, or none.</summary>
    [Given(@"^a host with Docker (\d\S*)$")]
    public void GivenDocker(string release) => journey.Suppose(profile => DockerRules.On(profile, DockerRules.Parse(release)));

    /// <summary>A rule behind those that are there.</summary>
    [Given("^a host with the rule \"ebtables -t (\\w+) (-A [^\"]*)\"$")]
    public void GivenRule(string table, string rule) => journey.Suppose(
        profile => profile with { Rules = profile.Rules.With(RuleText.Read(Layer.Ebtables, [$"*{table}", rule], "the rule")) });

    /// <summary>The flow that is put to the model: an echo.</summary>
    [When("^the model sends \"([^\"]*)\" to \"([^\"]*)\"(.*)$")]
    public void WhenModelSends(Endpoint from, Endpoint to, string manner) =>
        journey.Imagine(Manner.Parse(manner).Applied(new Flow(from, to, Protocol.Icmp)));
}
