using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>
/// Names of devices and addresses that do not change from run to run. A lab translates what the kernel prints into them. An
/// address has the same name in IPv4 and in IPv6.
/// </summary>
public static class LabNames
{
    /// <summary>The bridge of the network lab, and the name of that network.</summary>
    public const string Bridge = "lab";

    /// <summary>Another network, with the container stranger.</summary>
    public const string Away = "away";

    /// <summary>The network with ICC=false, with the containers left and right.</summary>
    public const string Closed = "closed";

    /// <summary>The internal network, with the container insider.</summary>
    public const string Inner = "inner";

    /// <summary>The host's plain NIC towards the WAN.</summary>
    public const string WanNic = "wan.nic";

    /// <summary>The loopback device.</summary>
    public const string Loopback = "lo";

    /// <summary>The host's address on the bridge lab: its containers' gateway.</summary>
    public const string Gateway = "lab.gateway";

    /// <summary>The host's address on the NIC towards the WAN: what MASQUERADE writes.</summary>
    public const string HostOnWan = "host.wan";

    /// <summary>The host's address on its loopback device.</summary>
    public const string HostOnLoopback = "host.lo";

    /// <summary>The networks, which are named as their bridges are.</summary>
    public static readonly ImmutableArray<string> Networks = [Bridge, Away, Closed, Inner];

    /// <summary>The bridge port behind which a container is.</summary>
    public static string PortOf(Endpoint container) => container.Name + ".port";

    /// <summary>The host's address on the bridge of a network.</summary>
    public static string GatewayOf(string network) => network + ".gateway";

    /// <summary>The address that all on a network hear; IPv4 only.</summary>
    public static string BroadcastOf(string network) => network + ".broadcast";

    /// <summary>Finds the address that a user named.</summary>
    /// <exception cref="HooktrailException">Nobody in the lab has it.</exception>
    public static string ParseAddress(string name)
    {
        string[] all =
        [
            .. Endpoint.All.Where(one => one.Kind is EndpointKind.Container or EndpointKind.Wan).Select(one => one.Name),
            .. Networks.Select(GatewayOf), .. Networks.Select(BroadcastOf), HostOnWan, HostOnLoopback,
        ];
        return all.Contains(name)
            ? name
            : throw new HooktrailException($"Unknown address \"{name}\"; the addresses of the lab are {string.Join(", ", all)}.");
    }
}
