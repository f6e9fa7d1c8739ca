using System.Collections.Frozen;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads one rule option by option, after the chain's name. With <paramref name="careful"/>, each option is translated
/// and read again; if the meaning has changed, it becomes an unknown match or target with its text in quotes. All other
/// options stay, so the rule matches no more packets than before.
/// </summary>
internal sealed class XtablesRule(
    ChainId chain, ImmutableArray<string> tokens, NameTranslation translation,
    Func<string, bool> isChain, string where, bool careful = false)
{
    /// <summary>The option for conditions that could not be read; their text follows.</summary>
    private const string Unreadable = "--unreadable";

    /// <summary>The target that could not be read; its text is in the option <c>--text</c>.</summary>
    private const string UnreadableTarget = "UNREADABLE";

    /// <summary>Targets that no trail shows; the next rule follows them.</summary>
    private static readonly FrozenSet<string> Continuing =
        FrozenSet.Create(
            "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "CHECKSUM", "CONNMARK", "CONNSECMARK", "SECMARK", "TCPMSS",
            "TCPOPTSTRIP", "CLASSIFY", "DSCP", "TOS", "RATEEST", "LED", "IDLETIMER", "CONTINUE");

    private static readonly FrozenSet<string> KnownModules =
        FrozenSet.Create(
            "tcp", "udp", "sctp", "icmp", "icmp6", "ipv6-icmp", "multiport", "conntrack", "state", "addrtype",
            "physdev", "mark", "ttl", "hl", "pkttype", "mac", "iprange");

    private static readonly ImmutableArray<string> FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

    private readonly List<string> _condition = [];
    private readonly List<string> _action = [];
    private readonly ImmutableArray<Match>.Builder _matches = ImmutableArray.CreateBuilder<Match>();
    private readonly IpVersion _version = chain.Layer == Layer.Ip6tables ? IpVersion.V6 : IpVersion.V4;
    private readonly bool _isEbtables = chain.Layer == Layer.Ebtables;
    private int _at;
    private string? _module;
    private string? _jump;
    private bool _goto;
    private bool _ours;
    private Target? _target;
    private UnknownTarget? _unknown;
    private Target? _after;
    private string _afterName = "ACCEPT";
    private ImmutableArray<string> _setting = [];

    /// <summary>Returns no rule for a tap of Hooktrail's, and two if the rule does two things.</summary>
    public IEnumerable<Rule> Read()
    {
        while (_at < tokens.Length)
        {
            var negated = tokens[_at] == "!";
            if (negated)
                _at++;
            Option(Next(), negated);
        }

        if (_ours)
            return [];
        if (careful && !Alone(_action).SequenceEqual(Made([], [])))
        {
            var text = RuleTokens.Join(_action);
            return [Rule(
                _condition, _matches.ToImmutable(), new UnknownTarget(text), ["-j", UnreadableTarget, "--text", text])];
        }

        return Made(_condition, _matches.ToImmutable());
    }

    private IEnumerable<Rule> Made(IEnumerable<string> condition, ImmutableArray<Match> matches)
    {
        var target = TargetOf();
        if (_after is null || target is UnknownTarget)
            return [Rule(condition, matches, target, _action)];
        // The matches of a second rule would test the new mark, but they saw the old one.
        return matches.OfType<MarkMatch>().Any()
            ? [Rule(condition, matches, new UnknownTarget("mark"), _action)]
            :
            [
                Rule(condition, matches, target, ["-j", "mark", .. _setting, "--mark-target", "CONTINUE"]),
                Rule(condition, matches, _after, ["-j", _afterName]),
            ];
    }

    private Rule Rule(
        IEnumerable<string> condition, ImmutableArray<Match> matches, Target target, IEnumerable<string> action) =>
        new(RuleTokens.Join(["-A", chain.Name, .. condition, .. action]), matches, target);

    private IEnumerable<Rule> Alone(IEnumerable<string> words)
    {
        try
        {
            return new XtablesRule(chain, [.. words], new(LabNamesAsTheyAre.Instance), isChain, where).Read();
        }
        catch (HooktrailException)
        {
            return [];
        }
    }

    private bool Condition(ImmutableArray<string> words, params ImmutableArray<Match> matches)
    {
        if (careful && !Alone(words).SequenceEqual([Rule(words, matches, new ContinueTarget(""), [])]))
            (words, matches) =
                ([Unreadable, RuleTokens.Join(words)], [new UnknownMatch(RuleTokens.Join(words), false)]);
        _condition.AddRange(words);
        _matches.AddRange(matches);
        return true;
    }

    private void Option(string option, bool negated)
    {
        if (option is not ['-', _, ..])
            throw new HooktrailException(
                $"{where}: \"{option}\" is no option, and one must be there; give the output of {chain.Layer.Name()}-save as it is.");
        if (_isEbtables
            ? !Ebtables(option, negated) && !Common(option, negated)
            : !Plain(option, negated) && !Common(option, negated))
            Unknown(option, negated);
    }

    private bool Common(string option, bool negated)
    {
        switch (option)
        {
            case "-j" or "--jump" or "-g" or "--goto":
                _jump = Next();
                _goto = option is "-g" or "--goto";
                _action.AddRange([_goto ? "-g" : "-j", _jump]);
                return true;
            case "-i" or "--in-interface" or "--in-if":
                return Device("-i", DeviceRole.In, negated);
            case "-o" or "--out-interface" or "--out-if":
                return Device("-o", DeviceRole.Out, negated);
            case "--mark" when _jump is null || _module == "mark":
                return Add(option, negated, Next(), text => MarkOf(text) is var (value, mask)
                    ? new MarkMatch(value, mask, negated)
                    : null);
            case Unreadable:
                var text = Next();
                return Condition([option, text], new UnknownMatch(text, false));
            case "--text" when _jump == UnreadableTarget:
                _unknown = new(Next());
                _action.AddRange([option, _unknown.Name]);
                return true;
            case "--log-prefix" or "--nflog-prefix" or "--ulog-prefix" when _jump is not null || _isEbtables:
                _ours |= OurTaps.Wrote(tokens.ElementAtOrDefault(_at) ?? "");
                return TargetOption(option);
        }

        return _jump is not null && !_isEbtables && IsTargetOption(option) && TargetOption(option);
    }

    private bool Plain(string option, bool negated) => option switch
    {
        "-s" or "--source" or "--src" or "--src-ip" => Addresses("-s", AddressRole.Source, _version, negated),
        "-d" or "--destination" or "--dst" or "--dst-ip" => Addresses("-d", AddressRole.Destination, _version, negated),
        "--src-range" => Addresses(option, AddressRole.Source, _version, negated),
        "--dst-range" => Addresses(option, AddressRole.Destination, _version, negated),
        "-p" or "--protocol" or "--proto" => Protocol("-p", negated),
        "-m" or "--match" => Module(),
        "--sport" or "--source-port" or "--sports" or "--source-ports" => Ports(option, AddressRole.Source, negated),
        "--dport" or "--destination-port" or "--dports" or "--destination-ports" =>
            Ports(option, AddressRole.Destination, negated),
        "--ctstate" or "--state" => Add(option, negated, Next(), text => ConntrackWords.Parse(text) is { } states
            ? new ConntrackMatch(states, negated)
            : null),
        "--src-type" => Add(option, negated, Next(), text => AddressTypeWords.Parse(text, AddressRole.Source, negated)),
        "--dst-type" =>
            Add(option, negated, Next(), text => AddressTypeWords.Parse(text, AddressRole.Destination, negated)),
        "--physdev-in" => Device(option, DeviceRole.PhysIn, negated),
        "--physdev-out" => Device(option, DeviceRole.PhysOut, negated),
        "--physdev-is-in" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.In, negated)),
        "--physdev-is-out" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.Out, negated)),
        "--physdev-is-bridged" => Add(option, negated, null, _ => new PhysdevMatch(PhysdevState.Bridged, negated)),
        "--icmp-type" or "--icmpv6-type" =>
            Add(option, negated, Next(), text => IcmpWords.Parse(text, _version, negated)),
        "--tcp-flags" => TcpFlags(negated),
        "--syn" => Add(option, negated, null, _ => Syn(negated)),
        "--ttl-eq" or "--ttl" or "--hl-eq" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(ttl, ttl, negated) : null),
        "--ttl-lt" or "--hl-lt" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(0, ttl - 1, negated) : null),
        "--ttl-gt" or "--hl-gt" =>
            Add(option, negated, Next(), text => Number(text) is { } ttl ? new TtlMatch(ttl + 1, 255, negated) : null),
        "--pkt-type" => Add(option, negated, Next(), text => new PacketTypeMatch(text.ToLowerInvariant(), negated)),
        "--mac-source" or "--src-mac" or "--source-mac" => Mac(option, AddressRole.Source, negated),
        "--dst-mac" or "--destination-mac" => Mac(option, AddressRole.Destination, negated),
        "--opcode" => Add(option, negated, Next(), text => ArpOperation(text) is { } operation
            ? new ArpOperationMatch(operation, negated)
            : null),
        // A lab has only Ethernet hardware, and only IPv4 in ARP.
        "--h-length" when !negated && tokens.ElementAtOrDefault(_at) == "6" => Always(option),
        "--h-type" when !negated && tokens.ElementAtOrDefault(_at) is "1" or "0x1" or "Ethernet" => Always(option),
        "--proto-type" when !negated && tokens.ElementAtOrDefault(_at) is "0x800" or "800" or "IPv4" => Always(option),
        _ => false,
    };

    private bool Ebtables(string option, bool negated) => option switch
    {
        "-p" or "--protocol" =>
            Add("-p", negated, Next(), text => new FrameProtocolMatch(FrameProtocol(text), negated)),
        "--logical-in" => Device(option, DeviceRole.LogicalIn, negated),
        "--logical-out" => Device(option, DeviceRole.LogicalOut, negated),
        "-s" or "--source" or "--src" => Mac("-s", AddressRole.Source, negated),
        "-d" or "--destination" or "--dst" => Mac("-d", AddressRole.Destination, negated),
        "--ip-src" or "--ip-source" or "--arp-ip-src" => Addresses(option, AddressRole.Source, IpVersion.V4, negated),
        "--ip-dst" or "--ip-destination" or "--arp-ip-dst" =>
            Addresses(option, AddressRole.Destination, IpVersion.V4, negated),
        "--ip6-src" or "--ip6-source" => Addresses(option, AddressRole.Source, IpVersion.V6, negated),
        "--ip6-dst" or "--ip6-destination" => Addresses(option, AddressRole.Destination, IpVersion.V6, negated),
        "--ip-proto" or "--ip-protocol" or "--ip6-proto" or "--ip6-protocol" => Protocol(option, negated),
        "--ip-sport" or "--ip-source-port" or "--ip6-sport" or "--ip6-source-port" =>
            Ports(option, AddressRole.Source, negated),
        "--ip-dport" or "--ip-destination-port" or "--ip6-dport" or "--ip6-destination-port" =>
            Ports(option, AddressRole.Destination, negated),
        "--ip-icmp-type" => Add(option, negated, Next(), text => IcmpWords.Parse(text, IpVersion.V4, negated)),
        "--ip6-icmp-type" => Add(option, negated, Next(), text => IcmpWords.Parse(text, IpVersion.V6, negated)),
        "--arp-op" or "--arp-opcode" => Add(option, negated, Next(), text => ArpOperation(text) is { } operation
            ? new ArpOperationMatch(operation, negated)
            : null),
        "--arp-mac-src" => Mac(option, AddressRole.Source, negated),
        "--pkttype-type" => Add(option, negated, Next(), text => new PacketTypeMatch(text.ToLowerInvariant(), negated)),
        "--log" or "--log-ip" or "--log-arp" or "--log-ip6" => TargetOption(option, arguments: 0),
        "--log-level" or "--nflog-group" or "--nflog-range" or "--nflog-threshold" or "--nflog-size"
            or "--ulog-nlgroup" or "--ulog-cprange"
            or "--ulog-qthreshold" => TargetOption(option),
        "--nflog" or "--ulog" => TargetOption(option, arguments: 0),
        "--mark-set" or "--set-mark" when _jump == "mark" => EbtablesMark(value => new(value, uint.MaxValue)),
        "--mark-or" when _jump == "mark" => EbtablesMark(value => new(value, value)),
        "--mark-and" when _jump == "mark" => EbtablesMark(value => new(0, ~value)),
        "--mark-xor" when _jump == "mark" => EbtablesMark(value => new(value, 0)),
        "--mark-target" when _jump == "mark" => EbtablesAfter(),
        "--redirect-target" when _jump == "redirect" => EbtablesAfter(),
        _ => false,
    };

    private bool Module()
    {
        _module = Next();
        List<string> words = ["-m", _module];
        if (_module == "comment")
        {
            // The comment stays in the rule's text, but is no match.
            while (_at + 1 < tokens.Length && tokens[_at] == "--comment")
                words.AddRange([Next(), Next()]);
            return Condition([.. words]);
        }

        if (KnownModules.Contains(_module))
            return Condition([.. words]);
        Skip(words);
        return Condition([.. words], new UnknownMatch(_module, false));
    }

    private bool Add(string option, bool negated, string? argument, Func<string, Match?> match) => Condition(
        [.. Not(negated), option, .. argument is null ? [] : (string[])[argument]],
        match(argument ?? "") ?? new UnknownMatch($"{Owner(option)} {argument}", negated));

    private static ImmutableArray<string> Not(bool negated) => negated ? ["!"] : [];

    private string Owner(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) && _module is not null ? $"{_module} {option}" : option;

    private bool Device(string option, DeviceRole role, bool negated) =>
        Add(option, negated, translation.Device(Next()), text => new DeviceMatch(
            role, NameTranslation.Devices(text), negated));

    private bool Addresses(string option, AddressRole role, IpVersion version, bool negated) =>
        Add(option, negated, translation.Addresses(Next(), version), text => NameTranslation.MatchOf(
            text, role, version, negated));

    private bool Protocol(string option, bool negated)
    {
        var protocol = Next();
        return ProtocolWords.Parse(protocol) is { } known
            ? Add(option, negated, protocol, _ => new ProtocolMatch(known, negated))
            // Every packet has a protocol, so iptables never prints «not any» as a match.
            : negated ? Add(option, negated, protocol, _ => null) : Condition([option, protocol]);
    }

    private bool Ports(string option, AddressRole role, bool negated) =>
        Add(option, negated, translation.Ports(Next()), text => NameTranslation.Ranges(text) is { } ranges
            ? new PortMatch(role, ranges, negated)
            : null);

    private bool Mac(string option, AddressRole role, bool negated) =>
        Add(option, negated, translation.Mac(Next()), text => MacWords.Parse(text) is { } owner
            ? new MacMatch(role, owner, negated)
            : null);

    private bool TcpFlags(bool negated)
    {
        var (mask, set) = (Next(), Next());
        Match match = Flags(mask) is { } wanted && Flags(set) is { } on
            ? new TcpFlagsMatch(wanted, on, negated)
            : new UnknownMatch($"tcp --tcp-flags {mask} {set}", negated);
        return Condition([.. Not(negated), "--tcp-flags", mask, set], match);
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

    private bool Always(string option) => Condition([option, Next()]);

    private void Unknown(string option, bool negated)
    {
        List<string> words = [.. Not(negated), option];
        Skip(words);
        if (_jump is null || option is ['-', not '-', ..])
        {
            Condition([.. words], new UnknownMatch(Owner(option), negated));
            return;
        }

        _action.AddRange(words);
        if (!Continuing.Contains(_jump))
            _unknown ??= new UnknownTarget($"{_jump} {option}");
    }

    /// <summary>Takes all words up to the next option.</summary>
    private void Skip(List<string> text)
    {
        // The options of an unknown module after -m belong to it until another option of iptables begins.
        while (_at < tokens.Length && tokens[_at] != "!" && !tokens[_at].StartsWith('-'))
            text.Add(Next());
        if (_module is null || KnownModules.Contains(_module) || _jump is not null)
            return;
        while (_at < tokens.Length
            && !IsOfNoModule(tokens[_at])
            && !(tokens[_at] == "!" && IsOfNoModule(tokens.ElementAtOrDefault(_at + 1))))
            text.Add(Next());
    }

    private static bool IsOfNoModule(string? option) =>
        option is ['-', not '-', ..] or "--jump" or "--goto" or "--match" or Unreadable;

    private static bool IsTargetOption(string option) => option is
        "--reject-with" or "--to-destination" or "--to-source" or "--to-ports" or "--set-xmark" or "--set-mark"
        or "--and-mark" or "--or-mark"
        or "--xor-mark" or "--notrack" or "--ttl-set" or "--hl-set" or "--random" or "--random-fully" or "--persistent"
        or "--to-port"
        or "--mangle-ip-s" or "--set-tos";

    private bool TargetOption(string option, int arguments = 1)
    {
        _action.Add(option);
        if (option is "--notrack" or "--random" or "--random-fully" or "--persistent")
            arguments = 0;
        var argument = arguments == 1 ? Next() : "";
        if (arguments == 1)
            _action.Add(argument = option switch
            {
                "--to-destination" or "--to-source" => NatText(argument),
                "--to-ports" or "--to-port" => translation.Ports(argument),
                _ => argument,
            });
        _target = (_jump, option) switch
        {
            ("REJECT", "--reject-with") => new RejectTarget(argument),
            ("DNAT", "--to-destination") => NatOf(argument) is var (address, port)
                ? new DnatTarget(address, port)
                : new UnknownTarget($"DNAT --to-destination {argument}"),
            ("SNAT", "--to-source") => NatOf(argument) is var (address, port)
                ? new SnatTarget(address, port)
                : new UnknownTarget($"SNAT --to-source {argument}"),
            ("REDIRECT", "--to-ports" or "--to-port") =>
                NameTranslation.Ranges(argument) is [var only] && only.First == only.Last
                    ? new RedirectTarget(only.First)
                    : new UnknownTarget($"REDIRECT --to-ports {argument}"),
            ("CT", "--notrack") => new NotrackTarget(),
            ("MARK", "--set-xmark") => MarkOf(argument) is var (value, mask) ? new MarkTarget(value, mask) : null,
            ("MARK", "--set-mark") =>
                MarkOf(argument) is var (value, mask) ? new MarkTarget(value, mask | value) : null,
            ("MARK", "--and-mark") => MarkOf(argument) is var (value, _) ? new MarkTarget(0, ~value) : null,
            ("MARK", "--or-mark") => MarkOf(argument) is var (value, _) ? new MarkTarget(value, value) : null,
            ("MARK", "--xor-mark") => MarkOf(argument) is var (value, _) ? new MarkTarget(value, 0) : null,
            ("TTL", "--ttl-set") or ("HL", "--hl-set") => Number(argument) is { } ttl ? new TtlTarget(ttl) : null,
            _ => _target,
        };
        return true;
    }

    private Target TargetOf()
    {
        if ((_unknown ?? _target) is { } target)
            return target;
        if (_jump is null)
            return new ContinueTarget("");
        if (isChain(_jump))
            return new JumpTarget(_jump, _goto);
        return _jump switch
        {
            "ACCEPT" => new AcceptTarget(),
            "DROP" => new DropTarget(),
            "RETURN" => new ReturnTarget(),
            "REJECT" => new RejectTarget(_version == IpVersion.V4 ? "icmp-port-unreachable" : "icmp6-port-unreachable"),
            "MASQUERADE" => new MasqueradeTarget(),
            "REDIRECT" => new RedirectTarget(null),
            "NOTRACK" => new NotrackTarget(),
            "redirect" when _isEbtables => new BridgeRedirectTarget(),
            _ when Continuing.Contains(_jump) => new ContinueTarget(_jump),
            _ => new UnknownTarget(_jump),
        };
    }

    private bool EbtablesMark(Func<uint, MarkTarget> target)
    {
        _action.AddRange([tokens[_at - 1], Next()]);
        _setting = [.. _action[^2..]];
        _target = MarkOf(_action[^1]) is var (value, _) ? target(value) : new UnknownTarget("mark");
        // net/bridge/netfilter/ebt_mark.c: without --mark-target the frame is then accepted.
        _after ??= new AcceptTarget();
        return true;
    }

    private bool EbtablesAfter()
    {
        var (option, verdict) = (tokens[_at - 1], Next());
        _action.AddRange([option, verdict]);
        _afterName = verdict;
        _after = (option, verdict) switch
        {
            ("--mark-target", "ACCEPT") => new AcceptTarget(),
            ("--mark-target", "DROP") => new DropTarget(),
            ("--mark-target", "RETURN") => new ReturnTarget(),
            _ => null,
        };
        if (option == "--redirect-target" && verdict != "ACCEPT")
            _target = new UnknownTarget($"redirect --redirect-target {verdict}");
        return true;
    }

    private string NatText(string printed)
    {
        var (address, port) = NatParts(printed);
        if (address.Length > 0 && !address.Contains('-'))
            address = translation.Addresses(address, _version);
        if (port.Length > 0)
            port = translation.Port(port);
        return port.Length == 0 ? address : address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    private static (string? Address, int? Port)? NatOf(string translated)
    {
        var (address, port) = NatParts(translated);
        if (address.Contains('-') && AddressRange.TryParse(address, out _))
            return null;
        if (port.Length == 0)
            return (address.Length == 0 ? null : address, null);
        return NameTranslation.Ranges(port) is [var only] && only.First == only.Last
            ? (address.Length == 0 ? null : address, only.First)
            : null;
    }

    // 172.18.0.2:80, server:80, :80, [fd00::2]:80, fd00::2
    private static (string Address, string Port) NatParts(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is var end and > 0)
            return (text[1..end], text[(end + 1)..].TrimStart(':'));
        return text.Count(one => one == ':') == 1 && text.IndexOf(':') is var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, "");
    }

    private static (uint Value, uint Mask)? MarkOf(string text)
    {
        var parts = text.Split('/');
        return parts.Length <= 2
            && Hex(parts[0]) is { } value
            && (parts.Length == 1 ? uint.MaxValue : Hex(parts[1])) is { } mask
            ? (value, mask)
            : null;
    }

    private static uint? Hex(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : null
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : null;

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 255
            ? number
            : null;

    private static int? ArpOperation(string text) => text switch
    {
        "1" or "Request" => 1,
        "2" or "Reply" => 2,
        _ => Number(text),
    };

    private static string FrameProtocol(string text) => text.ToUpperInvariant() switch
    {
        "IPV4" or "0X0800" or "0X800" => "ipv4",
        "IPV6" or "0X86DD" => "ipv6",
        "ARP" or "0X0806" or "0X806" => "arp",
        "802_1Q" or "0X8100" => "vlan",
        "PPP_SES" or "0X8864" => "pppoe",
        _ => text,
    };

    private string Next() =>
        _at < tokens.Length
            ? tokens[_at++]
            : throw new HooktrailException(
                $"{where}: the rule ends after \"{(tokens.IsEmpty ? chain.Name : tokens[^1])}\", which something must follow; give the output of {chain.Layer.Name()}-save as it is.");
}
