using System.Text.RegularExpressions;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;
using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>Where a flow takes place, and what is different there.</summary>
[Binding]
public sealed partial class HostSteps(Journey journey)
{
    /// <summary>The lab has exactly these; the step says so to the reader, and starts it.</summary>
    [Given("containers {string} and {string} on the network {string}")]
    public async Task GivenContainersAsync(Endpoint one, Endpoint other, string network)
    {
        if (one == other || one.Network != network || other.Network != network)
            throw new HooktrailException(
                $"The lab has no containers \"{one}\" and \"{other}\" on a network \"{network}\"; on {LabNames.Bridge} there are "
                + $"{string.Join(" and ", Endpoint.On(LabNames.Bridge))}.");
        await journey.NeedsAsync(one, other);
    }

    /// <summary>The lab has exactly this one; the step says so to the reader.</summary>
    [Given("a container {string} on the network {string}")]
    public async Task GivenContainerAsync(Endpoint one, string network)
    {
        if (one.Network != network)
            throw new HooktrailException($"The lab has no container \"{one}\" on a network \"{network}\".");
        await journey.NeedsAsync(one);
    }

    /// <summary>The lab has exactly this one; the step says so to the reader.</summary>
    [Given("a host {string} behind a plain NIC")]
    public async Task GivenWanAsync(Endpoint wan)
    {
        if (wan.Kind != EndpointKind.Wan)
            throw new HooktrailException($"The host behind a plain NIC is called \"{Endpoint.Wan}\", not \"{wan}\".");
        await journey.NeedsAsync(wan);
    }

    /// <summary>
    /// A host that is nobody else's, in network namespaces: with the rules of a release of Docker or none, and what is said of it.
    /// </summary>
    [Given("^a host of its own (with Docker \\d+(?:\\.\\d+)*(?:-nftables)?|without Docker)((?:, with(?:out)? [a-z -]+)*)$")]
    public Task GivenOwnHostAsync(string docker, string manners) => journey.UseOwnHostAsync(Setup(docker, manners));

    /// <summary>The same, with tables of nft that were there before its first bridge.</summary>
    [Given("^a host of its own (with Docker \\d+(?:\\.\\d+)*(?:-nftables)?|without Docker), which had this nft table before its bridges$")]
    public Task GivenOwnHostAsync2(string docker, string table) =>
        journey.UseOwnHostAsync(Setup(docker, "") with { BeforeBridges = table });

    /// <summary>A switch of the host for this scenario.</summary>
    [Given("^(\\S+) is (on|off)$")]
    public Task GivenSwitchAsync(string name, string state) => journey.ChangeAsync(new HostChange.Turn(Switch.Parse(name), state == "on"));

    /// <summary>A rule for this scenario, as one would type it.</summary>
    [Given("^the rule \"([^\"]*)\"$")]
    public Task GivenRuleAsync(string command) => journey.ChangeAsync(new HostChange.Rule(command));

    /// <summary>A table of nft for this scenario.</summary>
    [Given("^the nft table$")]
    public Task GivenTableAsync(string text) => journey.ChangeAsync(new HostChange.NftTable(text));

    /// <summary>Takes back what the scenario changed.</summary>
    [AfterScenario]
    public Task TakeBackAsync() => journey.TakeBackAsync();

    /// <summary>Tables whose order depends on the backend are written for nft, which is what distributions have.</summary>
    [BeforeScenario("@iptables-nft")]
    public static async Task NeedsIptablesNftAsync()
    {
        var lab = await SpecsRun.Current.LabAsync();
        if (lab.Profile.Iptables != Backend.Nft)
            throw SpecsRun.Cannot("Docker's rules are in iptables-legacy on this host; this scenario's table is that of iptables-nft.");
    }

    /// <summary>The same for tables with OUTPUT of ebtables, whose legacy tables are another kernel's matter.</summary>
    [BeforeScenario("@ebtables-nft")]
    public static async Task NeedsEbtablesNftAsync()
    {
        var lab = await SpecsRun.Current.LabAsync();
        if (lab.Profile.Ebtables != Backend.Nft)
            throw SpecsRun.Cannot("The rules of ebtables are in ebtables-legacy on this host; this scenario's table is that of ebtables-nft.");
    }

    /// <summary>What is about containers and an Engine needs them.</summary>
    [BeforeScenario("@docker")]
    public static async Task NeedsDockerAsync()
    {
        var lab = await SpecsRun.Current.LabAsync();
        if (lab.Kind != LabKind.Docker)
            Assert.Ignore("This scenario is about a Docker Engine; the run's lab is in network namespaces.");
    }

    private static NamespaceSetup Setup(string docker, string manners)
    {
        var setup = NamespaceSetup.Default with
        {
            Docker = docker == "without Docker" ? null : DockerRules.Parse(docker["with Docker ".Length..]),
        };
        foreach (System.Text.RegularExpressions.Match manner in MannerOfHost().Matches(manners))
            setup = manner.Groups[1].Value switch
            {
                "without the userland proxy" => setup with { UserlandProxy = false },
                "without conntrack" => setup with { Conntrack = false },
                "with iptables-legacy" => setup with { Iptables = Backend.Legacy },
                var other => throw new HooktrailException(
                    $"Nobody knows a host of its own \"{other}\"; write without the userland proxy, without conntrack or with iptables-legacy."),
            };
        return setup;
    }

    [GeneratedRegex("(with(?:out)? [a-z -]+)")]
    private static partial Regex MannerOfHost();
}
