using Hooktrail.Specs.Run;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>A host that exists only for the model.</summary>
[Binding]
public sealed class ModelSteps(FlowUnderTest flow)
{
    [Given("the model of a host where ebtables uses {backend}")]
    public void GivenEbtables(Backend backend) => flow.Suppose(profile => profile with { Ebtables = backend });

    [Given("the model of a host where iptables uses {backend}")]
    public void GivenIptables(Backend backend) => flow.Suppose(profile => profile with { Iptables = backend });

    [Given("the model of a host with Linux {kernel}")]
    public void GivenKernel(KernelVersion kernel) => flow.Suppose(profile => profile with { Kernel = kernel });

    [Given("the model of a host with {switch} {state}")]
    public void GivenSwitch(Switch one, bool on) => flow.Suppose(profile => one.Write(profile, on));

    /// <summary>The model's host gets the release's rules, or none.</summary>
    [Given("the model of a host with Docker {release}")]
    public void GivenDocker(DockerRelease release) => flow.Suppose(profile => DockerRules.On(profile, release));

    /// <summary>Appends the rule to its chain.</summary>
    [Given("the model of a host with the rule {ebtables rule}")]
    public void GivenRule(RuleSet rule) => flow.Suppose(profile => profile with { Rules = profile.Rules.With(rule) });

    /// <summary>Asks the model about an echo.</summary>
    [When("the model sends {endpoint} to {endpoint}{manner}")]
    public void WhenModelSends(Endpoint from, Endpoint to, Manner manner) =>
        flow.Imagine(manner.Applied(new Flow(from, to, Protocol.Icmp)));
}
