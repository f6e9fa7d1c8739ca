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
    [Given("a host where ebtables uses {backend}")]
    public void GivenEbtables(Backend backend) => journey.Suppose(profile => profile with { Ebtables = backend });

    /// <summary>The backend of iptables.</summary>
    [Given("a host where iptables uses {backend}")]
    public void GivenIptables(Backend backend) => journey.Suppose(profile => profile with { Iptables = backend });

    /// <summary>The kernel.</summary>
    [Given("a host with Linux {kernel}")]
    public void GivenKernel(KernelVersion kernel) => journey.Suppose(profile => profile with { Kernel = kernel });

    /// <summary>A switch.</summary>
    [Given("a host with {switch} {state}")]
    public void GivenSwitch(Switch one, bool on) => journey.Suppose(profile => one.Write(profile, on));

    /// <summary>The release of Docker whose rules are there, or none.</summary>
    [Given("a host with Docker {release}")]
    public void GivenDocker(DockerRelease release) => journey.Suppose(profile => DockerRules.On(profile, release));

    /// <summary>A rule behind those that are there.</summary>
    [Given("a host with the rule {ebtables rule}")]
    public void GivenRule(RuleSet rule) => journey.Suppose(profile => profile with { Rules = profile.Rules.With(rule) });

    /// <summary>The flow that is put to the model: an echo.</summary>
    [When("the model sends {endpoint} to {endpoint}{manner}")]
    public void WhenModelSends(Endpoint from, Endpoint to, Manner manner) =>
        journey.Imagine(manner.Applied(new Flow(from, to, Protocol.Icmp)));
}
