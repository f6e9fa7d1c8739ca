namespace Hooktrail.Trails;

/// <summary>
/// Names of devices and addresses that do not change from run to run; a lab translates the kernel's names into them. An
/// address has the same name in IPv4 and in IPv6.
/// </summary>
public static class LabNames
{
    public const string Bridge = "lab";

    public const string Away = "away";

    /// <summary>The network with ICC=false.</summary>
    public const string Closed = "closed";

    public const string Inner = "inner";

    public const string WanNic = "wan.nic";

    public const string Loopback = "lo";

    /// <summary>The host's address on the bridge lab: its containers' gateway.</summary>
    public const string Gateway = "lab.gateway";

    /// <summary>The host's address on the NIC towards the WAN: what MASQUERADE writes.</summary>
    public const string HostOnWan = "host.wan";

    public const string HostOnLoopback = "host.lo";

    /// <summary>The number of the VLAN in a flow's 802.1Q tags.</summary>
    public const int Vlan = 5;

    /// <summary>Each name is also the name of the network's bridge.</summary>
    public static readonly ImmutableArray<string> Networks = [Bridge, Away, Closed, Inner];

    /// <summary>The bridge port to which a container is attached.</summary>
    public static string PortOf(Endpoint container) => container.Name + ".port";

    public static string GatewayOf(string network) => network + ".gateway";

    /// <summary>IPv4 only.</summary>
    public static string BroadcastOf(string network) => network + ".broadcast";

    /// <exception cref="HooktrailException">The lab has no such address.</exception>
    public static string ParseAddress(string name)
    {
        string[] all =
        [
            .. Endpoint.All.Where(one => one.Kind is EndpointKind.Container or EndpointKind.Wan)
                .Select(one => one.Name),
            .. Networks.Select(GatewayOf), .. Networks.Select(BroadcastOf), HostOnWan, HostOnLoopback,
        ];
        return all.Contains(name)
            ? name
            : throw new HooktrailException(
                $"Unknown address \"{name}\"; the addresses of the lab are {string.Join(", ", all)}.");
    }
}
