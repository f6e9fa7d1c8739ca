using System.Net;

namespace Hooktrail.Tests.Rules;

/// <summary>Only the unreadable part is unknown: the rule concerns no packet that the rest excludes.</summary>
public class UnreadableTests
{
    private static readonly AddressMatch FromClient = new(AddressRole.Source, ["client"], false);
    private static readonly DeviceMatch InLab = new(DeviceRole.In, ["lab"], false);
    private static readonly ProtocolMatch Tcp = new("tcp", false);
    private static readonly PortMatch ToWeb = new(AddressRole.Destination, [new(80, 80)], false);
    private static readonly FrameProtocolMatch V4 = new("ipv4", false);

    private static readonly string[] Matches =
    [
        "-d example.org", "! -d example.org", "-d ! example.org", "! -p all",
        "-m iprange --dst-range nonsense", "-m iprange ! --dst-range nonsense",
        "-m addrtype --dst-type NONSENSE", "-m addrtype ! --dst-type LOCAL,NONSENSE", "-m addrtype --limit-iface-in",
        "-m multiport --ports http", "-m multiport ! --dports http",
        "-m conntrack --ctstate NONSENSE", "-m conntrack ! --ctexpire 5", "-m conntrack ! --ctorigdst example.org",
        "-m pkttype --pkt-type nonsense", "-m dscp --dscp 64", "-m tos --tos nonsense", "-m length --length 1:2:3",
        "-m mark ! --mark nonsense", "-m ttl --ttl-eq 300",
        "-m tcp ! --tcp-option 5", "-m tcp --tcp-flags NONSENSE SYN",
        "-m set --match-set evil src", "-m set ! --match-set evil dst,dst",
        "-m string --string \"a b\" --algo bm", "-m owner ! --uid-owner 0",
        "-m string --string \"-j ACCEPT\" --algo bm", "-m nonsense", "-m nonsense ! --any thing",
        "--nonsense", "! --nonsense a b", "--unreadable \"-d ! nonsense\"",
    ];

    private static readonly string[] Targets =
    [
        "-j NONSENSE", "-j ACCEPT --nonsense", "-j REJECT --nonsense 3", "-j NFQUEUE --queue-num 0",
        "-j TEE --gateway 10.0.0.1", "-j DNAT --to-destination 10.0.0.1-10.0.0.99",
        "-j DNAT --to-destination 172.30.0.3 --nonsense 3", "-j DNAT --nonsense 3 --to-destination 172.30.0.3",
        "-j REDIRECT --to-ports http", "-j CT --notrack --zone 3", "-j MARK --set-xmark nonsense", "-j TTL --ttl-inc 300",
        "-j CONNMARK --save-mark --left-shift-mark 2", "-j CONNMARK --set-mark nonsense", "-j TOS --set-tos 0x01/0xff",
        "-j REJECT --reject-with nonsense", "-j NETMAP --to 10.0.0.0/24", "-j SET --map-set evil src --map-mark",
        "-j TTL --ttl-set 300", "-j UNREADABLE --text \"-j DNAT\"", "-j UNREADABLE --rule",
    ];

    private static readonly string[] FrameMatches =
    [
        "--among-src 02:42:ac:1e:00:02", "-s 02:42:00:00:00:00/ff:ff:00:00:00:00", "--among-dst ! 2:42:ac:1e:0:2",
        "-d nonsense", "! -d nonsense", "-d ! nonsense", "--vlan-id nonsense", "--limit 3/sec", "--arp-gratuitous",
        "--pkttype-type unicast --mark nonsense", "--unreadable \"-s x\"",
    ];

    private static readonly string[] FrameTargets =
    [
        "-j dnat --to-destination 02:42:ac:1e:00:03",
        "-j arpreply --arpreply-mac 02:42:ac:1e:00:03",
        "-j redirect --redirect-target DROP",
        "-j mark --mark-set x",
    ];

    /// <summary>Text only: a test host's kernel may lack these matches.</summary>
    private static readonly string[] NftMatches =
    [
        "ip daddr & 255.0.255.0 == 10.0.1.0", "ip daddr != @growing", "ip daddr @nosuch",
        "fib saddr . iif oif 7", "fib daddr type != nonsense", "iifgroup 5",
        "meta hour \"08:00\"-\"17:00\"", "meta skuid != 0",
        "ct original bytes > 1000", "ct count over 20",
        "ct state nonsense", "limit rate over 5/second", "quota over 25 mbytes",
        "rt ip nexthop 10.0.0.1", "ipsec in ip saddr 10.0.0.1",
        "vxlan ip saddr 10.0.0.1", "jhash ip saddr mod 2 == 0", "numgen random mod 2 == 0",
        "socket transparent 1", "osf name \"Linux\"", "tcp option sack-perm exists",
        "tcp option maxseg size > 500", "ip option rr exists",
        "th sport http", "@th,16,16 0x50", "xt match \"string\"",
        "update @growing { ip saddr limit rate over 10/second }", "add @growing { ip saddr ct count over 3 }",
        "unreadable-match \"what\"", "nonsense", "counter packets 1 bytes 2 iifgroup 5",
        "log prefix \"x\" level info iifgroup 5", "log flags all iifgroup 5", "last used never iifgroup 5",
    ];

    private static readonly string[] NftTargets =
    [
        "queue to 0", "dup to 10.0.0.1", "tproxy to :3128", "xt target \"TEE\"", "dnat ip to 10.0.0.1-10.0.0.99",
        "dnat ip to 10.0.0.0/24", "dnat ip prefix to 10.0.0.0/30", "dnat ip to jhash ip saddr mod 2 offset 3 map @nosuch",
        "redirect to :8000-9010", "ip daddr set 10.0.0.1", "@nh,128,32 set 0x0a000001",
        "meta mark set jhash ip saddr mod 2", "tcp dport vmap @growing", "ip daddr . tcp dport vmap @nosuch",
        "tcp dport vmap { 22 : jump other, * : drop }", "numgen random mod 2 vmap @nosuch",
        "jump { tcp dport 22 accept; drop; }", "unreadable \"what\"",
    ];

    [Test]
    public void A_match_of_iptables([ValueSource(nameof(Matches))] string unread, [Values] bool first)
    {
        var rest = "-s 172.30.0.2/32 -i br-la0 -p tcp";
        AssertUnknown(
            Xtables(Layer.Iptables, $"{(first ? $"{unread} {rest}" : $"{rest} {unread}")} -m tcp --dport 80 -j DROP"),
            FromClient,
            InLab,
            Tcp,
            ToWeb);
    }

    [TestCaseSource(nameof(Targets))]
    public void A_target_of_iptables(string unread) =>
        AssertUnknown(
            Xtables(Layer.Iptables, $"-s 172.30.0.2/32 -i br-la0 -p tcp -m tcp --dport 80 {unread}"),
            FromClient,
            InLab,
            Tcp,
            ToWeb);

    [Test]
    public void A_match_of_ebtables([ValueSource(nameof(FrameMatches))] string unread, [Values] bool first)
    {
        var rest = "-p IPv4 -i br-la0 --ip-src 172.30.0.2";
        AssertUnknown(
            Xtables(Layer.Ebtables, $"{(first ? $"{unread} {rest}" : $"{rest} {unread}")} -j DROP"),
            V4,
            InLab,
            FromClient);
    }

    [TestCaseSource(nameof(FrameTargets))]
    public void A_target_of_ebtables(string unread) =>
        AssertUnknown(
            Xtables(Layer.Ebtables, $"-p IPv4 -i br-la0 --ip-src 172.30.0.2 {unread}"), V4, InLab, FromClient);

    [Test]
    public void A_match_of_arptables_behind_its_target() =>
        AssertUnknown(Xtables(Layer.Arptables, "-j DROP -i br-la0 -s 172.30.0.2 --h-length 8"), InLab, FromClient);

    [Test]
    public void A_match_of_nft([ValueSource(nameof(NftMatches))] string unread) =>
        AssertUnknown(
            Nft($"ip saddr 172.30.0.2 iifname \"br-la0\" tcp dport 80 {unread} drop"),
            V4, FromClient, InLab, Tcp, ToWeb);

    [Test]
    public void A_match_of_nft_before_all_others([ValueSource(nameof(NftMatches))] string unread) =>
        AssertUnknown(Nft($"{unread} ip saddr 172.30.0.2 drop"));

    [Test]
    public void A_target_of_nft([ValueSource(nameof(NftTargets))] string unread) =>
        AssertUnknown(Nft($"ip saddr 172.30.0.2 iifname \"br-la0\" {unread}"), V4, FromClient, InLab);

    [Test]
    public void The_JSON_of_nft([ValueSource(nameof(Json))] string statements) =>
        AssertUnknown(
            RuleReader.NftJson(
                $$$"""
                {"nftables": [{"table": {"family": "inet", "name": "t"}}, {"chain": {"family": "inet", "table": "t", "name": "c"}},
                {"rule": {"family": "inet", "table": "t", "chain": "c", "expr": [
                {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "172.30.0.2"}}, {{{statements}}}]}}]}
                """,
                TestHost.Instance).Chains.Single().Rules,
            V4,
            FromClient);

    [Test]
    public void What_the_real_tool_prints_of_them()
    {
        // Ports are printed so that they can be read.
        var rules = NftMatches.Where(one => !(one.StartsWith("th ", StringComparison.Ordinal)
            || one.StartsWith("@th", StringComparison.Ordinal))).Select(one => $"ip saddr 172.30.0.2 {one} drop")
            .Concat(NftTargets.Select(one => $"ip saddr 172.30.0.2 {one}"));
        var printed = PrivateNamespace.Run(
            $$"""
            command -v nft >/dev/null || exit 77
            nft 'table inet t { set growing { type ipv4_addr; size 9; flags dynamic; }; chain other { }; chain c { }; }'
            while IFS= read -r rule; do nft add rule inet t c "$rule" 2>/dev/null || :; done <rules
            nft -j list ruleset 2>/dev/null; echo ===; nft list ruleset
            """,
            ("rules", string.Join('\n', rules) + "\n")).Split("===\n");
        foreach (var read in (RuleSet[])
            [RuleReader.NftJson(printed[0], TestHost.Instance), RuleReader.Nftables(printed[1], TestHost.Instance)])
        {
            var chain = read.Find(new(Layer.Nftables, "inet t", "c"))!.Rules;
            Assert.That(chain, Has.Length.GreaterThan(20), "some of them every kernel and release of nft has");
            AssertUnknown(chain, V4, FromClient);
            AssertWritten(read);
        }
    }

    [TestCase("tcp dport vmap { 22 : accept, * : drop }", "tcp dport 22 accept\ndrop", TestName = "What_no_key_of_a_map_holds_comes_last")]
    [TestCase("ip saddr 172.30.0.2 log flags tcp sequence,options flags ip options accept", "ip saddr client accept", TestName = "The_flags_of_log")]
    [TestCase("update @growing { ip saddr timeout 1m } drop", "drop", TestName = "A_set_that_is_filled_asks_nothing")]
    [TestCase("counter name \"c\" last used 3s comment \"drop\" accept", "accept", TestName = "What_only_counts")]
    [TestCase("tcp option maxseg size set rt mtu", "", TestName = "The_size_of_segments")]
    public void What_can_be_read(string printed, string inLab)
    {
        var rules = Nft(printed);

        Assert.That(string.Join('\n', rules.Select(rule => rule.Text)), Is.EqualTo(inLab));
        Assert.That(
            rules.SelectMany(rule => rule.Matches).OfType<UnknownMatch>().Where(_ => inLab.Length > 0), Is.Empty);
    }

    [Test]
    public void An_address_can_be_of_any_of_several_kinds() =>
        Assert.That(
            Xtables(Layer.Iptables, "-m addrtype ! --dst-type UNICAST,LOCAL -j DROP").Single().Matches,
            Is.EqualTo(new Match[] { new AddressTypeMatch(AddressRole.Destination, "UNICAST,LOCAL", true) }));

    // A lab on a Docker host uses another loopback address than 127.0.0.1, which belongs to the host's programs.
    [TestCase(Layer.Iptables, "-d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 18080 -j DNAT --to-destination 172.17.0.2:80")]
    [TestCase(Layer.Ip6tables, "-d ::1/128 ! -i docker0 -p tcp -m tcp --dport 18080 -j DNAT --to-destination [fd00:9::2]:80")]
    public void A_port_that_is_published_at_another_loopback_address_is_none_of_the_labs(Layer layer, string printed)
    {
        var read = RuleReader.Xtables(layer, $"*nat\n-A DOCKER {printed}\n", OnEngine.Instance);
        var rule = read.Chains.Single().Rules.Single();

        Assert.That(rule.Text, Is.EqualTo($"-A DOCKER {printed}"));
        Assert.That(rule.Matches, Is.EqualTo(new Match[]
        {
            new AddressMatch(AddressRole.Destination, [], false),
            new DeviceMatch(DeviceRole.In, ["docker0"], true),
            Tcp,
            new PortMatch(AddressRole.Destination, [new(18080, 18080)], false),
        }));
        Assert.That(rule.Target, Is.InstanceOf<DnatTarget>());
        AssertWritten(read);
    }

    [TestCase("table ip t {\nchain c {\nip daddr 127.0.0.1 tcp dport 18080 drop\n}\n}", "ip daddr 127.0.0.1 tcp dport 18080 drop")]
    [TestCase("table ip6 t {\nchain c {\nip6 daddr != ::1 drop\n}\n}", "ip6 daddr != ::1 drop")]
    [TestCase("table ip t {\nchain c {\nip daddr { 127.0.0.1, 172.30.0.2 } drop\n}\n}", "ip daddr client drop")]
    [TestCase("table ip t {\nchain c {\nip daddr 127.0.0.0/8 drop\n}\n}", "ip daddr host.lo drop")]
    public void So_with_nft(string table, string inLab)
    {
        var read = RuleReader.Nftables(table, OnEngine.Instance);

        Assert.That(read.Chains.Single().Rules.Single().Text, Is.EqualTo(inLab));
        AssertWritten(read);
    }

    // The lab's port 8080 is 48080 on the test host, and what is 8080 there is another port.
    [TestCase("--dport 48080", "--dport 8080")]
    [TestCase("--dport 8080", "--dport 48080")]
    [TestCase("--dport 8000:8081", "--dport 8000:8079,48080:48080,48081:48081")]
    [TestCase("--dport 48080:48090", "--dport 48082:48082,48084:48090,8080:8080,8081:8081,8083:8083")]
    [TestCase("--dport 1024:65535", "--dport 1024:65535")]
    [TestCase("--dport :1023", "--dport :1023")]
    public void A_port_that_has_the_number_of_one_of_the_labs_is_another(string printed, string inLab) =>
        Assert.That(
            Xtables(Layer.Iptables, $"-p tcp -m tcp {printed} -j DROP").Single().Text,
            Is.EqualTo($"-A OWN -p tcp -m tcp {inLab} -j DROP"));

    [Test]
    public void Two_things_that_would_be_read_back_as_one_are_kept_apart()
    {
        var read = RuleReader.Nftables(
            "table ip t {\nchain c {\nip saddr 172.30.0.2 one thing log another thing ip daddr 172.30.0.3 drop\n}\n}",
            TestHost.Instance);
        var rule = read.Chains.Single().Rules.Single();

        Assert.That(rule.Text, Is.EqualTo(
            "ip saddr client unreadable-match \"one thing\" unreadable-match \"another thing\" ip daddr server drop"));
        Assert.That(rule.Matches, Is.EqualTo(new Match[]
        {
            FromClient,
            new UnknownMatch("one thing", false),
            new UnknownMatch("another thing", false),
            new AddressMatch(AddressRole.Destination, ["server"], false),
        }));
        AssertWritten(read);
    }

    private static IEnumerable<string> Json()
    {
        string[] matches =
        [
            """{"match": {"op": "==", "left": {"numgen": {"mode": "random", "mod": 2, "offset": 0}}, "right": 0}}""",
            """{"match": {"op": "==", "left": {"ct": {"key": "bytes", "dir": "original"}}, "right": 80}}""",
            """{"match": {"op": "==", "left": {"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, "right": 7}}""",
            """{"match": {"op": "==", "left": {"rt": {"key": "nexthop", "family": "ip"}}, "right": "1.2.3.4"}}""",
            """{"match": {"op": "==", "left": {"ipsec": {"key": "saddr", "family": "ip", "dir": "in", "spnum": 0}}, "right": "1.2.3.4"}}""",
            """{"match": {"op": "==", "left": {"ip option": {"name": "rr"}}, "right": true}}""",
            """{"match": {"op": "==", "left": {"payload": {"base": "th", "offset": 16, "len": 16}}, "right": 80}}""",
            """{"match": {"op": "==", "left": {"&": [{"payload": {"protocol": "ip", "field": "daddr"}}, "255.0.255.0"]}, "right": "10.0.1.0"}}""",
            """{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": {"new": "thing"}}}""",
            """{"match": {"op": "in", "left": {"meta": {"key": "iifgroup"}}, "right": 5}}""",
            """{"limit": {"rate": 5, "per": "second"}}""", """{"quota": {"val": 25, "val_unit": "mbytes"}}""",
            """{"ct count": {"val": 20, "inv": true}}""", """{"xt": {"type": "match", "name": "string"}}""",
            """{"meter": {"key": 1, "stmt": {"limit": {}}}}""",
            """{"set": {"op": "update", "elem": {"payload": {"protocol": "ip", "field": "saddr"}}, "set": "@s", "stmt": [{"limit": {"rate": 10, "per": "second"}}]}}""",
        ];
        string[] targets =
        [
            """{"xt": {"type": "target", "name": "TEE"}}""", """{"xt": null}""", """{"ct helper": "ftp"}""",
            """{"new": {"thing": 3}}""", "\"jump {\\n tcp dport 22 accept\\n }\"",
            """{"vmap": {"key": {"numgen": {"mode": "random", "mod": 2}}, "data": {"set": [[0, {"accept": null}]]}}}""",
            """{"queue": {"num": 0}}""", """{"dup": {"addr": "10.0.0.1"}}""",
            """{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@nosuch"}}""",
            """{"mangle": {"key": {"payload": {"protocol": "ip", "field": "daddr"}}, "value": "10.0.0.1"}}""",
            """{"mangle": {"key": {"payload": {"base": "nh", "offset": 128, "len": 32}}, "value": 1}}""",
            """{"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"jhash": {"mod": 2, "expr": {"payload": {"protocol": "ip", "field": "saddr"}}}}}}""",
            """{"dnat": {"family": "ip", "addr": {"map": {"key": {"numgen": {"mode": "inc", "mod": 2}}, "data": {"set": [[0, "10.0.0.1"]]}}}}}""",
        ];
        return matches.Select(one => $"{one}, {{\"drop\": null}}").Concat(targets);
    }

    // Each rule keeps its known matches, and does nothing for certain.
    private static void AssertUnknown(ImmutableArray<Rule> rules, params Match[] known)
    {
        Assert.That(rules.Where(rule => rule.Target is not ContinueTarget), Is.Not.Empty, "it does something");
        foreach (var rule in rules.Where(rule => rule.Target is not ContinueTarget))
        {
            Assert.That(known, Is.SubsetOf(rule.Matches), rule.Text);
            Assert.That(
                rule.Target is UnknownTarget
                || rule.Matches.Any(match => match is UnknownMatch or MacMatch { Role: AddressRole.Source }),
                Is.True,
                rule.Text);
        }
    }

    private static void AssertWritten(RuleSet read)
    {
        foreach (var layer in RuleText.Layers(read))
            Assert.That(
                RuleText.Read(layer, RuleText.Write(read, layer), "text"),
                Is.EqualTo(new RuleSet([.. read.Chains.Where(chain => chain.Id.Layer == layer)])));
    }

    private static ImmutableArray<Rule> Xtables(Layer layer, string rule)
    {
        var read = RuleReader.Xtables(layer, $"*filter\n:OWN -\n-A OWN {rule}\n", TestHost.Instance);
        AssertWritten(read);
        return read.Chains.Single().Rules;
    }

    private static ImmutableArray<Rule> Nft(string rule)
    {
        var read = RuleReader.Nftables(
            $"table inet t {{\nset growing {{\ntype ipv4_addr\nflags dynamic\n}}\nchain other {{\n}}\nchain c {{\n{rule}\n}}\n}}",
            TestHost.Instance);
        AssertWritten(read);
        return read.Find(new(Layer.Nftables, "inet t", "c"))!.Rules;
    }

    /// <summary>With another loopback address than 127.0.0.1, as a lab on an Engine has it.</summary>
    private sealed class OnEngine : INames
    {
        public static readonly OnEngine Instance = new();

        private static readonly IPAddress Own = IPAddress.Parse("127.83.1.7");

        private static readonly INames Host = TestHost.Instance;

        public string Device(string printed) => Host.Device(printed);

        public ImmutableArray<string> Devices(Func<string, bool> condition) => Host.Devices(condition);

        public string? Address(IPAddress printed) => printed.Equals(Own) ? LabNames.HostOnLoopback
            : IPAddress.IsLoopback(printed) ? null
            : Host.Address(printed);

        public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) =>
        [
            .. Host.Addresses(address => !IPAddress.IsLoopback(address) && condition(address)),
            .. condition(Own) ? [LabNames.HostOnLoopback] : Array.Empty<string>(),
        ];

        public int Port(int printed) => Host.Port(printed);

        public string? MacOwner(string printed) => Host.MacOwner(printed);
    }
}
