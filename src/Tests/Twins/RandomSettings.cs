using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Twins;

/// <summary>Sysctls by chance, of the host and of its devices.</summary>
internal static class RandomSettings
{
    public static ImmutableArray<(string Path, string Value)> Of(Random random, Topology topology)
    {
        string OneIn(int count) => random.Next(count) == 0 ? "1" : "0";
        string ButOneIn(int count) => random.Next(count) == 0 ? "0" : "1";
        string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
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
                    ($"net/ipv4/conf/{device.Name}/rp_filter", random.Next(4) == 0 ? Number(random.Next(1, 3)) : "0"),
                    ($"net/ipv4/conf/{device.Name}/route_localnet", OneIn(6)),
                    ($"net/ipv4/conf/{device.Name}/accept_local", OneIn(6)),
                }),
            .. topology.Devices.Where(one => one.Kind is DeviceKind.Bridge or DeviceKind.Veth && one.Port is null)
                .SelectMany(device => new (string, string)[]
                {
                    ($"net/ipv4/conf/{device.Name}/proxy_arp", ButOneIn(3)),
                    ($"net/ipv4/conf/{device.Name}/proxy_arp_pvlan", ButOneIn(3)),
                    ($"net/ipv4/conf/{device.Name}/arp_ignore", random.Next(6) == 0 ? Number(random.Next(9)) : "0"),
                    ($"net/ipv4/conf/{device.Name}/arp_filter", OneIn(6)),
                    ($"net/ipv6/conf/{device.Name}/proxy_ndp", ButOneIn(3)),
                }),
            .. topology.Devices.Where(one => one.Kind != DeviceKind.Loopback && one.Port is null && random.Next(4) == 0)
                .Select(device => ($"net/ipv4/conf/{device.Name}/medium_id", Number(random.Next(-1, 3)))),
            .. topology.Devices.Where(one => one.Kind != DeviceKind.Loopback && one.Port is null && random.Next(12) == 0)
                .Select(device => ($"net/ipv4/conf/{device.Name}/forwarding", "0")),
        ];
    }
}
