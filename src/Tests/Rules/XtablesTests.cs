
namespace Hooktrail.Tests.Rules;

public class XtablesTests
{
    private static readonly ConntrackMatch Connected =
        new(ConntrackStates.Invalid | ConntrackStates.Untracked, true);

    private static readonly AnyOfMatch Never = new([], false);

    private static readonly object[] Matches =
    [
        Of("-i br-la0", "-i lab", new DeviceMatch(DeviceRole.In, ["lab"], false)),
        Of(
            "! -o br-+",
            "! -o away,closed,inner,lab",
            new DeviceMatch(DeviceRole.Out, ["away", "closed", "inner", "lab"], true)),
        Of("-i eth9+", null, new DeviceMatch(DeviceRole.In, ["eth9+"], false)),
        Of("-s 172.30.0.2/32", "-s client", Source("client")),
        Of(
            "! -s 172.30.0.0/24",
            "! -s lab",
            Source("client", "server", "lab.gateway", "lab.broadcast") with { Negated = true }),
        Of("-s 172.30.0.0/30", "-s client,server,lab.gateway", Source("client", "server", "lab.gateway")),
        Of(
            "-s 172.30.0.0/23",
            "-s lab,away",
            Source("client", "server", "lab.gateway", "lab.broadcast", "stranger", "away.gateway", "away.broadcast")),
        Of("-d 10.9.8.0/24", null, new AddressMatch(AddressRole.Destination, [], false)),
        Of(
            "-m iprange --src-range 172.30.0.2-172.30.0.3",
            "-m iprange --src-range client,server",
            Source("client", "server")),
        Of("-d 127.0.0.0/8", "-d host.lo", new AddressMatch(AddressRole.Destination, ["host.lo"], false)),
        Of("-p icmp -m icmp --icmp-type 8", null, new ProtocolMatch("icmp", false), new IcmpTypeMatch(8, null, false)),
        Of("-p icmp -m icmp --icmp-type 3/4", null, new ProtocolMatch("icmp", false), new IcmpTypeMatch(3, 4, false)),
        Of("-p sctp -m sctp --dport 9", null, new ProtocolMatch("sctp", false), Dport((9, 9))),
        Of(
            "-p tcp -m tcp --dport 48080",
            "-p tcp -m tcp --dport 8080",
            new ProtocolMatch("tcp", false),
            Dport((8080, 8080))),
        Of("-p tcp -m tcp ! --sport 1024:65535", null, new ProtocolMatch("tcp", false), new PortMatch(
            AddressRole.Source, [new(1024, 65535)], true)),
        Of(
            "-p udp -m multiport --dports 53,100:200", null,
            new ProtocolMatch("udp", false), Dport((53, 53), (100, 200))),
        Of("-m tcp --tcp-flags FIN,SYN,RST,ACK SYN", null, new TcpFlagsMatch(
            TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Rst | TcpFlags.Ack, TcpFlags.Syn, false)),
        Of("-m conntrack --ctstate RELATED,ESTABLISHED", null, new ConntrackMatch(
            ConntrackStates.Related | ConntrackStates.Established, false)),
        Of("-m state ! --state NEW", null, new ConntrackMatch(ConntrackStates.New, true)),
        Of("-m conntrack --ctstate DNAT", null, new ConntrackMatch(ConntrackStates.Dnat, false)),
        Of("-m addrtype --dst-type LOCAL", null, new AddressTypeMatch(AddressRole.Destination, "LOCAL", false)),
        Of("-m physdev --physdev-in vethclient --physdev-is-bridged",
            "-m physdev --physdev-in client.port --physdev-is-bridged",
            new DeviceMatch(DeviceRole.PhysIn, ["client.port"], false), new PhysdevMatch(PhysdevState.Bridged, false)),
        Of("-m mark --mark 0x1/0xf", null, new MarkMatch(1, 15, false)),
        Of("-m mark ! --mark 0x3", null, new MarkMatch(3, uint.MaxValue, true)),
        Of("-m ttl --ttl-lt 3", null, new TtlMatch(0, 2, false)),
        Of("-m pkttype --pkt-type broadcast", null, new PacketTypeMatch("broadcast", false)),
        Of(
            "-m mac --mac-source 02:42:AC:1E:00:02",
            "-m mac --mac-source client",
            new MacMatch(AddressRole.Source, "client", false)),
        Of("-s 0.0.0.2/0.0.0.255", "-s client,stranger,left,insider", Source("client", "stranger", "left", "insider")),
        Of("! -s 0.0.0.9/0.0.255.255", null, Source() with { Negated = true }),
        Of("-f", null, new FragmentMatch(false)),
        // iptables-nft up to 1.8.10 loads it as «not both».
        Of("-p udp -m udp ! --sport 80 ! --dport 53", null, new ProtocolMatch("udp", false), new AnyOfMatch(
            [
                [
                    Dport((80, 80)) with { Role = AddressRole.Source, Negated = true },
                    Dport((53, 53)) with { Negated = true }
                ],
                [
                    new UnknownMatch("! --sport with ! --dport", false),
                    new AnyOfMatch([[Dport((80, 80)) with { Role = AddressRole.Source }, Dport((53, 53))]], true),
                ],
            ],
            false)),
        Of("-p udp -m udp ! --sport 80 ! --dport 53:54", null,
            new ProtocolMatch("udp", false),
            Dport((80, 80)) with { Role = AddressRole.Source, Negated = true },
            Dport((53, 54)) with { Negated = true }),
        Of("-p icmp -m icmp --icmp-type any", null, new ProtocolMatch("icmp", false), new FragmentMatch(true)),
        Of("-p icmp -m icmp ! --icmp-type any", null, new ProtocolMatch("icmp", false), Never),
        Of("-p tcp -m multiport --ports 80,443:445", null, new ProtocolMatch("tcp", false), EitherPort(false)),
        Of("-p tcp -m multiport ! --ports 80,443:445", null,
            new ProtocolMatch("tcp", false), new FragmentMatch(true), EitherPort(true)),
        Of("-m pkttype --pkt-type unicast", null, new PacketTypeMatch("host", false)),
        Of("-m connmark ! --mark 0x7/0xf", null, new ConnectionMarkMatch(7, 15, true)),
        Of("-m mark --mark 0x1 -m connmark --mark 0x2", null,
            new MarkMatch(1, uint.MaxValue, false), new ConnectionMarkMatch(2, uint.MaxValue, false)),
        Of("-m conntrack --ctorigdst 172.30.0.3 --ctorigdstport 48080",
            "-m conntrack --ctorigdst server --ctorigdstport 8080",
            Connected, OfOriginal(new AddressMatch(AddressRole.Destination, ["server"], false)),
            OfOriginal(Dport((8080, 8080)))),
        Of("-m conntrack ! --ctreplsrc 172.30.0.0/30 ! --ctproto 17",
            "-m conntrack ! --ctreplsrc client,server,lab.gateway ! --ctproto 17",
            Connected,
            new ConnectionTupleMatch(
                ConnectionDirection.Reply, Source("client", "server", "lab.gateway") with { Negated = true }),
            OfOriginal(new ProtocolMatch("udp", true))),
        Of("-m conntrack --ctstatus SEEN_REPLY,CONFIRMED", null,
            Connected, new ConntrackMatch(ConntrackStates.SeenReply | ConntrackStates.Confirmed, false)),
        Of("-m conntrack ! --ctstatus NONE", null, Connected, new ConntrackMatch(ConntrackStates.None, true)),
        Of("-m conntrack --ctstate INVALID --ctdir REPLY", null,
            new ConntrackMatch(ConntrackStates.Invalid, false),
            new AnyOfMatch(
                [
                    [Connected, new ConnectionDirectionMatch(ConnectionDirection.Reply, false)],
                    [Connected with { Negated = false }],
                ],
                false)),
        Of("-m conntrack -p udp --ctstate NEW", null,
            new ProtocolMatch("udp", false), new ConntrackMatch(ConntrackStates.New, false)),
        Of("-m addrtype --src-type UNICAST,LOCAL ! --dst-type LOCAL --limit-iface-out", null,
            new FibMatch(AddressRole.Source, FibKeys.Out, FibResult.Type, ["UNICAST", "LOCAL"], false),
            new FibMatch(AddressRole.Destination, FibKeys.Out, FibResult.Type, ["LOCAL"], true)),
        Of("-m dscp ! --dscp 0x2e", null, new DscpMatch(46, 63, true)),
        Of("-m dscp --dscp-class AF21", null, new DscpMatch(18, 63, false)),
        Of("-m tos --tos 0x10/0x3f", null, new DscpMatch(4, 15, false)),
        Of("-m tos ! --tos 0x11/0xff", null, Never with { Negated = true }),
        Of("-m length ! --length 40:60", null, new LengthMatch(40, 60, true)),
        Of("-m length --length 100", null, new LengthMatch(100, 100, false)),
        Of("-m policy --dir in --pol none", null),
        Of("-m policy --dir out --pol ipsec --strict --reqid 1", null, Never),
        Of("-m rpfilter --invert", null, Back(FibKeys.In, true)),
        Of("-m rpfilter --loose --validmark --accept-local", null,
            Back(FibKeys.Mark, false) with { AcceptsLocal = true }),
        Of("-m physdev ! --physdev-out vethserver", "-m physdev ! --physdev-out server.port",
            new AnyOfMatch(
                [
                    [new PhysdevMatch(PhysdevState.In, true)],
                    [
                        new PhysdevMatch(PhysdevState.Out, false),
                        new DeviceMatch(DeviceRole.PhysOut, ["server.port"], true),
                    ],
                ],
                false)),
        Of("-m nfacct --nfacct-name \"-d x\"", null),
        Of("-m recent --rcheck --seconds 5 --name x --mask 255.255.255.255 --rsource -m tcp --dport 80", null,
            new UnknownMatch("-m recent", false), Dport((80, 80))),
        Of("-m comment --comment \"a \\\"b\\\" c\"", null),
        Of("-m set --match-set evil src", null, new UnknownMatch("-m set --match-set evil", false)),
        Of(
            "-m limit --limit 3/sec -m mark --mark 0x3", null,
            new UnknownMatch("-m limit", false), new MarkMatch(3, uint.MaxValue, false)),
        Of("-m addrtype --dst-type LOCAL --limit-iface-in", null,
            new FibMatch(AddressRole.Destination, FibKeys.In, FibResult.Type, ["LOCAL"], false)),
        Of("-m conntrack --ctdir ORIGINAL", null, Connected, new ConnectionDirectionMatch(
            ConnectionDirection.Original, false)),
    ];

    private static readonly object[] MatchesOfIPv6 =
    [
        Of("-s ::/96", "-s host.lo", Source("host.lo")),
        Of("-s fd00::2/::ffff", "-s client,stranger,left,insider", Source("client", "stranger", "left", "insider")),
        // In IPv6 the address has to be of the kind unicast, and local.
        Of("-m addrtype --dst-type UNICAST,LOCAL", null, new AddressTypeMatch(AddressRole.Destination, "LOCAL", false)),
        Of("-m addrtype --dst-type UNICAST", null),
        Of("-m addrtype ! --src-type UNICAST", null, Never),
        Of("-m addrtype --dst-type MULTICAST,LOCAL", null, Never),
        Of("-m rt --rt-type 0 ! --rt-segsleft 1", null, new ExtensionHeaderMatch("rt", false)),
        Of("-m hbh -m hl --hl-eq 3", null, new ExtensionHeaderMatch("hbh", false), new TtlMatch(3, 3, false)),
        Of("-m frag ! --fragid 1 --fraglast", null,
            new ExtensionHeaderMatch("frag", false), new UnknownMatch("-m frag --fragid", false)),
        Of("-m rpfilter --accept-local", null, new AnyOfMatch(
            [
                [Back(FibKeys.In, false)],
                [new AddressTypeMatch(AddressRole.Source, "LOCAL", false)],
            ],
            false)),
        Of("-m conntrack --ctorigdst fd00::/64", "-m conntrack --ctorigdst lab",
            Connected,
            OfOriginal(new AddressMatch(AddressRole.Destination, ["client", "server", "lab.gateway"], false))),
    ];

    private static readonly object[] Targets =
    [
        Do("-j ACCEPT", null, new AcceptTarget()),
        Do("-j DROP", null, new DropTarget()),
        Do("-j RETURN", null, new ReturnTarget()),
        Do("-j OWN", null, new JumpTarget("OWN")),
        Do("-g OWN", null, new JumpTarget("OWN", Goto: true)),
        Do("-j REJECT --reject-with tcp-reset", null, new RejectTarget("tcp-reset")),
        Do(
            "-j DNAT --to-destination 172.30.0.3:80",
            "-j DNAT --to-destination server:80",
            new DnatTarget("server", 80)),
        Do("-j DNAT --to-destination :81", null, new DnatTarget(null, 81)),
        Do("-j DNAT --to-destination 10.9.8.7", null, new DnatTarget("10.9.8.7", null)),
        Do(
            "-j DNAT --to-destination 10.0.0.1-10.0.0.99",
            null,
            new UnknownTarget("DNAT --to-destination 10.0.0.1-10.0.0.99")),
        Do("-j SNAT --to-source 203.0.113.1", "-j SNAT --to-source host.wan", new SnatTarget("host.wan", null)),
        Do("-j MASQUERADE", null, new MasqueradeTarget()),
        Do("-p tcp -j MASQUERADE --to-ports 1024-2048 --random", null, new MasqueradeTarget()),
        Do("-j REDIRECT --to-ports 99", null, new RedirectTarget(99)),
        Do("-j CT --notrack", null, new NotrackTarget()),
        Do("-j CT --helper ftp", null, new UnknownTarget("CT --helper")),
        Do("-j MARK --set-xmark 0x1/0xff", null, new MarkTarget(1, 255)),
        Do("-j MARK --set-mark 1/2", null, new MarkTarget(1, 3)),
        Do("-j MARK --and-mark 0xf", null, new MarkTarget(0, 0xfffffff0)),
        Do("-j CONNMARK --set-xmark 0x5/0x7", null, new ConnectionMarkTarget(MarkStep.Set, 5, 7, 0)),
        Do("-j CONNMARK --set-mark 5/2", null, new ConnectionMarkTarget(MarkStep.Set, 5, 7, 0)),
        Do("-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff00", null,
            new ConnectionMarkTarget(MarkStep.Save, 0, 0xff00, 0xff)),
        Do("-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff00", null,
            new ConnectionMarkTarget(MarkStep.Restore, 0, 0xff, 0xff00)),
        Do("-j CONNMARK --restore-mark --mask 0x3", null, new ConnectionMarkTarget(MarkStep.Restore, 0, 3, 3)),
        Do("-j CONNMARK --save-mark --nfmask 0x1 --ctmask 0x1 --left-shift-mark 2", null,
            new UnknownTarget("CONNMARK --left-shift-mark")),
        Do("-j DSCP --set-dscp 0x2e", null, new DscpTarget(46, 63)),
        Do("-j TOS --set-tos 0x10/0x3f", null, new DscpTarget(4, 15)),
        Do("-j TOS --and-tos 0x03", null, new DscpTarget(0, 63)),
        Do("-j TOS --set-tos 0x02/0x3f", null, new UnknownTarget("TOS --set-tos 0x02/0x3f")),
        Do("-j CT --ctevents new,destroy", null, new ContinueTarget("CT")),
        Do("-j CT --zone-orig 4", null, new UnknownTarget("CT --zone-orig")),
        Do("-j SET --add-set evil src,dst --exist --timeout 30", null, new ContinueTarget("SET")),
        Do("-j SET --map-set evil src --map-mark", null, new UnknownTarget("SET --map-set")),
        Do("-j REJECT --reject-with host-prohib", null, new RejectTarget("icmp-host-prohibited")),
        Do("-j LOG --log-prefix \"-d x\" --log-uid", null, new ContinueTarget("LOG")),
        Do("-j SECMARK --selctx a:b", null, new UnknownTarget("SECMARK --selctx")),
        Do("-j DNAT --to-destination 172.30.0.3-172.30.0.3:80", "-j DNAT --to-destination server:80",
            new DnatTarget("server", 80)),
        Do("-j TTL --ttl-set 3", null, new TtlTarget(3)),
        Do("-j TTL --ttl-dec 3", null, new TtlChangeTarget(-3)),
        Do("-j LOG --log-prefix \"another tool \" --log-level 7", null, new ContinueTarget("LOG")),
        Do("-j CHECKSUM --checksum-fill", null, new ContinueTarget("CHECKSUM")),
        Do("-p tcp -j TCPMSS --clamp-mss-to-pmtu", null, new ContinueTarget("TCPMSS")),
        Do("-m mark --mark 0x1", null, new ContinueTarget("")),
        Do("-j NFQUEUE --queue-num 0", null, new UnknownTarget("NFQUEUE --queue-num")),
        Do("-j TPROXY --on-port 3 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0", null, new UnknownTarget("TPROXY --on-port")),
    ];

    private static readonly object[] Frames =
    [
        Of("-p IPv4 -i vethclient -o vethserver --ip-src 172.30.0.2 --ip-proto tcp --ip-dport 48080",
            "-p IPv4 -i client.port -o server.port --ip-src client --ip-proto tcp --ip-dport 8080",
            new FrameProtocolMatch("ipv4", false), new DeviceMatch(DeviceRole.In, ["client.port"], false),
            new DeviceMatch(DeviceRole.Out, ["server.port"], false),
            Source("client"), new ProtocolMatch("tcp", false), Dport((8080, 8080))),
        Of("-p ARP --arp-op Request --arp-ip-dst 172.30.0.3", "-p ARP --arp-op Request --arp-ip-dst server",
            new FrameProtocolMatch("arp", false), new ArpOperationMatch(1, false),
            new AddressMatch(AddressRole.Destination, ["server"], false)),
        Of(
            "-s 02:42:ac:1e:00:02 -d Broadcast",
            "-s client -d Broadcast",
            new MacMatch(AddressRole.Source, "client", false),
            new MacMatch(AddressRole.Destination, "broadcast", false)),
        Of("-p IPv4 --ip-src ! 172.30.0.2 --ip-proto ! udp", "-p IPv4 --ip-src ! client --ip-proto ! udp",
            new FrameProtocolMatch("ipv4", false), Source("client") with { Negated = true },
            new ProtocolMatch("udp", true)),
        Of("-p ! IPv4 -i ! vethcl+ -d ! 2:42:ac:1e:0:2", "-p ! IPv4 -i ! client.port -d ! client",
            new FrameProtocolMatch("ipv4", true), new DeviceMatch(DeviceRole.In, ["client.port"], true),
            new MacMatch(AddressRole.Destination, "client", true)),
        Of("-p ARP --arp-mac-dst 02:42:ac:1e:00:02", "-p ARP --arp-mac-dst client",
            new FrameProtocolMatch("arp", false),
            new AnyOfMatch(
                [[new ArpOperationMatch(2, false), new MacMatch(AddressRole.Destination, "client", false)]], false)),
        Of("-p 802_1Q --vlan-id 5 --vlan-prio 3", null,
            new FrameProtocolMatch("vlan", false), new VlanMatch(5, 5, false)),
        Of("-p 802_1Q --vlan-prio 3", null, new FrameProtocolMatch("vlan", false), Never),
        Of("-p 802_1Q --vlan-encap 0800 --vlan-prio ! 3", null, new FrameProtocolMatch("vlan", false)),
        Of("--mark /0x3", null, new MarkMatch(0, 3, true)),
        Of("--mark ! /0x3", null, new MarkMatch(0, 3, false)),
        Of("-d Multicast", null, new MacMatch(AddressRole.Destination, "multicast", false)),
        Of("-s 02:42:00:00:00:00/ff:ff:00:00:00:00", null, new UnknownMatch(
            "-s 02:42:00:00:00:00/ff:ff:00:00:00:00", false)),
        Of(
            "--logical-in br-la0 ! -p 0x8864",
            "--logical-in lab ! -p 0x8864",
            new DeviceMatch(DeviceRole.LogicalIn, ["lab"], false),
            new FrameProtocolMatch("pppoe", true)),
        Of("-p 802_1Q --vlan-id 5", null, new FrameProtocolMatch("vlan", false), new VlanMatch(5, 5, false)),
        Of(
            "--pkttype-type multicast --mark 0x1/0x3", null,
            new PacketTypeMatch("multicast", false), new MarkMatch(1, 3, false)),
    ];

    [TestCaseSource(nameof(Matches))]
    public void A_match_of_iptables(string printed, string? inLab, Match[] expected) =>
        AssertRule(Layer.Iptables, printed + " -j DROP", (inLab ?? printed) + " -j DROP", expected, new DropTarget());

    [TestCaseSource(nameof(MatchesOfIPv6))]
    public void A_match_of_ip6tables(string printed, string? inLab, Match[] expected) =>
        AssertRule(Layer.Ip6tables, printed + " -j DROP", (inLab ?? printed) + " -j DROP", expected, new DropTarget());

    [TestCaseSource(nameof(Frames))]
    public void A_match_of_ebtables(string printed, string? inLab, Match[] expected) =>
        AssertRule(Layer.Ebtables, printed + " -j DROP", (inLab ?? printed) + " -j DROP", expected, new DropTarget());

    [TestCaseSource(nameof(Targets))]
    public void A_target_of_iptables(string printed, string? inLab, Target expected) =>
        AssertRule(Layer.Iptables, printed, inLab ?? printed, null, expected);

    [Test]
    public void Names_hold_for_IPv6_too() =>
        AssertRule(
            Layer.Ip6tables,
            "! -s fe80::/10 -d fd00:0::/64 -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DNAT --to-destination [fd00::3]:80",
            "! -s fe80::/10 -d lab -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DNAT --to-destination server:80",
            [
                new AddressMatch(AddressRole.Source, [], true),
                new AddressMatch(AddressRole.Destination, ["client", "server", "lab.gateway"], false),
                new ProtocolMatch("ipv6-icmp", false),
                new IcmpTypeMatch(135, null, false),
            ],
            new DnatTarget("server", 80));

    [Test]
    public void A_target_of_ebtables_that_does_two_things_is_two_rules()
    {
        var rules = Rules(Layer.Ebtables, "-p IPv4 -j mark --mark-or 0x2 --mark-target ACCEPT");

        Assert.That(rules.Select(rule => (rule.Text, rule.Target)), Is.EqualTo((IEnumerable<(string, Target)>)
        [
            ("-A OWN -p IPv4 -j mark --mark-or 0x2 --mark-target CONTINUE", new MarkTarget(2, 2)),
            ("-A OWN -p IPv4 -j ACCEPT", new AcceptTarget()),
        ]));
        Assert.That(rules.SelectMany(rule => Rules(Layer.Ebtables, rule.Text["-A OWN ".Length..])), Is.EqualTo(rules));
    }

    [Test]
    public void The_redirect_of_ebtables_takes_a_frame_up_to_the_host() =>
        AssertRule(
            Layer.Ebtables,
            "-i vethclient -j redirect ",
            "-i client.port -j redirect",
            [new DeviceMatch(DeviceRole.In, ["client.port"], false)],
            new BridgeRedirectTarget());

    [Test]
    public void Arptables_prints_the_target_first() =>
        AssertRule(
            Layer.Arptables,
            "-j DROP -i br-la0 -s 172.30.0.2 --h-length 6 --opcode 1 --h-type 1 --proto-type 0x800",
            "-i lab -s client --h-length 6 --opcode 1 --h-type 1 --proto-type 0x800 -j DROP",
            [new DeviceMatch(DeviceRole.In, ["lab"], false), Source("client"), new ArpOperationMatch(1, false)],
            new DropTarget());

    [Test]
    public void Taps_of_ours_are_no_rules_of_the_host()
    {
        Assert.That(
            Rules(Layer.Iptables, "-p icmp -j LOG --log-prefix \"htx7k2q i.raw.OUTPUT \" --log-level 7"), Is.Empty);
        Assert.That(
            Rules(
                Layer.Ebtables, "-p IPv4 --log-level debug --log-prefix \"htx7k2q e.nat.OUTPUT\" --log-ip -j CONTINUE"),
            Is.Empty);
        Assert.That(Rules(Layer.Iptables, "-j LOG --log-prefix \"http denied: \""), Has.Length.EqualTo(1));
    }

    [Test]
    public void Empty_built_in_chains_that_accept_say_nothing()
    {
        var rules = RuleReader.Xtables(
            Layer.Iptables,
            "# by iptables-save\n*filter\n:INPUT ACCEPT [1:2]\n:FORWARD DROP [0:0]\n:OWN - [0:0]\nCOMMIT\n",
            TestHost.Instance);

        Assert.That(
            rules.Chains.Select(chain => (chain.Id.Name, chain.Policy)),
            Is.EqualTo((IEnumerable<(string, Policy)>)[("FORWARD", Policy.Drop), ("OWN", Policy.None)]));
    }

    [TestCase("-P FORWARD DROP\n-N OWN\n-A FORWARD -j OWN\n-A OWN -s 172.30.0.2/32 -j ACCEPT")]
    [TestCase("iptables -P FORWARD DROP\niptables -N OWN\niptables -t filter -I OWN -s 172.30.0.2/32 -j ACCEPT\niptables-nft -I FORWARD 1 -j OWN")]
    [TestCase("*filter\n:FORWARD DROP [0:0]\n:OWN - [0:0]\n[1:2] -A FORWARD -j OWN\n-A OWN -s 172.30.0.2 -j ACCEPT -c 1 2\nCOMMIT")]
    public void Chains_policies_and_rules_are_read_as_any_command_prints_them(string text) =>
        Assert.That(
            RuleText.Write(RuleReader.Xtables(Layer.Iptables, text, TestHost.Instance), Layer.Iptables),
            Is.EqualTo(new[]
            {
                "*filter", ":FORWARD DROP", ":OWN -", "-A FORWARD -j OWN", "-A OWN -s client -j ACCEPT",
            }));

    [Test]
    public void An_inserted_rule_stands_where_it_was_inserted() =>
        Assert.That(
            RuleReader.Xtables(
                Layer.Iptables,
                "-A FORWARD -p tcp -j ACCEPT\n-t nat -A PREROUTING -j ACCEPT\n-I FORWARD -p udp -j ACCEPT\n-I FORWARD 2 -p icmp -j ACCEPT\n-I FORWARD 9 -j DROP",
                TestHost.Instance).Find(new(Layer.Iptables, "filter", "FORWARD"))!.Rules.Select(rule => rule.Text),
            Is.EqualTo(new[]
            {
                "-A FORWARD -p udp -j ACCEPT", "-A FORWARD -p icmp -j ACCEPT", "-A FORWARD -p tcp -j ACCEPT",
                "-A FORWARD -j DROP",
            }));

    [TestCase("nonsense", "line 1", "nonsense")]
    [TestCase("*filter\n-A INPUT -s", "line 2", "-s")]
    [TestCase("*filter\n:INPUT QUEUE", "line 2", "QUEUE")]
    public void What_no_tool_prints_is_told_with_its_line(string text, string line, string what) =>
        Assert.That(
            () => RuleReader.Xtables(Layer.Iptables, text, TestHost.Instance),
            Throws.TypeOf<HooktrailException>()
                .With.Message.Contains(line)
                .And.Message.Contains(what)
                .And.Message.Contains("iptables-save"));

    private static void AssertRule(Layer layer, string printed, string inLab, Match[]? matches, Target target)
    {
        var rule = Rules(layer, printed).Single();

        Assert.That(rule.Text, Is.EqualTo($"-A OWN {inLab}"));
        if (matches is not null)
            Assert.That(rule.Matches, Is.EqualTo(matches));
        Assert.That(rule.Target, Is.EqualTo(target));
        // In the lab's names it says the same.
        Assert.That(
            RuleText.Read(layer, ["*filter", ":OWN -", rule.Text], "text").Chains[0].Rules,
            Is.EqualTo((IEnumerable<Rule>)[rule]));
    }

    private static ImmutableArray<Rule> Rules(Layer layer, string rule) =>
        RuleReader.Xtables(layer, $"*filter\n:OWN -\n-A OWN {rule}\n", TestHost.Instance).Chains.Single().Rules;

    private static AddressMatch Source(params ImmutableArray<string> names) => new(AddressRole.Source, names, false);

    private static ConnectionTupleMatch OfOriginal(Match part) => new(ConnectionDirection.Original, part);

    private static FibMatch Back(FibKeys keys, bool negated) =>
        new(AddressRole.Source, keys, FibResult.Device, ["*"], negated);

    private static AnyOfMatch EitherPort(bool negated) => new(
        [[Dport((80, 80), (443, 445)) with { Role = AddressRole.Source }], [Dport((80, 80), (443, 445))]], negated);

    private static PortMatch Dport(params IEnumerable<(int First, int Last)> ranges) =>
        new(AddressRole.Destination, [.. ranges.Select(range => new PortRange(range.First, range.Last))], false);

    private static object[] Of(string printed, string? inLab, params Match[] matches) => [printed, inLab!, matches];

    private static object[] Do(string printed, string? inLab, Target target) => [printed, inLab!, target];
}
