using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Specs.Run;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>The host of a flow, and its changes.</summary>
[Binding]
public sealed class HostSteps(FlowUnderTest flow)
{
    /// <summary>The lab always has exactly these containers; the step tells the reader, and starts the lab.</summary>
    [Given("containers {endpoint} and {endpoint} on the network {string}")]
    public async Task GivenContainersAsync(Endpoint one, Endpoint other, string network)
    {
        if (one == other || one.Network != network || other.Network != network)
            throw new HooktrailException(
                $"The lab has no containers \"{one}\" and \"{other}\" on a network \"{network}\"; on {LabNames.Bridge} there are "
                + $"{string.Join(" and ", Endpoint.On(LabNames.Bridge))}.");
        await flow.NeedsAsync(one, other);
    }

    /// <summary>The lab always has exactly this container.</summary>
    [Given("a container {endpoint} on the network {string}")]
    public async Task GivenContainerAsync(Endpoint one, string network)
    {
        if (one.Network != network)
            throw new HooktrailException($"The lab has no container \"{one}\" on a network \"{network}\".");
        await flow.NeedsAsync(one);
    }

    /// <summary>The lab always has exactly this host.</summary>
    [Given("a host {endpoint} behind a plain NIC")]
    public async Task GivenWanAsync(Endpoint wan)
    {
        if (wan.Kind != EndpointKind.Wan)
            throw new HooktrailException($"The host behind a plain NIC is called \"{Endpoint.Wan}\", not \"{wan}\".");
        await flow.NeedsAsync(wan);
    }

    /// <summary>A host in network namespaces that only this scenario uses, with a release of Docker or none.</summary>
    [Given("a private host {private host}")]
    public Task GivenPrivateHostAsync(NamespaceSetup setup) => flow.UsePrivateHostAsync(setup);

    /// <summary>The same, with nft tables that existed before its first bridge.</summary>
    [Given("a private host {private host}, which had this nft table before its bridges")]
    public Task GivenPrivateHostWithTableAsync(NamespaceSetup setup, string table) =>
        flow.UsePrivateHostAsync(setup with { BeforeBridges = table });

    /// <summary>The same, with nft tables that existed before those of iptables, ip6tables and ebtables.</summary>
    [Given("a private host {private host}, which had this nft table before those of iptables")]
    public Task GivenPrivateHostWithEarlierTableAsync(NamespaceSetup setup, string table) =>
        flow.UsePrivateHostAsync(setup with { BeforeTools = [table] });

    [Given("{switch} is {state}")]
    public Task GivenSwitchAsync(Switch one, bool on) => flow.ChangeAsync(new HostChange.Turn(one, on));

    [Given("the rule {string}")]
    public Task GivenRuleAsync(string command) => flow.ChangeAsync(new HostChange.Rule(command));

    [Given("the nft table")]
    public Task GivenTableAsync(string text) => flow.ChangeAsync(new HostChange.NftTable(text));

    /// <summary>Undoes the scenario's changes.</summary>
    [AfterScenario]
    public Task TakeBackAsync() => flow.TakeBackAsync();

    /// <summary>Tables whose order depends on the backend are written for nft, which distributions use.</summary>
    [BeforeScenario("@iptables-nft")]
    public static Task NeedsIptablesNftAsync() => NeedsAsync(
        host => host.Iptables == Backend.Nft,
        "Docker's rules are in iptables-legacy on this host; this scenario's table is for iptables-nft.");

    /// <summary>The same for tables with OUTPUT of ebtables, where the legacy backend has another order.</summary>
    [BeforeScenario("@ebtables-nft")]
    public static Task NeedsEbtablesNftAsync() => NeedsAsync(
        host => host.Ebtables == Backend.Nft,
        "The rules of ebtables are in ebtables-legacy on this host; this scenario's table is for ebtables-nft.");

    /// <summary>
    /// With its nftables backend, Docker masquerades in an nft chain. The kernel evaluates no further NAT chain after
    /// that, so the packet may not cross nat POSTROUTING of iptables.
    /// </summary>
    [BeforeScenario("@docker-iptables")]
    public static Task NeedsDockerOfIptablesAsync() => NeedsAsync(
        host => !host.Rules.BaseChains.Any(
            chain => chain.Id is { Table: "ip docker-bridges", Name: "nat-POSTROUTING" }),
        "Docker's rules are in nftables on this host; this scenario's table is for MASQUERADE in iptables.");

    [BeforeScenario("@docker")]
    public static Task NeedsDockerAsync() => SpecsRun.Current.DockerLabAsync();

    private static async Task NeedsAsync(Func<HostProfile, bool> fits, string reason)
    {
        var lab = await SpecsRun.Current.LabAsync();
        if (!fits(lab.Profile))
            throw SpecsRun.Cannot(reason);
    }
}
