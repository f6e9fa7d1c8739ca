
namespace Hooktrail.Tests.Rules;

public class NftTests
{
    private static readonly FrameProtocolMatch V4 = new("ipv4", false);
    private static readonly FrameProtocolMatch V6 = new("ipv6", false);
    private static readonly ProtocolMatch Tcp = new("tcp", false);

    /// <summary>A rule in a table inet, its rules in the lab's names, and the first one's matches and target.</summary>
    private static readonly object[] Rules =
    [
        Of(
            "iifname \"br-la0\" accept",
            "iifname \"lab\" accept",
            new AcceptTarget(),
            new DeviceMatch(DeviceRole.In, ["lab"], false)),
        Of(
            "oifname != { \"br-la0\", \"br-aw0\" } drop",
            "oifname != { \"away\", \"lab\" } drop",
            new DropTarget(),
            new DeviceMatch(DeviceRole.Out, ["away", "lab"], true)),
        Of(
            "iifname \"br-*\" drop",
            "iifname { \"away\", \"closed\", \"inner\", \"lab\" } drop",
            new DropTarget(),
            new DeviceMatch(DeviceRole.In, ["away", "closed", "inner", "lab"], false)),
        Of("ip saddr 172.30.0.0/24 counter packets 0 bytes 0 drop", "ip saddr lab drop", new DropTarget(),
            V4, new AddressMatch(AddressRole.Source, ["client", "server", "lab.gateway", "lab.broadcast"], false)),
        Of(
            "ip6 daddr { fd00::2, fd00::3 } drop",
            "ip6 daddr { client, server } drop",
            new DropTarget(),
            V6,
            new AddressMatch(AddressRole.Destination, ["client", "server"], false)),
        Of("ip daddr != 10.9.8.0/24 return", "ip daddr != 10.9.8.0/24 return", new ReturnTarget(), V4, new AddressMatch(
            AddressRole.Destination, [], true)),
        Of("tcp dport { 48080, 90-99 } accept", "tcp dport { 90-99, 8080 } accept", new AcceptTarget(),
            Tcp, new PortMatch(AddressRole.Destination, [new(90, 99), new(8080, 8080)], false)),
        Of(
            "udp sport >= 1024 accept",
            "udp sport 1024-65535 accept",
            new AcceptTarget(),
            new ProtocolMatch("udp", false),
            new PortMatch(AddressRole.Source, [new(1024, 65535)], false)),
        Of("ct state established,related accept", "ct state established,related accept", new AcceptTarget(),
            new ConntrackMatch(ConntrackStates.Established | ConntrackStates.Related, false)),
        Of(
            "ct status dnat accept",
            "ct status dnat accept",
            new AcceptTarget(),
            new ConntrackMatch(ConntrackStates.Dnat, false)),
        Of(
            "fib daddr type local accept",
            "fib daddr type local accept",
            new AcceptTarget(),
            new AddressTypeMatch(AddressRole.Destination, "LOCAL", false)),
        Of(
            "icmp type echo-request accept", "icmp type echo-request accept", new AcceptTarget(),
            V4, new ProtocolMatch("icmp", false), new IcmpTypeMatch(8, null, false)),
        Of(
            "meta l4proto { tcp, udp } accept",
            "meta l4proto { tcp, udp } accept",
            new AcceptTarget(),
            new AnyOfMatch([[Tcp], [new ProtocolMatch("udp", false)]], false)),
        Of("meta nfproto ipv6 drop", "meta nfproto ipv6 drop", new DropTarget(), V6),
        Of(
            "meta mark & 0x000000ff == 0x00000001 drop",
            "meta mark & 0x000000ff == 0x00000001 drop",
            new DropTarget(),
            new MarkMatch(1, 255, false)),
        Of("tcp flags & (fin | syn | rst | ack) == syn drop",
            "tcp flags & (fin | syn | rst | ack) == syn drop", new DropTarget(),
            Tcp, new TcpFlagsMatch(TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Ack, TcpFlags.Syn, false)),
        Of("ip ttl < 3 drop", "ip ttl 0-2 drop", new DropTarget(), V4, new TtlMatch(0, 2, false)),
        Of(
            "meta pkttype broadcast drop",
            "meta pkttype broadcast drop",
            new DropTarget(),
            new PacketTypeMatch("broadcast", false)),
        Of(
            "iifname vmap { \"br-la0\" : jump other, \"br-aw0\" : drop }",
            "iifname \"away\" drop\niifname \"lab\" jump other",
            new DropTarget(),
            new DeviceMatch(DeviceRole.In, ["away"], false)),
        Of(
            "iifname vmap @verdicts",
            "iifname \"lab\" jump other",
            new JumpTarget("other"),
            new DeviceMatch(DeviceRole.In, ["lab"], false)),
        Of("ip saddr @friends accept", "ip saddr { client, server } accept", new AcceptTarget(), V4, new AddressMatch(
            AddressRole.Source, ["client", "server"], false)),
        Of("ip daddr . tcp dport { 172.30.0.2 . 80, 172.30.0.3 . 81 } accept",
            "ip daddr . tcp dport { client . 80, server . 81 } accept", new AcceptTarget(),
            V4, Tcp, new AnyOfMatch([[ToAddress("client"), ToPort(80)], [ToAddress("server"), ToPort(81)]], false)),
        Of(
            "ip saddr @growing drop",
            "ip saddr @growing drop",
            new DropTarget(),
            V4,
            new UnknownMatch("ip saddr", false)),
        Of(
            "limit rate 3/second accept",
            "limit rate 3/second accept",
            new AcceptTarget(),
            new UnknownMatch("limit", false)),
        Of(
            "meta skuid 1000 accept",
            "meta skuid 1000 accept",
            new AcceptTarget(),
            new UnknownMatch("meta skuid", false)),
        Of("meta mark set 0x00000001 accept", "meta mark set 0x00000001\naccept", new MarkTarget(1, uint.MaxValue)),
        Of(
            "meta mark 0x1 meta mark set 0x00000002",
            "meta mark 0x1 meta mark set 0x00000002",
            new MarkTarget(2, uint.MaxValue),
            new MarkMatch(1, uint.MaxValue, false)),
        Of(
            "meta mark 0x1 meta mark set 0x00000002 accept",
            "meta mark 0x1 meta mark set 0x00000002 accept",
            new UnknownTarget("meta mark set"),
            new MarkMatch(1, uint.MaxValue, false)),
        Of("ip ttl set 1", "meta nfproto ipv4 ip ttl set 1", new TtlTarget(1), V4),
        Of("notrack", "notrack", new NotrackTarget()),
        Of("reject with tcp reset", "meta l4proto tcp reject with tcp reset", new RejectTarget("tcp-reset"), Tcp),
        Of(
            "reject",
            "meta nfproto ipv4 reject with icmp port-unreachable\nmeta nfproto ipv6 reject with icmpv6 port-unreachable",
            new RejectTarget("icmp-port-unreachable"),
            V4),
        Of(
            "reject with icmp admin-prohibited",
            "meta nfproto ipv4 reject with icmp admin-prohibited",
            new RejectTarget("icmp-admin-prohibited"),
            V4),
        Of(
            "fib saddr . mark . iif oif missing drop",
            "fib saddr . mark . iif oif missing drop",
            new DropTarget(),
            new FibMatch(AddressRole.Source, FibKeys.In | FibKeys.Mark, FibResult.Device, ["*"], true)),
        Of(
            "fib saddr . iif oif \"br-la0\" accept",
            "fib saddr . iif oif \"lab\" accept",
            new AcceptTarget(),
            new FibMatch(AddressRole.Source, FibKeys.In, FibResult.Device, ["lab"], false)),
        Of(
            "fib daddr . iif type { local, broadcast } accept",
            "fib daddr . iif type { broadcast, local } accept",
            new AcceptTarget(),
            new FibMatch(AddressRole.Destination, FibKeys.In, FibResult.Type, ["BROADCAST", "LOCAL"], false)),
        Of(
            "fib daddr type != { local, unicast } accept",
            "fib daddr type != { local, unicast } accept",
            new AcceptTarget(),
            new AddressTypeMatch(AddressRole.Destination, "LOCAL,UNICAST", true)),
        Of(
            "ct original ip saddr 172.30.0.2 accept",
            "ct original ip saddr client accept",
            new AcceptTarget(),
            new ConnectionTupleMatch(ConnectionDirection.Original, V4),
            new ConnectionTupleMatch(
                ConnectionDirection.Original, new AddressMatch(AddressRole.Source, ["client"], false))),
        Of(
            "meta l4proto tcp ct reply proto-dst != 48080 accept",
            "meta l4proto tcp ct reply proto-dst != 8080 accept",
            new AcceptTarget(),
            Tcp,
            new ConnectionTupleMatch(
                ConnectionDirection.Reply, new PortMatch(AddressRole.Destination, [new(8080, 8080)], true))),
        Of(
            "ct direction reply accept",
            "ct direction reply accept",
            new AcceptTarget(),
            new ConnectionDirectionMatch(ConnectionDirection.Reply, false)),
        Of(
            "ct status ! dnat accept",
            "ct status ! dnat accept",
            new AcceptTarget(),
            new ConnectionMarkMatch(0, 0, false),
            new ConntrackMatch(ConntrackStates.Dnat, true)),
        // Compared as a whole, the status is never just that: NAT leaves a flag without a name beside it.
        Of(
            "ct status != dnat accept",
            "ct status != dnat accept",
            new AcceptTarget(),
            new ConnectionMarkMatch(0, 0, false),
            new ConntrackMatch(ConntrackStates.None, true)),
        // A packet has one state, never both.
        Of(
            "ct state != established,related accept",
            "ct state != established,related accept",
            new AcceptTarget(),
            new ConntrackMatch(ConntrackStates.None, true)),
        Of(
            "ct state != { established, related } accept",
            "ct state != { established, related } accept",
            new AcceptTarget(),
            new ConntrackMatch(ConntrackStates.Established | ConntrackStates.Related, true)),
        Of(
            "tcp flags syn,ack accept",
            "tcp flags & (syn | ack) != 0x0 accept",
            new AcceptTarget(),
            Tcp,
            new TcpFlagsMatch(TcpFlags.Syn | TcpFlags.Ack, TcpFlags.None, true)),
        Of(
            "tcp flags != syn accept",
            "tcp flags & (fin | syn | rst | psh | ack | urg | ecn | cwr) != syn accept",
            new AcceptTarget(),
            Tcp,
            new TcpFlagsMatch((TcpFlags)255, TcpFlags.Syn, true)),
        Of(
            "tcp flags { syn, syn | ack } accept",
            "tcp flags { 0x2, 0x12 } accept",
            new AcceptTarget(),
            Tcp,
            new AnyOfMatch(
                [
                    [new TcpFlagsMatch((TcpFlags)255, TcpFlags.Syn, false)],
                    [new TcpFlagsMatch((TcpFlags)255, TcpFlags.Syn | TcpFlags.Ack, false)],
                ],
                false)),
        Of(
            "meta mark & 0x000001ff | 0x00000100 == 0x00000101 accept",
            "meta mark & 0xff == 0x1 accept",
            new AcceptTarget(),
            new MarkMatch(1, 255, false)),
        Of(
            "meta mark 0x00000002-0x00000005 accept",
            "meta mark 0x00000002-0x00000005 accept",
            new AcceptTarget(),
            new AnyOfMatch(
                [[new MarkMatch(2, 0xfffffffe, false)], [new MarkMatch(4, 0xfffffffe, false)]], false)),
        Of(
            "ct mark & 0x000000ff != 0x00000001 accept",
            "ct mark & 0x000000ff != 0x00000001 accept",
            new AcceptTarget(),
            new ConnectionMarkMatch(1, 255, true)),
        Of("ip dscp ef accept", "ip dscp ef accept", new AcceptTarget(), V4, new DscpMatch(46, 63, false)),
        Of(
            "meta length > 100 accept",
            "meta length 101-65535 accept",
            new AcceptTarget(),
            new LengthMatch(101, 65535, false)),
        Of(
            "exthdr frag missing accept",
            "exthdr frag missing accept",
            new AcceptTarget(),
            V6,
            new ExtensionHeaderMatch("frag", true)),
        Of(
            "rt type 0 accept",
            "rt type 0 accept",
            new AcceptTarget(),
            V6,
            new ExtensionHeaderMatch("rt", false),
            new UnknownMatch("rt type", false)),
        Of(
            "ip frag-off & 8191 != 0 drop",
            "ip frag-off & 0x1fff != 0 drop",
            new DropTarget(),
            V4,
            new FragmentMatch(false)),
        Of("vlan id 7 accept", "vlan id 7 accept", new AcceptTarget(), new VlanMatch(7, 7, false)),
        Of(
            "ip6 daddr ::/96 accept",
            "ip6 daddr host.lo accept",
            new AcceptTarget(),
            V6,
            new AddressMatch(AddressRole.Destination, ["host.lo"], false)),
        Of(
            "ct mark set meta mark | 0x00000010",
            "ct mark set meta mark | 0x00000010",
            new ConnectionMarkTarget(MarkStep.Save, 0x10, uint.MaxValue, ~0x10u)),
        Of(
            "ct mark set ct mark & 0x000000f0 ^ 0x00000001",
            "ct mark set ct mark & 0x000000f0 ^ 0x00000001",
            new ConnectionMarkTarget(MarkStep.Set, 1, ~0xf0u, 0)),
        Of(
            "meta mark set ct mark & 0x000000ff",
            "ct mark & 0x0 == 0x0 meta mark set ct mark & 0x000000ff",
            new ConnectionMarkTarget(MarkStep.Restore, 0, uint.MaxValue, 255),
            new ConnectionMarkMatch(0, 0, false)),
        Of(
            "meta mark set meta mark & 0x000000ff ^ 0x00000003",
            "meta mark set meta mark & 0x000000ff ^ 0x00000003",
            new MarkTarget(3, ~255u)),
        Of(
            "meta mark set tcp dport map { 80 : 0x00000001, 81 : 0x00000002 }",
            "tcp dport 80 meta mark set 0x00000001\ntcp dport 81 meta mark set 0x00000002",
            new MarkTarget(1, uint.MaxValue),
            Tcp,
            ToPort(80)),
        Of("ip dscp set cs1", "meta nfproto ipv4 ip dscp set cs1", new DscpTarget(8, 63), V4),
        Of("ct zone set 1", "ct zone set 1", new UnknownTarget("ct zone set")),
        Of(
            "numgen random mod 2 vmap { 0 : accept, 1 : goto other }",
            "numgen random mod 2 0 accept\ngoto other",
            new AcceptTarget(),
            new UnknownMatch("numgen", false)),
        Of("update @growing { ip saddr } drop", "drop", new DropTarget()),
        Of("goto other", "goto other", new JumpTarget("other", true)),
        Of("queue to 0", "queue to 0", new UnknownTarget("queue")),
        Of("log prefix \"mine \" group 3", "", new ContinueTarget("")),
        Of("counter drop comment \"accept\"", "drop", new DropTarget()),
    ];

    private static AddressMatch ToAddress(string name) => new(AddressRole.Destination, [name], false);

    private static PortMatch ToPort(int port) => new(AddressRole.Destination, [new(port, port)], false);

    private static readonly object[] NatRules =
    [
        Of("tcp dport 48080 dnat ip to 172.30.0.3:80",
            "tcp dport 8080 meta nfproto ipv4 dnat ip to server:80", new DnatTarget("server", 80),
            Tcp, new PortMatch(AddressRole.Destination, [new(8080, 8080)], false), V4),
        Of("dnat ip to tcp dport map { 81 : 172.30.0.2, 82 : 172.30.0.3 }",
            "meta nfproto ipv4 tcp dport 81 dnat ip to client\nmeta nfproto ipv4 tcp dport 82 dnat ip to server",
            new DnatTarget("client", null), V4, Tcp, new PortMatch(AddressRole.Destination, [new(81, 81)], false)),
        Of(
            "dnat ip to 172.30.0.2/31",
            "meta nfproto ipv4 unreadable-match \"an address of 172.30.0.2/31\" dnat ip to client\nmeta nfproto ipv4 dnat ip to server",
            new DnatTarget("client", null),
            V4,
            new UnknownMatch("an address of 172.30.0.2/31", false)),
        Of(
            "dnat ip to numgen inc mod 2 map { 0 : 172.30.0.2, 1 : 172.30.0.3 }",
            "meta nfproto ipv4 numgen inc mod 2 0 dnat ip to client\nmeta nfproto ipv4 dnat ip to server",
            new DnatTarget("client", null),
            V4,
            new UnknownMatch("numgen", false)),
        Of(
            "meta l4proto tcp redirect to :81-82",
            "meta l4proto tcp unreadable-match \"a port of 81-82\" redirect to :81\nmeta l4proto tcp redirect to :82",
            new RedirectTarget(81),
            Tcp,
            new UnknownMatch("a port of 81-82", false)),
        Of("tcp dport 81 redirect to :82", "tcp dport 81 redirect to :82", new RedirectTarget(82), Tcp, new PortMatch(
            AddressRole.Destination, [new(81, 81)], false)),
        Of("tcp dport 81 redirect", "tcp dport 81 redirect", new RedirectTarget(null), Tcp, new PortMatch(
            AddressRole.Destination, [new(81, 81)], false)),
    ];

    private const string Sets =
        """
        set friends {
          type ipv4_addr
          flags interval
          elements = { 172.30.0.2-172.30.0.3 }
        }
        set growing {
          type ipv4_addr
          size 65535
          flags dynamic
        }
        map verdicts {
          type ifname : verdict
          elements = { "br-la0" : jump other }
        }
        chain other {
        }
        """;

    [TestCaseSource(nameof(Rules))]
    public void A_rule(string printed, string inLab, Target target, Match[] matches) =>
        AssertRule(printed, inLab, target, matches, Filter);

    [TestCaseSource(nameof(NatRules))]
    public void A_rule_of_nat(string printed, string inLab, Target target, Match[] matches) =>
        AssertRule(printed, inLab, target, matches, Nat);

    [Test]
    public void The_JSON_of_the_real_tool_says_the_same_as_its_text()
    {
        var script = Script(Filter, string.Join('\n', Rules.Cast<object[]>()
            .Select(rule => (string)rule[0])
            .Where(rule => !rule.StartsWith("queue", StringComparison.Ordinal))))
            + Script(Nat, string.Join('\n', NatRules.Cast<object[]>()
                .Select(rule => (string)rule[0])
                .Where(rule => !rule.StartsWith("queue", StringComparison.Ordinal)))).Replace(
                "table inet t", "table inet n");
        var printed = PrivateNamespace.Run(
            "command -v nft >/dev/null || exit 77; ip link add br-la0 type bridge; nft -f script; nft -j list ruleset; echo ===; nft list ruleset",
            ("script", script)).Split("===\n");

        var json = RuleReader.NftJson(printed[0], TestHost.Instance);
        // Numbers are printed in several ways; what they mean is the same.
        Assert.That(
            Meaning(json), Is.EqualTo(Meaning(RuleReader.Nftables(script.Split('\n'), TestHost.Instance, "script"))));
        Assert.That(
            Meaning(RuleReader.Nftables(printed[1].Split('\n'), TestHost.Instance, "nft")), Is.EqualTo(Meaning(json)));
        Assert.That(RuleText.Read(Layer.Nftables, RuleText.Write(json, Layer.Nftables), "text"), Is.EqualTo(json));
    }

    [Test]
    public void A_base_chain_says_where_it_hangs()
    {
        var rules = RuleReader.Nftables(
            """
            table netdev t {
              chain a { type filter hook ingress device "br-la0" priority filter - 5; policy drop; }
            }
            table bridge t {
              chain b { type filter hook forward priority filter; comment "before the first bridge"; }
            }
            """.Split('\n'),
            TestHost.Instance,
            "text");

        Assert.That(
            rules.BaseChains.Select(chain => (chain.Policy, chain.Base)), Is.EqualTo((IEnumerable<(Policy, BaseChain?)>)
            [
                (Policy.Drop, new(NftFamily.Netdev, "filter", "ingress", -5, "lab")),
                (Policy.Accept, new(NftFamily.Bridge, "filter", "forward", -200) { BeforeBridges = true }),
            ]));
        Assert.That(RuleText.Read(Layer.Nftables, RuleText.Write(rules, Layer.Nftables), "text"), Is.EqualTo(rules));
    }

    [TestCase("flush ruleset", "line 1", "flush")]
    [TestCase("table ip t {\n chain c {", "ends", "table")]
    [TestCase("table ipx t {\n}", "line 1", "ipx")]
    public void What_nft_does_not_list_is_told_with_its_line(string text, string line, string what) =>
        Assert.That(
            () => RuleReader.Nftables(text.Split('\n'), TestHost.Instance, "the file"),
            Throws.TypeOf<HooktrailException>()
                .With.Message.Contains(line)
                .And.Message.Contains(what)
                .And.Message.Contains("the file"));

    private const string Filter = "type filter hook forward priority 0; policy accept;";
    private const string Nat = "type nat hook prerouting priority -100; policy accept;";

    private static string Script(string hook, string rules) =>
        $"table inet t {{\n{Sets}\nchain c {{\n{hook}\n{rules}\n}}\n}}\n";

    private static void AssertRule(string printed, string inLab, Target target, Match[] matches, string hook)
    {
        var read = RuleReader.Nftables(Script(hook, printed).Split('\n'), TestHost.Instance, "text");

        var rules = read.Find(new(Layer.Nftables, "inet t", "c"))!.Rules;
        Assert.That(string.Join('\n', rules.Select(rule => rule.Text)), Is.EqualTo(inLab));
        Assert.That(rules[0].Target, Is.EqualTo(target));
        Assert.That(rules[0].Matches, Is.EqualTo(matches));
        Assert.That(RuleText.Read(Layer.Nftables, RuleText.Write(read, Layer.Nftables), "text"), Is.EqualTo(read));
    }

    private static string Meaning(RuleSet rules) =>
        string.Join('\n', rules.Chains.SelectMany(
            chain => chain.Rules.Select(
                rule =>
                    $"{chain.Id}: {string.Join(", ", rule.Matches.Select(match => $"{match} {Detail(match)}"))} {rule.Target}")));

    private static string Detail(Match match) => match switch
    {
        DeviceMatch device => string.Join(',', device.Devices),
        AddressMatch address => string.Join(',', address.Addresses),
        PortMatch port => string.Join(',', port.Ranges),
        _ => "",
    };

    private static object[] Of(string printed, string inLab, Target target, params Match[] matches) =>
        [printed, inLab, target, matches];
}
