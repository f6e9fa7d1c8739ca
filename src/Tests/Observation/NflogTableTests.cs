using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Tests.Observation;

public class NflogTableTests
{
    private static readonly NflogTable Table = new(
        Captured.Run,
        1200,
        NflogTraffic.To("172.29.88.0/24", "127.83.1.7/32", "fd00:88::/64"),
        [
            new(new(Layer.Iptables, "nat", "INPUT"), NftFamily.Ip, NftHook.Input, 100, NftChainType.Nat),
            new(new(Layer.Iptables, "raw", "OUTPUT"), NftFamily.Ip, NftHook.Output, -300),
            new(new(Layer.Arptables, "filter", "INPUT"), NftFamily.Arp, NftHook.Input, 0),
            new(new(Layer.Nftables, "netdev my-own", "in"), NftFamily.Netdev, NftHook.Ingress, 0, Device: "wan.nic"),
        ]);

    [Test]
    public void One_transaction_makes_a_table_for_each_family() => Assert.That(Table.Install(), Is.EqualTo(
        """
        table ip hooktrail-x7k2q-nflog {
        	chain traffic {
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } @nh,8,8 != 0 return
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } icmp type { 3, 4, 5, 11, 12 } return
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } tcp flags & rst != 0 return
        		accept
        	}
        	chain iptables.nat.INPUT {
        		type nat hook input priority 100; policy accept;
        		jump traffic
        		counter log prefix "htx7k2q i.nat.INPUT" group 1200 snaplen 192 queue-threshold 1
        	}
        	chain iptables.raw.OUTPUT {
        		type filter hook output priority -300; policy accept;
        		jump traffic
        		counter log prefix "htx7k2q i.raw.OUTPUT" group 1200 snaplen 192 queue-threshold 1
        	}
        }
        table arp hooktrail-x7k2q-nflog {
        	chain traffic {
        		arp daddr ip { 172.29.88.0/24, 127.83.1.7/32 } return
        		accept
        	}
        	chain arptables.filter.INPUT {
        		type filter hook input priority 0; policy accept;
        		jump traffic
        		counter log prefix "htx7k2q a.filter.INPUT" group 1200 snaplen 192 queue-threshold 1
        	}
        }
        table netdev hooktrail-x7k2q-nflog {
        	chain traffic {
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } @nh,8,8 != 0 return
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } icmp type { 3, 4, 5, 11, 12 } return
        		ip daddr { 172.29.88.0/24, 127.83.1.7/32 } tcp flags & rst != 0 return
        		ip6 daddr { fd00:88::/64 } @nh,4,8 != 0 return
        		ip6 daddr { fd00:88::/64 } icmpv6 type { 1, 2, 3, 4, 137 } return
        		ip6 daddr { fd00:88::/64 } tcp flags & rst != 0 return
        		arp daddr ip { 172.29.88.0/24, 127.83.1.7/32 } return
        		accept
        	}
        	chain nftables.netdev_my_own.in {
        		type filter hook ingress device "wan.nic" priority 0; policy accept;
        		jump traffic
        		counter log prefix "htx7k2q n.netdev my-own.in" group 1200 snaplen 192 queue-threshold 1
        	}
        }

        """));

    [Test]
    public void In_a_private_namespace_everything_is_recorded() =>
        Assert.That((Table with { Traffic = NflogTraffic.Everything }).Install(), Does.Not.Contain("traffic"));

    [Test]
    public void One_transaction_takes_them_away() => Assert.That(Table.Remove(), Is.EqualTo(
        "delete table ip hooktrail-x7k2q-nflog\ndelete table arp hooktrail-x7k2q-nflog\ndelete table netdev hooktrail-x7k2q-nflog\n"));

    [Test]
    public void Every_hook_point_of_the_tools_has_one_place()
    {
        var places = NflogPlaces.OfTools(Backend.Nft, Backend.Legacy, Backend.Nft);

        Assert.That(
            places.Select(place => place.Point).Where(point => point.Layer != Layer.Arptables),
            Is.EquivalentTo(TapRules.Supported));
        Assert.That(
            places.Where(place => place.Point.Table == "nat" && place.Family != NftFamily.Bridge)
                .Select(place => place.Type),
            Is.All.EqualTo(NftChainType.Nat));
        Assert.That(
            places.Where(place => place.Point.Table == "mangle").Select(place => place.Type),
            Is.All.EqualTo(NftChainType.Filter));
    }

    [TestCase(Backend.Nft, 150, -200)]
    [TestCase(Backend.Legacy, 50, 200)]
    public void The_backends_differ_in_security_and_in_what_a_bridge_sends(Backend backend, int security, int output)
    {
        var priorities = NflogPlaces.OfTools(backend, backend, backend).ToDictionary(
            place => place.Point, place => place.Priority);

        Assert.That(priorities[new(Layer.Iptables, "security", "INPUT")], Is.EqualTo(security));
        Assert.That(priorities[new(Layer.Ip6tables, "security", "INPUT")], Is.EqualTo(security));
        Assert.That(priorities[new(Layer.Ebtables, "filter", "OUTPUT")], Is.EqualTo(output));
    }

    [Test]
    public void What_is_no_network_is_refused()
    {
        Assert.That(
            () => NflogTraffic.To("lab"), Throws.InstanceOf<HooktrailException>().With.Message.Contains("\"lab\""));
        Assert.That(() => NflogTraffic.To(), Throws.InstanceOf<HooktrailException>());
    }

    [Test]
    public void A_name_too_long_to_log_is_refused() => Assert.That(
        () => NflogTable.Prefix(Captured.Run, new(Layer.Nftables, "inet mine", new('x', 120))),
        Throws.InstanceOf<HooktrailException>().With.Message.Contains("127"));
}
