using Hooktrail.Rules.Known;

namespace Hooktrail.Rules.Reading;

/// <summary>The matches of iptables, ip6tables and arptables.</summary>
internal sealed partial class XtablesRule
{
    private static readonly ImmutableArray<string> FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

    /// <summary>No packet has it.</summary>
    private static AnyOfMatch Never(bool negated = false) => new([], negated);

    private bool Plain(string option, bool negated) => option switch
    {
        "-s" or "--source" or "--src" or "--src-ip" or "--source-ip" =>
            Addresses("-s", AddressRole.Source, _version, negated),
        "-d" or "--destination" or "--dst" or "--dst-ip" or "--destination-ip" =>
            Addresses("-d", AddressRole.Destination, _version, negated),
        "--src-range" => Addresses(option, AddressRole.Source, _version, negated),
        "--dst-range" => Addresses(option, AddressRole.Destination, _version, negated),
        "-p" or "--protocol" or "--proto" => Protocol("-p", negated),
        "-f" or "--fragment" or "--fragments" when _version == IpVersion.V4 => Add("-f", negated, null, _ => new FragmentMatch(negated)),
        "-m" or "--match" => Module(),
        "--sport" or "--source-port" or "--sports" or "--source-ports" => Ports(option, AddressRole.Source, negated),
        "--dport" or "--destination-port" or "--dports" or "--destination-ports" =>
            Ports(option, AddressRole.Destination, negated),
        "--ports" or "--port" when _module == "multiport" => EitherPort(option, negated),
        "--state" => Add(option, negated, Next(), text => ConntrackWords.Parse(text) is { } states
            ? new ConntrackMatch(states, negated)
            : null),
        // Options of one module, of which others stand between it and them.
        "--src-type" or "--dst-type" or "--limit-iface-in" or "--limit-iface-out" => Again(AddressTypes),
        _ when ConntrackArguments(option) is not null => Again(Conntrack),
        "--match-set" => Again(Set),
        "--physdev-in" => Device(option, DeviceRole.PhysIn, negated),
        "--physdev-out" => PhysicalOut(negated),
        "--physdev-is-in" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.In, negated)),
        "--physdev-is-out" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.Out, negated)),
        "--physdev-is-bridged" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.Bridged, negated)),
        "--icmp-type" or "--icmpv6-type" => Icmp(option, negated),
        "--tcp-flags" => TcpFlags(negated),
        "--syn" => Add(option, negated, null, _ => Syn(negated)),
        "--ttl-eq" or "--ttl" or "--hl-eq" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(ttl, ttl, negated) : null),
        "--ttl-lt" or "--hl-lt" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(0, ttl - 1, negated) : null),
        "--ttl-gt" or "--hl-gt" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(ttl + 1, 255, negated) : null),
        "--pkt-type" => Add(option, negated, Next(), text => PacketTypeWords.Parse(text, negated)),
        "--dscp" or "--dscp-class" when _module == "dscp" =>
            Add(option, negated, Next(), text => DscpWords.Parse(text.ToLowerInvariant()) is { } value
                ? new DscpMatch(value, 63, negated)
                : null),
        "--tos" when _module == "tos" => Tos(option, negated, 63),
        "--length" when _module == "length" => Length(negated),
        "--mac-source" => Mac(option, AddressRole.Source, negated),
        "--src-mac" or "--source-mac" when _isArptables => Mac(option, AddressRole.Source, negated),
        "--dst-mac" or "--destination-mac" when _isArptables => AskedMac(option, negated),
        "--opcode" => Add(option, negated, Next(), text => ArpOperation(text) is { } operation
            ? new ArpOperationMatch(operation, negated)
            : null),
        // A lab has only Ethernet hardware, and only IPv4 in ARP.
        "--h-length" when !negated && tokens.ElementAtOrDefault(_at) == "6" => Always(option),
        "--h-type" when !negated && tokens.ElementAtOrDefault(_at) is "1" or "0x1" or "Ethernet" => Always(option),
        "--proto-type" when !negated && tokens.ElementAtOrDefault(_at) is "0x800" or "800" or "IPv4" => Always(option),
        _ => false,
    };

    private bool Module()
    {
        _module = Next();
        _names.Load(_module);
        List<string> words = ["-m", _module];
        switch (_module)
        {
            case "comment":
                // The comment stays in the rule's text, but is no match.
                while (Option(words, option => option == "--comment" ? 1 : null) is not null)
                {
                }

                return Condition([.. words]);
            case "addrtype":
                return AddressTypes(words);
            case "conntrack":
                return Conntrack(words);
            case "set":
                return Set(words);
            case "rpfilter":
                return ReversePath(words);
            case "policy":
                return Policy(words);
            case "nfacct":
                // It only counts (net/netfilter/xt_nfacct.c, nfacct_mt); a quota is the object's, which no rule shows.
                while (Option(words, option => option == "--nfacct-name" ? 1 : null) is not null)
                {
                }

                return Condition([.. words]);
            case "ah" or "dst" or "frag" or "hbh" or "mh" or "rt" when _version == IpVersion.V6:
                return ExtensionHeader(words);
        }

        if (XtablesWords.HasOptions(_module))
            return Condition([.. words]);
        Skip(words);
        return Condition([.. words], new UnknownMatch($"-m {_module}", false));
    }

    private bool Again(Func<List<string>, bool> options)
    {
        _at = _option;
        return options([]);
    }

    /// <summary>
    /// The next option, if it is one of the module's, with its arguments; both are added to the text.
    /// </summary>
    private (string Option, bool Negated, string Argument)? Option(
        List<string> words, Func<string, int?> arguments, Func<string, string, string>? translated = null)
    {
        var start = _at;
        if (IsAtEnd || tokens[_at] == "!" && _at + 1 >= tokens.Length)
            return null;
        var (option, negated) = Sign();
        if (arguments(option) is not { } count)
        {
            _at = start;
            return null;
        }

        var argument = count == 0 ? "" : Next();
        argument = translated?.Invoke(option, argument) ?? argument;
        words.AddRange(Words(option, negated, count == 0 ? [] : [argument]));
        for (; count > 1; count--)
        {
            words.Add(Next());
            argument += " " + words[^1];
        }

        return (option, negated, argument);
    }

    /// <summary>
    /// Whether the source, the destination or both have one of the types, of any device or of the packet's
    /// (xt_addrtype.c).
    /// </summary>
    private bool AddressTypes(List<string> words)
    {
        var asked = new List<(AddressRole Role, bool Negated, string Types)>();
        var keys = FibKeys.None;
        while (Option(words, option => option switch
        {
            "--src-type" or "--dst-type" => 1,
            "--limit-iface-in" or "--limit-iface-out" => 0,
            _ => null,
        }) is { } found)
            if (found.Option.StartsWith("--limit", StringComparison.Ordinal))
                keys |= found.Option == "--limit-iface-in" ? FibKeys.In : FibKeys.Out;
            else
                asked.Add((
                    found.Option == "--src-type" ? AddressRole.Source : AddressRole.Destination,
                    found.Negated,
                    found.Argument));

        if (asked.Count == 0 && keys != FibKeys.None)
            return Condition([.. words], new UnknownMatch($"-m addrtype {words[^1]}", false));
        return Condition([.. words], [.. asked.SelectMany(one => AddressType(one.Role, one.Negated, one.Types, keys))]);
    }

    private IEnumerable<Match> AddressType(AddressRole role, bool negated, string types, FibKeys keys)
    {
        var option = role == AddressRole.Source ? "--src-type" : "--dst-type";
        var unknown = new UnknownMatch($"-m addrtype {option} {types}", negated);
        if (AddressTypeWords.Parse(types, role, negated) is not { } any)
            return [unknown];
        if (_version == IpVersion.V4)
            return [keys == FibKeys.None ? any : new FibMatch(role, keys, FibResult.Type, [.. any.Kinds()], negated)];
        // In IPv6 the types are no list of which one is enough: multicast, unicast and unspecified are what the address
        // is, and all have to hold, before a route is asked for the others (xt_addrtype.c, match_type6).
        var kinds = any.Kinds().Except(["UNICAST"]).ToImmutableArray();
        if (kinds.Any(kind => kind is "MULTICAST" or "UNSPEC"))
            return [Never(negated)];
        if (kinds.IsEmpty)
            return negated ? [Never()] : [];
        if (kinds.Any(kind => kind is not ("LOCAL" or "ANYCAST")))
            return [unknown];
        return
        [
            keys == FibKeys.None
                ? new AddressTypeMatch(role, string.Join(',', kinds), negated)
                : new FibMatch(role, keys, FibResult.Type, kinds, negated),
        ];
    }

    /// <summary>
    /// xt_conntrack.c, <c>conntrack_mt</c>. Of a packet without a connection only the state is asked, if the rule asks
    /// for one; otherwise it does not match, negated or not.
    /// </summary>
    private bool Conntrack(List<string> words)
    {
        var (states, others) = (new List<Match>(), new List<Match>());
        while (Option(words, ConntrackArguments, ConntrackTranslated) is { } found)
            (found.Option == "--ctstate" ? states : others).Add(
                ConntrackOf(found.Option, found.Negated, found.Argument));
        if (others.Count == 0)
            return Condition([.. words], [.. states]);
        var without = new ConntrackMatch(ConntrackStates.Invalid | ConntrackStates.Untracked, false);
        ImmutableArray<Match> connected = [without with { Negated = true }, .. others];
        return Condition([.. words], states.Count == 0
            ? connected
            : [.. states, new AnyOfMatch([connected, [without]], false)]);
    }

    private static int? ConntrackArguments(string option) => option switch
    {
        "--ctstate" or "--ctstatus" or "--ctdir" or "--ctproto" or "--ctexpire"
            or "--ctorigsrc" or "--ctorigdst" or "--ctreplsrc" or "--ctrepldst"
            or "--ctorigsrcport" or "--ctorigdstport" or "--ctreplsrcport" or "--ctrepldstport" => 1,
        _ => null,
    };

    private string ConntrackTranslated(string option, string argument) => option switch
    {
        "--ctorigsrc" or "--ctorigdst" or "--ctreplsrc" or "--ctrepldst" => translation.Addresses(argument, _version),
        _ when option.EndsWith("port", StringComparison.Ordinal) => translation.Ports(argument),
        _ => argument,
    };

    private Match ConntrackOf(string option, bool negated, string argument)
    {
        var role = option.Contains("src", StringComparison.Ordinal) ? AddressRole.Source : AddressRole.Destination;
        var direction = option.Contains("repl", StringComparison.Ordinal)
            ? ConnectionDirection.Reply
            : ConnectionDirection.Original;
        ConnectionTupleMatch? OfTuple(Match? part) => part is null ? null : new(direction, part);
        return option switch
        {
            "--ctstate" => ConntrackWords.Parse(argument) is { } states ? new ConntrackMatch(states, negated) : null,
            "--ctstatus" => ConnectionStatusWords.Parse(argument) is { } states
                ? new ConntrackMatch(states, negated)
                : null,
            "--ctdir" => argument.ToUpperInvariant() switch
            {
                "ORIGINAL" => new ConnectionDirectionMatch(ConnectionDirection.Original, negated),
                "REPLY" => new ConnectionDirectionMatch(ConnectionDirection.Reply, negated),
                _ => null,
            },
            "--ctproto" => OfTuple(ProtocolWords.Parse(argument) is { } protocol
                ? new ProtocolMatch(protocol, negated)
                : null),
            "--ctexpire" => (Match?)null,
            _ when option.EndsWith("port", StringComparison.Ordinal) =>
                OfTuple(NameTranslation.Ranges(argument) is { } ranges ? new PortMatch(role, ranges, negated) : null),
            _ => OfTuple(translation.AddressMatchOf(argument, role, _version, negated)),
        } ?? new UnknownMatch($"-m conntrack {option} {argument}", negated);
    }

    /// <summary>xt_set.c: the set's entries as they were read, or both ways.</summary>
    private bool Set(List<string> words)
    {
        var matches = new List<Match>();
        while (Option(words, option => option switch
        {
            "--match-set" or "--set" => 2,
            "--return-nomatch" or "--update-counters" or "--update-subcounters" => 0,
            "--packets-eq" or "--packets-lt" or "--packets-gt" or "--bytes-eq" or "--bytes-lt" or "--bytes-gt" => 1,
            _ => null,
        }) is { } found)
            if (found.Option is "--match-set" or "--set")
                matches.Add(found.Argument.Split(' ') is [var name, var sides]
                    ? sets.Match(name, sides.Split(','), _version, found.Negated)
                    : new UnknownMatch("-m set", found.Negated));
            else if (!found.Option.StartsWith("--update", StringComparison.Ordinal))
                matches.Add(new UnknownMatch($"-m set {found.Option}", found.Negated));

        return Condition([.. words], [.. matches]);
    }

    /// <summary>
    /// ipt_rpfilter.c, ip6t_rpfilter.c. The lab has no policy rules, so --validmark changes nothing. With
    /// --accept-local IPv6 takes an address of the host by any device.
    /// </summary>
    private bool ReversePath(List<string> words)
    {
        var (keys, local, negated) = (FibKeys.In, false, false);
        while (Option(words, option =>
            option is "--loose" or "--validmark" or "--accept-local" or "--invert" ? 0 : null)
            is { Option: var option })
            switch (option)
            {
                case "--loose":
                    keys &= ~FibKeys.In;
                    break;
                case "--validmark":
                    keys |= FibKeys.Mark;
                    break;
                case "--accept-local":
                    local = true;
                    break;
                default:
                    negated = true;
                    break;
            }

        var back = new FibMatch(AddressRole.Source, keys, FibResult.Device, ["*"], negated);
        return Condition([.. words], (local, _version) switch
        {
            (false, _) => back,
            (_, IpVersion.V4) => back with { AcceptsLocal = true },
            _ => new AnyOfMatch(
                [[back with { Negated = false }], [new AddressTypeMatch(AddressRole.Source, "LOCAL", false)]], negated),
        });
    }

    /// <summary>
    /// A lab has no IPsec. Then «none» holds, and nothing else (xt_policy.c, <c>policy_mt</c>).
    /// </summary>
    private bool Policy(List<string> words)
    {
        var isNone = false;
        while (Option(words, option => option switch
        {
            "--dir" or "--pol" or "--reqid" or "--spi" or "--proto" or "--mode"
                or "--tunnel-src" or "--tunnel-dst" => 1,
            "--strict" or "--next" => 0,
            _ => null,
        }) is { } found)
            isNone |= found is { Option: "--pol", Argument: "none", Negated: false };
        return Condition([.. words], isNone ? [] : [Never()]);
    }

    /// <summary>
    /// A packet without the header does not match, whatever else the rule asks for (ip6t_rt.c, ip6t_hbh.c,
    /// ip6t_frag.c). Of these headers a lab's packets have only that of fragments.
    /// </summary>
    private bool ExtensionHeader(List<string> words)
    {
        var from = words.Count;
        SkipModule(words);
        ImmutableArray<Match> has = [new ExtensionHeaderMatch(_module!, false)];
        return Condition([.. words], _module == "frag" && words.Count > from
            ? has.Add(new UnknownMatch($"-m frag {words[from..].First(word => word != "!")}", false))
            : has);
    }

    private bool EitherPort(string option, bool negated)
    {
        var text = translation.Ports(Next());
        var words = Words(option, negated, text);
        if (NameTranslation.Ranges(text) is not { } ranges)
            return Condition(words, new UnknownMatch($"{Owner(option)} {text}", negated));
        var either = new AnyOfMatch(
            [
                [new PortMatch(AddressRole.Source, ranges, false)],
                [new PortMatch(AddressRole.Destination, ranges, false)],
            ],
            negated);
        // A later fragment has no port, and does not match, negated or not (xt_multiport.c, multiport_mt).
        return negated ? Condition(words, new FragmentMatch(true), either) : Condition(words, either);
    }

    /// <summary>
    /// A packet that goes out by no port of a bridge does not match, negated or not; one that came by no bridge matches
    /// the negated option (xt_physdev.c, <c>physdev_mt</c>).
    /// </summary>
    private bool PhysicalOut(bool negated) => negated
        ? Add("--physdev-out", negated, translation.Device(Next()), text => new AnyOfMatch(
            [
                [new PhysdevMatch(PhysdevState.In, true)],
                [
                    new PhysdevMatch(PhysdevState.Out, false),
                    new DeviceMatch(DeviceRole.PhysOut, NameTranslation.Devices(text), true),
                ],
            ],
            false))
        : Device("--physdev-out", DeviceRole.PhysOut, negated);

    private bool Icmp(string option, bool negated) =>
        Add(option, negated, Next(), text => text.ToLowerInvariant() switch
    {
        // Every message, but no later fragment (ip_tables.c and xt_tcpudp.c, icmp_match).
        "any" or "255" when _version == IpVersion.V4 => negated ? Never() : new FragmentMatch(true),
        _ => IcmpWords.Parse(text, _version, negated),
    });

    private bool TcpFlags(bool negated)
    {
        var (mask, set) = (Next(), Next());
        Match match = Flags(mask) is { } wanted && Flags(set) is { } on
            ? new TcpFlagsMatch(wanted, on, negated)
            : new UnknownMatch($"-m tcp --tcp-flags {mask} {set}", negated);
        return Condition(Words("--tcp-flags", negated, mask, set), match);
    }

    private static TcpFlagsMatch Syn(bool negated) =>
        new(
            Trails.TcpFlags.Fin | Trails.TcpFlags.Syn | Trails.TcpFlags.Rst | Trails.TcpFlags.Ack,
            Trails.TcpFlags.Syn,
            negated);

    private static TcpFlags? Flags(string words)
    {
        var flags = Trails.TcpFlags.None;
        foreach (var word in words.Split(','))
            if (word == "ALL")
                flags |= (TcpFlags)63;
            else if (FlagNames.IndexOf(word) is var index and >= 0)
                flags |= (TcpFlags)(1 << index);
            else if (word != "NONE")
                return null;
        return flags;
    }

    /// <summary>
    /// The byte of IPv4 or IPv6 of which DSCP is the upper six bits (xt_dscp.c, <c>tos_mt</c>). The lower two are of
    /// ECN, which the lab's endpoints do not begin with (net.ipv4.tcp_ecn).
    /// </summary>
    private bool Tos(string option, bool negated, int symbolMask) =>
        Add(option, negated, Next(), text => TosWords.Parse(text, symbolMask) switch
        {
            null => null,
            var (value, mask) when (value & ~mask) != 0 || (value & mask & 3) != 0 => Never(negated),
            var (value, mask) => new DscpMatch(value >> 2, mask >> 2, negated),
        });

    private bool Length(bool negated) => Add("--length", negated, Next(), text => text.Split(':') switch
    {
        [var one] when Number(one, 65535) is { } length => new LengthMatch(length, length, negated),
        [var first, var last]
            when Number(first.Length == 0 ? "0" : first, 65535) is { } from
                && Number(last.Length == 0 ? "65535" : last, 65535) is { } to => new LengthMatch(from, to, negated),
        _ => null,
    });

    /// <summary>
    /// The MAC address in the ARP packet that is asked for or answered; in a request it is empty (arp_tables.c,
    /// <c>arp_packet_match</c>).
    /// </summary>
    private bool AskedMac(string option, bool negated) =>
        Add(option, negated, translation.Mac(Next()), text => MacWords.Parse(text) is { } owner
            ? new AnyOfMatch(
                [[new ArpOperationMatch(2, false), new MacMatch(AddressRole.Destination, owner, false)]], negated)
            : null);

    private bool Always(string option) => Condition([option, Next()]);

    private static int? ArpOperation(string text) => text switch
    {
        "1" or "Request" => 1,
        "2" or "Reply" => 2,
        _ => Number(text),
    };
}
