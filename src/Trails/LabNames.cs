namespace Hooktrail.Trails;

/// <summary>
/// Names of devices and addresses that do not change from run to run. A lab translates what the kernel prints into them.
/// </summary>
public static class LabNames
{
    /// <summary>The bridge of the network lab, and the name of that network.</summary>
    public const string Bridge = "lab";

    /// <summary>The host's plain NIC towards the WAN.</summary>
    public const string WanNic = "wan.nic";

    /// <summary>The loopback device.</summary>
    public const string Loopback = "lo";

    /// <summary>The host's address on the bridge: the containers' gateway.</summary>
    public const string Gateway = "lab.gateway";

    /// <summary>The host's address on the NIC towards the WAN: what MASQUERADE writes.</summary>
    public const string HostOnWan = "host.wan";

    /// <summary>The host's address on its loopback device.</summary>
    public const string HostOnLoopback = "host.lo";

    /// <summary>The bridge port behind which a container is.</summary>
    public static string PortOf(Endpoint container) => container.Name + ".port";
}
