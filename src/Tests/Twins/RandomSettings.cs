using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Twins;

/// <summary>Sysctls by chance, of the host and of its devices.</summary>
internal static class RandomSettings
{
    public static ImmutableArray<(string Path, string Value)> Of(Random random, Topology topology)
    {
        string OneIn(int count) => random.Next(count) == 0 ? "1" : "0";
        string ButOneIn(int count) => random.Next(count) == 0 ? "0" : "1";
        return
        [
            ("net/ipv4/ip_forward", ButOneIn(8)),
            ("net/ipv6/conf/all/forwarding", ButOneIn(8)),
            ("net/ipv4/conf/all/send_redirects", "0"),
            ("net/ipv4/conf/all/rp_filter", OneIn(8)),
            ("net/bridge/bridge-nf-call-iptables", ButOneIn(3)),
            ("net/bridge/bridge-nf-call-ip6tables", ButOneIn(3)),
            .. topology.Devices.Where(one => one.Kind != DeviceKind.Loopback && one.Port is null).SelectMany(
                device => new (string, string)[]
                {
                    ($"net/ipv4/conf/{device.Name}/send_redirects", "0"),
                    ($"net/ipv4/conf/{device.Name}/rp_filter", random.Next(4) == 0 ? random.Next(1, 3).ToString(CultureInfo.InvariantCulture) : "0"),
                    ($"net/ipv4/conf/{device.Name}/route_localnet", OneIn(6)),
                    ($"net/ipv4/conf/{device.Name}/accept_local", OneIn(6)),
                }),
            // Without the delay, an answer for another comes as soon as any other.
            .. topology.Devices.Where(one => one.Kind is DeviceKind.Bridge or DeviceKind.Veth && one.Port is null)
                .SelectMany(device => new (string, string)[]
                {
                    ($"net/ipv4/neigh/{device.Name}/proxy_delay", "0"),
                    ($"net/ipv4/conf/{device.Name}/proxy_arp", ButOneIn(3)),
                }),
            .. topology.Devices.Where(one => one.Kind != DeviceKind.Loopback && one.Port is null && random.Next(12) == 0)
                .Select(device => ($"net/ipv4/conf/{device.Name}/forwarding", "0")),
        ];
    }
}
