using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Hosts;

/// <summary>A namespace with much of what a host can have, of which the script takes a snapshot.</summary>
public class TopologyReaderTests
{
    private const string Setup = """
        ip link add br0 type bridge
        ip link add va type veth peer name vb
        ip link add vc type veth peer name vd
        ip link set va master br0 && ip link set vc master br0
        for device in br0 va vb vc vd; do ip link set $device up; done
        ip addr add 10.1.0.1/24 dev br0 && ip addr add fd00:1::1/64 dev br0
        ip addr add 203.0.113.2/24 dev vb
        bridge link set dev va hairpin on && bridge link set dev vc isolated on
        bridge fdb add 02:00:00:00:00:07 dev va master static
        ip neigh add 203.0.113.9 lladdr 02:00:00:00:00:09 dev vb nud permanent
        ip neigh add proxy 203.0.113.10 dev br0 && ip neigh add proxy fd00:7::1 dev br0
        ip route add default via 203.0.113.1 dev vb
        ip route add default via 203.0.113.3 dev vb table 100 metric 7
        ip route add 10.9.0.0/16 nexthop via 203.0.113.4 dev vb weight 2 nexthop via 10.1.0.9 dev br0
        ip route add blackhole 10.8.0.0/16
        ip -6 route add unreachable fd00:9::/48
        ip rule add fwmark 0x10/0xff from 10.1.0.0/24 iif br0 lookup 100 priority 500
        ip rule add not to 10.0.0.0/8 prohibit priority 600
        ip rule add ipproto tcp lookup main priority 700
        ip rule add l3mdev priority 800
        echo 1 >/proc/sys/net/ipv4/ip_forward
        echo 2 >/proc/sys/net/ipv4/conf/vb/rp_filter
        echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
        echo 1 >/proc/sys/net/ipv4/conf/all/proxy_arp_pvlan
        echo -1 >/proc/sys/net/ipv4/conf/vb/medium_id
        echo 8 >/proc/sys/net/ipv4/conf/vb/arp_ignore
        echo 1 >/proc/sys/net/ipv4/conf/br0/arp_filter
        perl -MIO::Socket::INET -e 'my @open = (
            IO::Socket::INET->new(Listen => 1, LocalAddr => "10.1.0.1", LocalPort => 8080),
            IO::Socket::INET->new(Proto => "udp", LocalPort => 53)); system "sh", "snapshot.sh", "namespace"'
        exit
        """;

    // What not every kernel can do, as ip and bridge print it.
    private static readonly Topology Vlans = TopologyReader.Of(Taken.Of(
        ("links", """
            [{"ifindex":2,"ifname":"br0","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1,"nf_call_iptables":1}}},
             {"ifindex":3,"ifname":"eth0","link_type":"ether"},
             {"ifindex":4,"ifname":"eth0.7","link":"eth0","linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":7}}},
             {"ifindex":5,"ifname":"m","link":"eth0","linkinfo":{"info_kind":"macvlan","info_data":{"mode":"bridge"}}},
             {"ifindex":6,"ifname":"veth1","master":"br0","link_index":9,"link_netnsid":0,"linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}},
             {"ifindex":7,"ifname":"wg0","link_type":"none","linkinfo":{"info_kind":"wireguard"}}]
            """),
        ("bridge-vlans", """[{"ifname":"veth1","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":5},{"vlan":10,"vlanEnd":20}]}]"""),
        ("bridge-fdb", """
            [{"mac":"02:00:00:00:00:07","ifname":"veth1","vlan":5,"flags":[],"master":"br0","state":""},
             {"mac":"33:33:00:00:00:01","ifname":"veth1","flags":["self"],"state":"permanent"},
             {"mac":"02:00:00:00:00:08","ifname":"eth0","flags":[],"state":""}]
            """)));

    private Topology _topology = null!;
    private Snapshot _snapshot = null!;

    [OneTimeSetUp]
    public void Take()
    {
        _snapshot = Taken.In(Setup);
        _topology = TopologyReader.Of(_snapshot);
    }

    [Test]
    public void Devices_have_kind_master_peer_and_addresses()
    {
        var (a, b, bridge) = (Device("va"), Device("vb"), Device("br0"));
        Assert.Multiple(() =>
        {
            Assert.That(bridge.Kind, Is.EqualTo(DeviceKind.Bridge));
            Assert.That(bridge.Addresses.Select(one => one.ToString()), Does.Contain("10.1.0.1/24").And.Contain("fd00:1::1/64"));
            Assert.That((a.Kind, a.Master), Is.EqualTo((DeviceKind.Veth, "br0")));
            Assert.That((a.PeerIndex, b.PeerIndex), Is.EqualTo((b.Index, a.Index)));
            Assert.That(Device("lo").Kind, Is.EqualTo(DeviceKind.Loopback));
            Assert.That(_topology.PortsOf("br0").Select(port => port.Name), Is.EquivalentTo(new[] { "va", "vc" }));
        });
    }

    [Test]
    public void VLANs_and_what_is_on_other_devices_are_read() => Assert.Multiple(() =>
    {
        Assert.That(Vlans.Find("br0")!.FiltersVlans);
        Assert.That(Vlans.Find("br0")!.Calls, Is.EqualTo(new BridgeCalls(Iptables: true)));
        Assert.That(Vlans.Find("eth0.7"), Has.Property("Kind").EqualTo(DeviceKind.Vlan).And.Property("Parent").EqualTo("eth0").And.Property("Vlan").EqualTo(7));
        Assert.That(Vlans.Find("m"), Has.Property("Kind").EqualTo(DeviceKind.Macvlan).And.Property("Parent").EqualTo("eth0"));
        Assert.That(Vlans.Find("wg0"), Has.Property("Kind").EqualTo(DeviceKind.WireGuard).And.Property("Mac").Null);
        Assert.That(Vlans.Find("veth1")!.PeerIndex, Is.EqualTo(9));
        Assert.That(Vlans.Find("veth1")!.Vlans, Is.EqualTo(new[] { new PassingVlans(1, 1, true, true), new(5, 5), new(10, 20) }));
        Assert.That(Vlans.Forwarding, Is.EqualTo(new[] { new Forwarding("02:00:00:00:00:07", "veth1", 5) }));
    });

    [Test]
    public void Ports_have_their_switches() => Assert.Multiple(() =>
    {
        Assert.That(Device("va").Port, Is.EqualTo(new BridgePort(Hairpin: true, Isolated: false)));
        Assert.That(Device("vc").Port, Is.EqualTo(new BridgePort(Hairpin: false, Isolated: true)));
        Assert.That(Device("vb").Port, Is.Null);
        Assert.That(_topology.Forwarding, Does.Contain(new Forwarding("02:00:00:00:00:07", "va") { IsPermanent = true }));
    });

    [Test]
    public void Sysctls_are_those_that_act_on_the_device() => Assert.Multiple(() =>
    {
        Assert.That(Device("vb").Settings.Forwarding);
        Assert.That(Device("vb").Settings.RpFilter, Is.EqualTo(2));
        Assert.That(Device("br0").Settings.RouteLocalnet, "all is enough");
        Assert.That(Device("br0").Settings.ProxyArpPvlan, "all is enough");
        Assert.That((Device("vb").Settings.MediumId, Device("br0").Settings.MediumId), Is.EqualTo((-1, 0)));
        Assert.That((Device("vb").Settings.ArpIgnore, Device("br0").Settings.ArpIgnore), Is.EqualTo((8, 0)));
        Assert.That((Device("vb").Settings.ArpFilter, Device("br0").Settings.ArpFilter), Is.EqualTo((false, true)));
    });

    [Test]
    public void Routes_have_table_kind_hops_and_metric()
    {
        var lines = _topology.Routes.Select(route => route.ToString()).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Does.Contain("default via 203.0.113.1 dev vb"));
            Assert.That(lines.Where(line => line.StartsWith("unreachable fd00:9::/48", StringComparison.Ordinal)), Has.One.Items, "no route is read twice");
            Assert.That(lines, Does.Contain("default via 203.0.113.3 dev vb table 100 metric 7"));
            Assert.That(lines, Does.Contain("10.9.0.0/16 nexthop via 203.0.113.4 dev vb nexthop via 10.1.0.9 dev br0"));
            Assert.That(lines, Does.Contain("blackhole 10.8.0.0/16").Or.Contain("blackhole 10.8.0.0/16 dev lo"));
            Assert.That(lines, Has.Some.StartsWith("unreachable fd00:9::/48"));
            Assert.That(
                _topology.Routes.Single(route => route.Destination.ToString() == "10.9.0.0/16").NextHops[0],
                Is.EqualTo(new NextHop("vb", IPAddress.Parse("203.0.113.4"), 2)));
            Assert.That(
                _topology.Routes.Single(route => route.Kind == RouteKind.Local && route.Destination.Address.ToString() == "10.1.0.1").Table,
                Is.EqualTo("local"));
        });
    }

    [Test]
    public void Policy_rules_are_in_order()
    {
        var rules = _topology.Rules.Where(rule => rule.Priority is > 0 and < 32766).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(rules.Select(rule => rule.Priority), Is.EqualTo(new[] { 500, 600, 700, 800 }));
            Assert.That((rules[0].Mark, rules[0].MarkMask, rules[0].In, rules[0].Table), Is.EqualTo(((uint?)0x10, 0xffu, "br0", "100")));
            Assert.That(rules[0].From.ToString(), Is.EqualTo("10.1.0.0/24"));
            Assert.That((rules[1].Negated, rules[1].Action, rules[1].Table), Is.EqualTo((true, RouteKind.Prohibit, (string?)null)));
            Assert.That(rules[2].Unknown, Is.EqualTo("ipproto"));
            Assert.That(rules[3].Unknown, Is.EqualTo("l3mdev"));
            Assert.That(_topology.Rules[0].Table, Is.EqualTo("local"));
            Assert.That(_topology.Rules6, Is.Not.Empty);
        });
    }

    [Test]
    public void Sockets_that_listen_are_read() => Assert.Multiple(() =>
    {
        Assert.That(_topology.Listening, Does.Contain(new ListeningSocket("tcp", IPAddress.Parse("10.1.0.1"), 8080)));
        Assert.That(_topology.Listening, Does.Contain(new ListeningSocket("udp", IPAddress.Any, 53)));
    });

    [Test]
    public void Neighbours_are_read() => Assert.That(
        _topology.Neighbours,
        Does.Contain(new Neighbour(IPAddress.Parse("203.0.113.9"), "vb", "02:00:00:00:00:09") { IsPermanent = true }));

    [Test]
    public void Proxy_neighbours_are_read_and_are_no_neighbours() => Assert.Multiple(() =>
    {
        Assert.That(
            _topology.Proxies.Select(one => one.ToString()),
            Is.EquivalentTo(new[] { "203.0.113.10 on br0", "fd00:7::1 on br0" }));
        Assert.That(_topology.Neighbours.Select(one => one.Address), Has.None.EqualTo(IPAddress.Parse("203.0.113.10")));
    });

    [Test]
    public void Of_a_snapshot_from_before_they_were_read_they_are_not_known()
    {
        var earlier = TopologyReader.Of(new([.. _snapshot.Parts.Where(part => part.Name != "proxies")]));
        Assert.That(earlier.NotKnown.Select(one => one.What), Is.EqualTo(new[] { Subject.Proxies }));
    }

    [Test]
    public void Beyond_each_device_that_leads_out_is_an_endpoint()
    {
        var endpoints = _topology.Endpoints().ToList();
        Assert.That(endpoints[0].Kind, Is.EqualTo(EndpointKind.Host));
        Assert.That(endpoints.Single(one => one.Name == "vb").IsByDefault);
        Assert.That(endpoints.Select(one => one.Name), Does.Not.Contain("br0").And.Not.Contain("lo"));
    }

    [Test]
    public void All_of_it_was_read() => Assert.That(_topology.NotKnown, Is.Empty);

    [Test]
    public void The_profile_has_kernel_and_sysctls()
    {
        var profile = SnapshotProfile.Of(_snapshot, _topology);
        Assert.That(profile.Kernel, Is.GreaterThan(new KernelVersion(4, 0)));
        Assert.That((profile.IpForward, profile.RouteLocalnet, profile.Hairpin, profile.RpFilter), Is.EqualTo((true, true, true, false)));
        Assert.That(profile.Conntrack, Is.False, "no rule needs it");
    }

    private Device Device(string name) => _topology.Find(name)!;
}
