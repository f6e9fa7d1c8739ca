using Hooktrail.Hosts;
using Hooktrail.Hosts.Anonymous;

namespace Hooktrail.Tests.Hosts;

public class AnonymousTests
{
    [Test]
    public void Private_addresses_stay() => Assert.That(
        Line("iptables-nft", "-A INPUT -s 192.168.1.0/24 -d 10.0.0.1/32 -j DROP"),
        Is.EqualTo("-A INPUT -s 192.168.1.0/24 -d 10.0.0.1/32 -j DROP"));

    [TestCase("-A INPUT -s 5.9.1.2/32 -j DROP", "-A INPUT -s 203.0.113.0/32 -j DROP")]
    [TestCase("-A INPUT -s 5.9.1.0/255.255.255.0 -j DROP", "-A INPUT -s 203.0.113.0/255.255.255.0 -j DROP")]
    [TestCase("-A OUTPUT -j DNAT --to-destination 5.9.1.2:80", "-A OUTPUT -j DNAT --to-destination 203.0.113.0:80")]
    [TestCase("-A OUTPUT -j DNAT --to-destination [2a01:4f8::2]:80", "-A OUTPUT -j DNAT --to-destination [2001:db8::]:80")]
    [TestCase("add evil 5.9.1.2,tcp:80", "add evil 203.0.113.0,tcp:80")]
    [TestCase("ip saddr 5.9.1.2-5.9.1.3 drop", "ip saddr 203.0.113.0-203.0.113.1 drop")]
    [TestCase("::ffff:5.9.1.2 64:ff9b::8.8.8.8 ::1", "::ffff:203.0.113.0 2001:db8:: ::1")]
    [TestCase(":INPUT ACCEPT [0:0]", ":INPUT ACCEPT [0:0]")]
    [TestCase("-A INPUT -m mac --mac-source 52:54:00:12:34:56 -j DROP", "-A INPUT -m mac --mac-source 00:00:5e:00:53:00 -j DROP")]
    [TestCase("-s 203.0.96.0/19 -d 203.0.97.5", "-s 203.0.96.0/19 -d 203.0.113.0")]
    [TestCase("-s 52:54:0:12:34:56 -j DROP", "-s 00:00:5e:00:53:00 -j DROP")]
    [TestCase("-d ff:ff:ff:ff:ff:ff -j DROP", "-d ff:ff:ff:ff:ff:ff -j DROP")]
    [TestCase("-A X -m comment --comment \"ACME's \\\"own\\\"\" -j LOG --log-prefix \"ACME \"", "-A X -m comment --comment note -j LOG --log-prefix note")]
    [TestCase("accept comment \"for ACME\"", "accept comment \"note\"")]
    [TestCase("{\"comment\": \"for ACME\", \"handle\": 5}", "{\"comment\": \"note\", \"handle\": 5}")]
    [TestCase("{\"prefix\": {\"addr\": \"5.9.1.0\", \"len\": 24}}", "{\"prefix\": {\"addr\": \"203.0.113.0\", \"len\": 24}}")]
    [TestCase("{\"range\": [\"5.9.1.2\", \"5.9.1.3\"]}", "{\"range\": [\"203.0.113.0\", \"203.0.113.1\"]}")]
    [TestCase("enx525400123456", "enx00005e005300")]
    [TestCase("12:30:45 1.8.9 6.1.0-50", "12:30:45 1.8.9 6.1.0-50")]
    public void A_line_has_documentation_in_place_of_what_is_public(string line, string anonymous) =>
        Assert.That(Line("iptables-nft", line), Is.EqualTo(anonymous));

    [Test]
    public void One_address_is_one_in_every_part()
    {
        var anonymous = AnonymousSnapshot.Of(Taken.Of(
            ("links", "[{\"ifname\":\"eth0\",\"address\":\"52:54:00:12:34:56\",\"addr_info\":[{\"local\":\"5.9.1.2\",\"prefixlen\":24,\"broadcast\":\"5.9.1.255\"},{\"local\":\"fe80::5054:ff:fe12:3456\",\"prefixlen\":64}]}]"),
            ("routes", "[{\"dst\":\"5.9.1.0/24\",\"dev\":\"eth0\",\"prefsrc\":\"5.9.1.2\"}]"),
            ("iptables-nft", "-A INPUT -d 5.9.1.2/32 -j DROP"),
            ("listening", "tcp 02010905:0050")));

        Assert.Multiple(() =>
        {
            Assert.That(anonymous.Lines("links"), Is.EqualTo(new[]
            {
                "[{\"ifname\":\"eth0\",\"address\":\"00:00:5e:00:53:00\",\"addr_info\":[{\"local\":\"203.0.113.1\",\"prefixlen\":24,\"broadcast\":\"203.0.113.255\"},{\"local\":\"fe80::200:5eff:fe00:5300\",\"prefixlen\":64}]}]",
            }));
            Assert.That(anonymous.Lines("routes").Single(), Does.Contain("\"203.0.113.0/24\"").And.Contain("\"203.0.113.1\""));
            Assert.That(anonymous.Lines("iptables-nft"), Is.EqualTo(new[] { "-A INPUT -d 203.0.113.1/32 -j DROP" }));
            Assert.That(anonymous.Lines("listening"), Is.EqualTo(new[] { "tcp 017100CB:0050" }));
        });
    }

    [Test]
    public void Names_of_host_containers_and_networks_are_numbers()
    {
        var anonymous = AnonymousSnapshot.Of(Taken.Of(
            ("host", "shop.acme.example"),
            ("docker-containers", "{\"id\":\"1\",\"name\":\"/acme-web-1\",\"pid\":7,\"project\":\"acme\",\"service\":\"web\",\"mode\":\"acme_default\",\"ports\":{},\"networks\":[{\"network\":\"acme_default\",\"address\":\"172.18.0.2\",\"length\":16,\"address6\":\"\",\"length6\":0,\"mac\":\"02:42:ac:12:00:02\"},null]}"),
            ("docker-networks", "{\"id\":\"2\",\"name\":\"acme_default\",\"driver\":\"bridge\",\"subnets\":[],\"options\":{\"name\":\"x\"}}\n{\"id\":\"3\",\"name\":\"bridge\",\"driver\":\"bridge\",\"options\":{}}")));

        Assert.Multiple(() =>
        {
            Assert.That(anonymous.Lines("host"), Is.EqualTo(new[] { "host" }));
            Assert.That(anonymous.Lines("docker-containers").Single(), Does.Contain("\"name\":\"/container-1\"").And.Contain("\"project\":\"project-1\"")
                .And.Contain("\"service\":\"service-1\"").And.Contain("\"network\":\"network-1\"").And.Contain("\"mode\":\"network-1\"").And.Contain("172.18.0.2"));
            Assert.That(anonymous.Lines("docker-networks")[0], Does.Contain("\"name\":\"network-1\"").And.Contain("{\"name\":\"x\"}"));
            Assert.That(anonymous.Lines("docker-networks")[1], Does.Contain("\"name\":\"bridge\""));
            Assert.That(Taken.Written(anonymous), Does.Not.Contain("acme"));
            Assert.That(TopologyReader.Of(anonymous).Containers.Single().Name, Is.EqualTo("container-1"));
        });
    }

    [Test]
    public void It_does_not_change_again()
    {
        var once = AnonymousSnapshot.Of(Taken.Of(
            ("host", "shop"),
            ("neighbours", string.Join('\n', Enumerable.Range(0, 300).Select(
                one => $"{{\"dst\":\"5.{one % 250}.{one / 250}.2\",\"lladdr\":\"52:54:00:00:{one >> 8:x2}:{one & 255:x2}\"}}"))),
            ("iptables-nft", "-A INPUT -s 5.0.0.0/8 -j DROP\n-A INPUT -s 203.0.113.0/24 -j DROP")));

        Assert.That(Taken.Written(AnonymousSnapshot.Of(once)), Is.EqualTo(Taken.Written(once)));
        Assert.That(Taken.Written(once), Does.Not.Match(@"\b5\.\d+\.\d+\.2\b").And.Not.Contain("52:54:00"));
    }

    [TestCase("-s 52:54:0:0:0:0/ff:ff:ff:0:0:0 -j DROP", "52:54:0:0:0:0/ff:ff:ff:0:0:0 asks for a part of a MAC address")]
    [TestCase("-A INPUT -s 5.0.0.2/255.0.0.255 -j DROP", "5.0.0.2/255.0.0.255 asks for some bits of an address")]
    public void What_no_documentation_address_keeps_is_refused(string line, string sentence) => Assert.That(
        () => Line("iptables-nft", line), Throws.TypeOf<HooktrailException>().With.Message.Contains(sentence));

    private static string Line(string part, string line) => AnonymousSnapshot.Of(Taken.Of((part, line))).Lines(part).Single();
}
