using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Snapshots;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Tests.Hosts;

/// <summary>A namespace with much of what a host can have, of which the script takes a snapshot.</summary>
public class TopologyReaderTests
{
    private const string Setup = """
        ip link add br0 type bridge vlan_filtering 1
        ip link add a type veth peer name b
        ip link add c type veth peer name d
        ip link set a master br0 && ip link set c master br0
        for device in br0 a b c d; do ip link set $device up; done
        ip addr add 10.1.0.1/24 dev br0 && ip addr add fd00:1::1/64 dev br0
        ip addr add 203.0.113.2/24 dev b
        bridge link set dev a hairpin on && bridge link set dev c isolated on
        bridge vlan add dev c vid 5 && bridge vlan add dev c vid 10-20
        bridge fdb add 02:00:00:00:00:07 dev a master static vlan 1
        ip neigh add 203.0.113.9 lladdr 02:00:00:00:00:09 dev b nud permanent
        ip link add link b name b.7 type vlan id 7
        ip link add link b name m type macvlan
        ip link add e type dummy && ip link set e up && ip addr add 198.51.100.1 peer 198.51.100.2/32 dev e
        ip route add default via 203.0.113.1 dev b
        ip route add default via 203.0.113.3 dev b table 100 metric 7
        ip route add 10.9.0.0/16 nexthop via 203.0.113.4 dev b weight 2 nexthop via 10.1.0.9 dev br0
        ip route add blackhole 10.8.0.0/16
        ip -6 route add unreachable fd00:9::/48
        ip rule add fwmark 0x10/0xff from 10.1.0.0/24 iif br0 lookup 100 priority 500
        ip rule add not to 10.0.0.0/8 prohibit priority 600
        ip rule add uidrange 7-8 lookup main priority 700
        echo 1 >/proc/sys/net/ipv4/ip_forward
        echo 2 >/proc/sys/net/ipv4/conf/b/rp_filter
        echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
        perl -MIO::Socket::INET -e 'my @open = (
            IO::Socket::INET->new(Listen => 1, LocalAddr => "10.1.0.1", LocalPort => 8080),
            IO::Socket::INET->new(Proto => "udp", LocalPort => 53)); system "sh", "snapshot.sh", "namespace"'
        exit
        """;

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
        var (a, b, bridge) = (Device("a"), Device("b"), Device("br0"));
        Assert.Multiple(() =>
        {
            Assert.That(bridge.Kind, Is.EqualTo(DeviceKind.Bridge));
            Assert.That(bridge.FiltersVlans);
            Assert.That(bridge.Addresses.Select(one => one.ToString()), Does.Contain("10.1.0.1/24").And.Contain("fd00:1::1/64"));
            Assert.That((a.Kind, a.Master), Is.EqualTo((DeviceKind.Veth, "br0")));
            Assert.That((a.PeerIndex, b.PeerIndex), Is.EqualTo((b.Index, a.Index)));
            Assert.That(Device("b.7"), Has.Property("Kind").EqualTo(DeviceKind.Vlan).And.Property("Parent").EqualTo("b").And.Property("Vlan").EqualTo(7));
            Assert.That(Device("m"), Has.Property("Kind").EqualTo(DeviceKind.Macvlan).And.Property("Parent").EqualTo("b"));
            Assert.That(Device("lo").Kind, Is.EqualTo(DeviceKind.Loopback));
            Assert.That(_topology.PortsOf("br0").Select(port => port.Name), Is.EquivalentTo(new[] { "a", "c" }));
        });
    }

    [Test]
    public void Ports_have_their_switches_and_VLANs() => Assert.Multiple(() =>
    {
        Assert.That(Device("a").Port, Is.EqualTo(new BridgePort(Hairpin: true, Isolated: false)));
        Assert.That(Device("c").Port, Is.EqualTo(new BridgePort(Hairpin: false, Isolated: true)));
        Assert.That(Device("b").Port, Is.Null);
        Assert.That(Device("c").Vlans, Does.Contain(new PassingVlans(1, 1, true, true)).And.Contain(new PassingVlans(5, 5)).And.Contain(new PassingVlans(10, 20)));
        Assert.That(_topology.Forwarding, Does.Contain(new Forwarding("02:00:00:00:00:07", "a", 1) { IsPermanent = true }));
    });

    [Test]
    public void Sysctls_are_those_that_act_on_the_device() => Assert.Multiple(() =>
    {
        Assert.That(Device("b").Settings.Forwarding);
        Assert.That(Device("b").Settings.RpFilter, Is.EqualTo(2));
        Assert.That(Device("br0").Settings.RouteLocalnet, "all is enough");
    });

    [Test]
    public void Routes_have_table_kind_hops_and_metric()
    {
        var lines = _topology.Routes.Select(route => route.ToString()).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Does.Contain("default via 203.0.113.1 dev b"));
            Assert.That(lines, Does.Contain("default via 203.0.113.3 dev b table 100 metric 7"));
            Assert.That(lines, Does.Contain("10.9.0.0/16 nexthop via 203.0.113.4 dev b nexthop via 10.1.0.9 dev br0"));
            Assert.That(lines, Does.Contain("blackhole 10.8.0.0/16").Or.Contain("blackhole 10.8.0.0/16 dev lo"));
            Assert.That(lines, Has.Some.StartsWith("unreachable fd00:9::/48"));
            Assert.That(
                _topology.Routes.Single(route => route.Destination.ToString() == "10.9.0.0/16").NextHops[0],
                Is.EqualTo(new NextHop("b", IPAddress.Parse("203.0.113.4"), 2)));
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
            Assert.That(rules.Select(rule => rule.Priority), Is.EqualTo(new[] { 500, 600, 700 }));
            Assert.That((rules[0].Mark, rules[0].MarkMask, rules[0].In, rules[0].Table), Is.EqualTo(((uint?)0x10, 0xffu, "br0", "100")));
            Assert.That(rules[0].From.ToString(), Is.EqualTo("10.1.0.0/24"));
            Assert.That((rules[1].Negated, rules[1].Action, rules[1].Table), Is.EqualTo((true, RouteKind.Prohibit, (string?)null)));
            Assert.That(rules[2].Unknown, Is.EqualTo("uid_start"));
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
        Does.Contain(new Neighbour(IPAddress.Parse("203.0.113.9"), "b", "02:00:00:00:00:09") { IsPermanent = true }));

    [Test]
    public void Beyond_each_device_that_leads_out_is_an_endpoint()
    {
        var endpoints = _topology.Endpoints().ToList();
        Assert.That(endpoints[0].Kind, Is.EqualTo(EndpointKind.Host));
        Assert.That(endpoints.Single(one => one.Name == "b").IsByDefault);
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
