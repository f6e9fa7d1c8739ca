using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Changes;

/// <summary>
/// Turns the switches of a user's host. The profile has some of them, and the devices of the topology the others; a
/// sysctl for all devices is one for each.
/// </summary>
public static class HostSwitches
{
    private static readonly ImmutableArray<string> OfLab = ["userland-proxy", "userland-proxy-pktinfo"];

    /// <exception cref="HooktrailException">A user's host has no such switch.</exception>
    public static HostProfile Turn(HostProfile host, Switch one, bool on)
    {
        if (OfLab.Contains(one.Name))
            throw new HooktrailException(
                $"{one} is a switch of the lab's Docker; on your host, its listening sockets say who answers.");
        var topology = host.Topology;
        return one.Write(host, on) with
        {
            Topology = topology with { Devices = [.. topology.Devices.Select(device => Turned(device, one.Name, on))] },
        };
    }

    private static Device Turned(Device device, string name, bool on) => name switch
    {
        // net.ipv4.ip_forward writes the setting of every device (net/ipv4/devinet.c, inet_forward_change); that of
        // IPv6 does so too (net/ipv6/addrconf.c, addrconf_forward_change).
        "ip_forward" => device with { Settings = device.Settings with { Forwarding = on } },
        "ip6_forward" => device with { Settings = device.Settings with { Forwarding6 = on } },
        "rp_filter" => device with
        {
            Settings = device.Settings with { RpFilter = on ? Math.Max(1, device.Settings.RpFilter) : 0 },
        },
        "route_localnet" => device with { Settings = device.Settings with { RouteLocalnet = on } },
        "send_redirects" => device with { Settings = device.Settings with { SendRedirects = on } },
        "hairpin" => device with { Port = device.Port is { } port ? port with { Hairpin = on } : null },
        _ => device,
    };
}
