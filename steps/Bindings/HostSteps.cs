using Hooktrail.Specs.Run;
using Hooktrail.Trails;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>Where a flow takes place.</summary>
[Binding]
public sealed class HostSteps(Journey journey)
{
    /// <summary>The lab has exactly these; the step says so to the reader, and starts it.</summary>
    [Given("containers {string} and {string} on the network {string}")]
    public async Task GivenContainersAsync(Endpoint one, Endpoint other, string network)
    {
        if (one.Kind != EndpointKind.Container || other.Kind != EndpointKind.Container || one == other || network != LabNames.Bridge)
            throw new HooktrailException(
                $"The lab has the containers \"client\" and \"server\" on the network \"{LabNames.Bridge}\", not \"{one}\" and \"{other}\" on \"{network}\".");
        await SpecsRun.Current.LabAsync();
    }

    /// <summary>The lab has exactly this one; the step says so to the reader.</summary>
    [Given("a host {string} behind a plain NIC")]
    public async Task GivenWanAsync(Endpoint wan)
    {
        if (wan.Kind != EndpointKind.Wan)
            throw new HooktrailException($"The host behind a plain NIC is called \"{Endpoint.Wan}\", not \"{wan}\".");
        await SpecsRun.Current.LabAsync();
    }

    /// <summary>A switch of the host for this scenario.</summary>
    [Given("^(bridge-nf-call-iptables) is (on|off)$")]
    public void GivenSwitch(string name, string state)
    {
        _ = Switch.Parse(name);
        journey.BridgeNfCallIptables = state == "on";
    }

    /// <summary>Tables whose order depends on the backend are written for nft, which is what distributions have.</summary>
    [BeforeScenario("@iptables-nft")]
    public static async Task NeedsIptablesNftAsync()
    {
        var lab = await SpecsRun.Current.LabAsync();
        if (lab.Profile.Iptables != Backend.Nft)
            throw SpecsRun.Cannot("Docker's rules are in iptables-legacy on this host; this scenario's table is that of iptables-nft.");
    }
}
