namespace Hooktrail.Tests.Rules;

/// <summary>What <c>ipset save</c> prints is what a rule with <c>-m set</c> asks for.</summary>
public class IpSetTests
{
    private const string Saved =
        """
        create one hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xf0589127
        add one 172.30.0.2
        add one 10.0.0.6
        create wide hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 timeout 300 bucketsize 12 initval 0x1
        add wide 172.30.0.0 timeout 299
        create soon hash:ip family inet hashsize 1024 maxelem 65536 timeout 300 bucketsize 12 initval 0x1
        add soon 172.30.0.2 timeout 59
        add soon 172.30.0.3 timeout 0
        create nets hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x595b40a2
        add nets 172.30.0.3 nomatch
        add nets 172.30.0.0/16
        add nets 172.30.0.0/24 nomatch
        add nets 172.30.0.2
        create nets6 hash:net family inet6 hashsize 1024 maxelem 65536 counters comment bucketsize 12 initval 0x5
        add nets6 fd00::/64 packets 0 bytes 0 comment "x y"
        create ports hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xf9fff2af
        add ports 172.30.0.2,tcp:48080
        add ports 172.30.0.3,icmp:echo-request
        add ports 172.30.0.3,gre:0
        add ports 10.0.0.3,tcp:80
        create netports hash:net,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x6ff5221f
        add netports 172.30.0.2,udp:53 nomatch
        add netports 172.30.0.0/30,udp:53
        create triples hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x8bbd67fb
        add triples 172.30.0.2,tcp:80,172.30.0.3
        create devices hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x737d6f26
        add devices 0.0.0.0/0,br-la0
        create placed hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x737d6f26
        add placed 172.30.0.0/24,br-aw0
        add placed 172.30.0.3,br-la0
        add placed 172.30.0.0/23,enp3s0
        create some bitmap:port range 1-1000
        add some 80
        create owned bitmap:ip,mac range 172.30.0.0-172.30.0.255
        add owned 172.30.0.2,02:42:AC:1E:00:02
        add owned 172.30.0.3
        create all list:set size 8
        add all one
        add all some
        create two hash:net,net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1
        add two 172.30.0.2,172.30.1.0/24
        create strange hash:strange family inet
        """;

    private static readonly object[] Sets =
    [
        Of("one src", Source("client")),
        Of("one dst", Source("client") with { Role = AddressRole.Destination }),
        Of("one src,dst", Source("client")),
        Of("wide src", Source("client", "server", "lab.gateway", "lab.broadcast")),
        Of("nets src", Source(
            "client",
            "stranger", "away.gateway", "away.broadcast", "left", "right", "closed.gateway", "closed.broadcast",
            "insider", "inner.gateway", "inner.broadcast")),
        Of("nets6 src", new AnyOfMatch([], false)),
        Of("soon src", Any(
            [Source("client"), new UnknownMatch("-m set --match-set soon", false)], [Source("server")])),
        Of("ports src,dst", Any(
            [Source("client"), Protocol("tcp"), Port(8080)],
            [Source("server"), Protocol("gre")],
            [Source("server"), Protocol("icmp"), new IcmpTypeMatch(8, null, false)])),
        Of("ports src", new AnyOfMatch([], false)),
        Of("netports src,dst", Any(
            [Source("lab.gateway"), Protocol("udp"), Port(53)], [Source("server"), Protocol("udp"), Port(53)])),
        Of("triples src,src,dst", Any(
            [
                Source("client"), Protocol("tcp"), Port(80) with { Role = AddressRole.Source },
                Source("server") with { Role = AddressRole.Destination },
            ])),
        Of("two src,dst", Any(
            [Source("client"), To("away.broadcast")],
            [Source("client"), To("away.gateway")],
            [Source("client"), To("stranger")])),
        Of("some dst", Any([Port(80)])),
        Of("owned src,src", Any(
            [Source("client"), new MacMatch(AddressRole.Source, "client", false)],
            [Source("server")])),
        Of("all dst", Any(
            [Source("client") with { Role = AddressRole.Destination }], [Port(80)])),
        Of("strange src", new UnknownMatch("-m set --match-set strange", false)),
        Of("missing src", new UnknownMatch("-m set --match-set missing", false)),
    ];

    [TestCaseSource(nameof(Sets))]
    public void A_set_is_what_its_entries_are(string asked, Match expected)
    {
        var rule =
            Rules(Layer.Iptables, $"-m set --match-set {asked} -j DROP").Find(Own(Layer.Iptables))!.Rules.Single();

        Assert.That(rule.Matches, Is.EqualTo(new[] { expected }));
    }

    [Test]
    public void A_set_of_the_other_version_holds_nothing() =>
        Assert.That(
            Rules(Layer.Ip6tables, "-m set --match-set nets6 src -j DROP")
                .Find(Own(Layer.Ip6tables))!.Rules.Single().Matches,
            Is.EqualTo(new Match[] { Source("client", "server", "lab.gateway") }));

    [Test]
    public void A_set_with_a_device_has_every_address_there()
    {
        var match = (AnyOfMatch)Rules(Layer.Iptables, "-m set ! --match-set devices src,src -j DROP")
            .Find(Own(Layer.Iptables))!.Rules.Single().Matches.Single();

        Assert.That(match.Negated, Is.True);
        Assert.That(match.Alternatives, Has.Length.GreaterThan(10));
        Assert.That(
            match.Alternatives.Select(one => one[1]),
            Is.All.EqualTo(new DeviceMatch(DeviceRole.In, ["lab"], false)));
    }

    // The closest network decides, even if another device is its.
    [Test]
    public void A_wider_network_of_another_device_is_not_looked_at() =>
        Assert.That(
            Rules(Layer.Iptables, "-m set --match-set placed src,src -j DROP")
                .Find(Own(Layer.Iptables))!.Rules.Single().Matches,
            Is.EqualTo(new Match[]
            {
                Any(
                    [Source("away.broadcast"), In("wan.nic")], [Source("away.gateway"), In("wan.nic")],
                    [Source("client"), In("away")], [Source("lab.broadcast"), In("away")],
                    [Source("lab.gateway"), In("away")], [Source("server"), In("lab")],
                    [Source("stranger"), In("wan.nic")]),
            }));

    [Test]
    public void A_set_that_a_rule_fills_is_unknown() =>
        Assert.That(
            Rules(Layer.Iptables, "-m set --match-set one src -j DROP\n-A OWN -j SET --add-set one src")
                .Find(Own(Layer.Iptables))!.Rules[0].Matches,
            Is.EqualTo(new Match[] { new UnknownMatch("-m set --match-set one", false) }));

    [TestCase("-m set --match-set one src --packets-gt 3", "-m set --packets-gt")]
    [TestCase("-m set --match-set nets src --return-nomatch", "-m set --return-nomatch")]
    public void What_depends_on_counters_or_exceptions_is_unknown(string asked, string name) =>
        Assert.That(
            Rules(Layer.Iptables, $"{asked} -j DROP").Find(Own(Layer.Iptables))!.Rules.Single().Matches,
            Does.Contain(new UnknownMatch(name, false)));

    [Test]
    public void Counters_that_are_not_updated_ask_nothing() =>
        Assert.That(
            Rules(Layer.Iptables, "-m set --match-set one src ! --update-counters -j DROP")
                .Find(Own(Layer.Iptables))!.Rules.Single().Matches,
            Is.EqualTo(new Match[] { Source("client") }));

    [Test]
    public void Written_and_read_again_they_are_the_same()
    {
        var rules = Rules(
            Layer.Iptables,
            string.Join(
                "\n-A OWN ",
                Sets.Select(one => $"-m set --match-set {((object[])one)[0]} -j DROP")));
        var sets = RuleText.ReadSets(RuleText.Sets(rules), "text");

        Assert.That(sets, Is.EqualTo(rules.Sets));
        Assert.That(
            RuleText.Read(Layer.Iptables, RuleText.Write(rules, Layer.Iptables), "text", sets), Is.EqualTo(rules));
    }

    [TestCase("add one 1.2.3.4", "line 1")]
    [TestCase("create one hash:ip\nnonsense", "line 2")]
    public void What_ipset_does_not_print_is_told_with_its_line(string text, string line) =>
        Assert.That(
            () => RuleReader.Sets(text.Split('\n'), TestHost.Instance, "ipset save"),
            Throws.TypeOf<HooktrailException>().With.Message.Contains(line).And.Message.Contains("ipset save"));

    private static RuleSet Rules(Layer layer, string rule)
    {
        string[] lines = ["*filter", ":OWN -", .. $"-A OWN {rule}".Split('\n')];
        var sets = RuleReader.Sets(Saved.Split('\n'), TestHost.Instance, "ipset save");
        return RuleReader.Xtables(layer, lines, TestHost.Instance, "a file", sets);
    }

    private static ChainId Own(Layer layer) => new(layer, "filter", "OWN");

    private static AddressMatch Source(params ImmutableArray<string> names) => new(AddressRole.Source, names, false);

    private static AddressMatch To(params ImmutableArray<string> names) => new(AddressRole.Destination, names, false);

    private static ProtocolMatch Protocol(string name) => new(name, false);

    private static PortMatch Port(int port) => new(AddressRole.Destination, [new(port, port)], false);

    private static DeviceMatch In(string device) => new(DeviceRole.In, [device], false);

    private static AnyOfMatch Any(params ImmutableArray<ImmutableArray<Match>> alternatives) =>
        new(alternatives, false);

    private static object[] Of(string asked, Match expected) => [asked, expected];
}
