using System.Net;

namespace Hooktrail.Rules.Reading;

/// <summary>
/// The field that a match tests: <c>ip daddr</c>, <c>iifname</c>, <c>ct state</c>; named as nft prints it.
/// </summary>
internal sealed record NftSelector(string Name, NftTable Table)
{
    private string Shown =>
        Name.Split(' ') is ["meta", "iifname" or "oifname" or "iif" or "oif", ..] ? Name[5..] : Name;

    /// <summary>
    /// The number of values that a generator makes, from 0 (<c>numgen random mod 2</c>); null for a packet's field.
    /// </summary>
    public uint? Modulus => Name.Split(' ') is ["numgen" or "jhash" or "symhash", ..] words
        && Array.IndexOf(words, "mod") is var at and >= 0 && at + 1 < words.Length && !words.Contains("offset")
        ? NftNumber.Parse(words[at + 1])
        : null;

    /// <summary>The name for what the model does not know: <c>numgen</c>, <c>meta skuid</c>.</summary>
    public string UnknownName => Name.Split(' ') is ["numgen" or "jhash" or "symhash", ..] words ? words[0] : Name;

    /// <summary>Null for an unknown field.</summary>
    public static NftSelector? Read(Func<string> next, Func<string> peek, NftTable table) =>
        NftFields.Read(next, peek) is { } name ? new(name, table) : null;

    /// <summary>
    /// The match on the protocol of the field's header, which nft adds without printing it, and on what else the field
    /// needs, negated or not.
    /// </summary>
    public ImmutableArray<Match> Implied
    {
        get
        {
            var implied = ImmutableArray.CreateBuilder<Match>();
            var head = Name.Split(' ')[0];
            var isExtension = HeaderWords.Extensions.Contains(head) || head == "rt";
            var frame = head switch
            {
                "ip" or "icmp" => "ipv4",
                "ip6" or "icmpv6" or "exthdr" => "ipv6",
                "arp" => "arp",
                _ => isExtension ? "ipv6" : null,
            };
            if (frame is not null && Table.Family is not (NftFamily.Ip or NftFamily.Ip6 or NftFamily.Arp))
                implied.Add(new FrameProtocolMatch(frame, false) { BehindTag = SeesBehindTags });
            if (head is "tcp" or "udp" || HeaderWords.Protocols.Contains(head))
                implied.Add(new ProtocolMatch(head, false));
            if (head is "icmp" or "icmpv6")
                implied.Add(new ProtocolMatch(head == "icmp" ? "icmp" : "ipv6-icmp", false));
            if (isExtension)
                implied.Add(new ExtensionHeaderMatch(head, false));
            // Without a connection nft ends the rule at every field of it but the state (nft_ct.c, nft_ct_get_eval).
            if (Name == "ct status")
                implied.Add(new ConnectionMarkMatch(0, 0, false));
            // The lab's names for addresses are the same in both versions of IP.
            if (Table.Version is null && head == "ct" && AddressOf() is (_, var version))
                implied.Add(OfTuple(new FrameProtocolMatch(version.Name(), false)));
            return implied.ToImmutable();
        }
    }

    /// <summary>The comparison as a case; null if unknown.</summary>
    public NftCase? Compare(NftComparison with)
    {
        if (NftFlags.Compare(Name, with) is var (flagText, flagMatch))
            return flagMatch is null ? null
                : new(
                    $"{Name} {flagText}",
                    flagMatch is ConntrackMatch { Negated: false } ? [flagMatch] : [.. Implied, flagMatch]);
        if (with.Steps.IsEmpty && with.Operator is "<" or "<=" or ">" or ">=")
            return with.Values is [var bound] && Bounded(with.Operator, bound) is { } range
                ? Compare(with with { Operator = "", Values = [range] })
                : null;
        if (Name is "meta mark" or "ct mark" && !with.Steps.IsEmpty)
            return Masked(with);
        if (with is { Steps: [("&", var bits)], IsSet: false, Operator: "==" or "!=", Values: [var wanted] })
            return Mac(bits, wanted, with.IsNegated);
        if (!with.IsPlain)
            return null;
        // A lab has only Ethernet hardware, and only IPv4 in ARP.
        if (!with.IsNegated && (Name, with.Values) is ("arp htype", ["1"]) or ("arp hlen", ["6"]) or ("arp plen", ["4"])
            or ("arp ptype", ["ip" or "0x0800"]))
            return new($"{Name} {with.Values[0]}", Implied);
        var parts = new List<(string Text, Match Match)>();
        if (Merged(with) is { } merged)
            return merged;
        foreach (var value in with.Values.Distinct(StringComparer.Ordinal))
            if (Parts(value) is { } found)
                parts.AddRange(found);
            else
                return null;
        var sorted = parts.DistinctBy(part => part.Text).OrderBy(part => part.Text, StringComparer.Ordinal).ToList();
        var match = sorted is [var only]
            ? only.Match
            : new AnyOfMatch([.. sorted.Select(part => Alone(part.Match))], false);
        return new(
            Text(sorted.Select(part => part.Text), with.IsNegated), [.. Implied, with.IsNegated ? Not(match) : match]);
    }

    /// <summary>
    /// The alternatives that a value of a set stands for, each as the text that is read again, and the match; null if
    /// unknown. One network of a host may be several addresses of the lab.
    /// </summary>
    public IEnumerable<(string Text, Match Match)>? Parts(string value) => Name switch
    {
        "meta iifname" or "meta iif" => Devices(DeviceRole.In, value),
        "meta oifname" or "meta oif" => Devices(DeviceRole.Out, value),
        "meta ibrname" => Devices(DeviceRole.LogicalIn, value),
        "meta obrname" => Devices(DeviceRole.LogicalOut, value),
        _ when AddressOf() is var (role, version) => Addresses(role, version, value),
        _ when PortOf() is { } role => Ports(role, value),
        "ct state" => ConntrackWords.Parse(value) is { } state && (state & (state - 1)) == 0
            ? [(value, new ConntrackMatch(state, false))]
            : null,
        _ => One(value) is var (text, match) ? [(text, match)] : null,
    };

    /// <summary>A comparison with one of the alternatives only.</summary>
    public NftCase Case((string Text, Match Match) part) => new($"{Shown} {part.Text}", [.. Implied, part.Match]);

    private static ImmutableArray<Match> Alone(Match match) => [match];

    public static Match Not(Match match) => match is ConnectionTupleMatch tuple
        ? new ConnectionTupleMatch(tuple.Direction, Not(tuple.Part))
        : match with { Negated = !match.Negated };

    /// <summary>Values that one match holds: devices, addresses, ports, types of addresses.</summary>
    private NftCase? Merged(NftComparison with)
    {
        if (AddressOf() is var (role, version) && !with.Values.Any(IsCutNetwork))
        {
            var text = Table.Translation.Addresses(string.Join(',', with.Values), version);
            return Table.Translation.AddressMatchOf(text, role, version, with.IsNegated) is { } match
                ? new(Text(text.Split(','), with.IsNegated), [.. Implied, OfTuple(match)])
                : null;
        }

        if (PortOf() is not null || FibOf() is not null || Name is "meta iifname" or "meta iif" or "meta oifname"
            or "meta oif" or "meta ibrname" or "meta obrname")
        {
            var parts = new List<(string Text, Match Match)>();
            foreach (var value in with.Values)
                if (Parts(value) is { } found)
                    parts.AddRange(found);
                else
                    return null;
            return Merge(parts, with.IsNegated);
        }

        return null;
    }

    private NftCase? Merge(List<(string Text, Match Match)> parts, bool negated)
    {
        var sorted = parts.DistinctBy(part => part.Text).ToList();
        sorted.Sort((one, other) => Order(one).CompareTo(Order(other)));
        Match? match = sorted.Select(part => part.Match).ToList() switch
        {
            [DeviceMatch first, ..] all =>
                first with { Devices = [.. all.Cast<DeviceMatch>().SelectMany(one => one.Devices)] },
            [PortMatch first, ..] all =>
                first with { Ranges = [.. all.Cast<PortMatch>().SelectMany(one => one.Ranges)] },
            [ConnectionTupleMatch { Part: PortMatch first } tuple, ..] all => new ConnectionTupleMatch(
                tuple.Direction,
                first with
                {
                    Ranges = [.. all.Cast<ConnectionTupleMatch>().SelectMany(one => ((PortMatch)one.Part).Ranges)],
                }),
            [AddressTypeMatch first, ..] all =>
                first with { Type = string.Join(',', all.Cast<AddressTypeMatch>().Select(one => one.Type)) },
            [FibMatch { Negated: false } first, ..] all when all.TrueForAll(one => !one.Negated) =>
                first with { Values = [.. all.Cast<FibMatch>().SelectMany(one => one.Values)] },
            [var only] => only,
            _ => null,
        };
        return match is null ? null
            : new(Text(sorted.Select(part => part.Text), negated), [.. Implied, negated ? Not(match) : match]);
    }

    private static (int, int, string) Order((string Text, Match Match) part) => part.Match switch
    {
        PortMatch { Ranges: [var range, ..] } => (range.First, range.Last, ""),
        ConnectionTupleMatch { Part: PortMatch { Ranges: [var range, ..] } } => (range.First, range.Last, ""),
        _ => (0, 0, part.Text),
    };

    private NftCase? Masked(NftComparison with)
    {
        if (with is not { Operator: "" or "==" or "!=", IsSet: false, Values: [var value], Masks: var (and, xor) }
            || NftNumber.Parse(value) is not { } number)
            return null;
        // (mark and A) xor X == V asks for mark and A == V xor X.
        var wanted = number ^ xor;
        var text = with.Steps is [("&" or "and", var mask)]
            ? $"& {mask} {(with.IsNegated ? "!=" : "==")} {value}"
            : string.Create(CultureInfo.InvariantCulture, $"& 0x{and:x} {(with.IsNegated ? "!=" : "==")} 0x{wanted:x}");
        return new($"{Name} {text}", [.. Implied, OfMark(wanted, and, with.IsNegated)]);
    }

    private Match OfMark(uint value, uint mask, bool negated) => Name == "meta mark"
        ? new MarkMatch(value, mask, negated)
        : new ConnectionMarkMatch(value, mask, negated);

    private IEnumerable<(string, Match)> Devices(DeviceRole role, string value) =>
        NameTranslation.Devices(Table.Translation.Device(value))
            .Select(device => ($"\"{device}\"", (Match)new DeviceMatch(role, [device], false)));

    private IEnumerable<(string, Match)>? Addresses(AddressRole role, IpVersion version, string value)
    {
        if (IsCutNetwork(value))
            return null;
        var parts = Table.Translation.Addresses(value, version).Split(',')
            .Select(text => (text, Table.Translation.AddressMatchOf(text, role, version, false))).ToList();
        return parts.TrueForAll(part => part.Item2 is not null)
            ? parts.Select(part => (part.text, OfTuple(part.Item2!)))
            : null;
    }

    /// <summary>
    /// Of a network in a connection nft 1.0.6 loads the bytes that are not of hosts, and prints them as the last of an
    /// address: <c>ct original saddr 0.172.30.1</c> is 172.30.1.0/24 (measured). Of an address that begins with 0 it
    /// cannot be told.
    /// </summary>
    private bool IsCutNetwork(string value) =>
        Name.StartsWith("ct ", StringComparison.Ordinal)
        && IPAddress.TryParse(value, out var address)
        && address.GetAddressBytes()[0] == 0
        && !IPAddress.IsLoopback(address);

    private IEnumerable<(string, Match)>? Ports(AddressRole role, string value)
    {
        var parts = Table.Translation.Ports(value).Split(',')
            .Select(text => (text, NameTranslation.Ranges(text))).ToList();
        return parts.TrueForAll(part => part.Item2 is not null)
            ? parts.Select(part => (part.text, OfTuple(new PortMatch(role, part.Item2!.Value, false))))
            : null;
    }

    // ct original saddr, ct reply ip6 daddr
    private (AddressRole Role, IpVersion Version)? AddressOf() => Name.Split(' ') switch
    {
        ["ip", "saddr"] or ["arp", "saddr", "ip"] => (AddressRole.Source, IpVersion.V4),
        ["ip", "daddr"] or ["arp", "daddr", "ip"] => (AddressRole.Destination, IpVersion.V4),
        ["ip6", "saddr"] => (AddressRole.Source, IpVersion.V6),
        ["ip6", "daddr"] => (AddressRole.Destination, IpVersion.V6),
        ["ct", "original" or "reply", ("ip" or "ip6") and var version, ("saddr" or "daddr") and var side] =>
            (Side(side), version == "ip" ? IpVersion.V4 : IpVersion.V6),
        ["ct", "original" or "reply", ("saddr" or "daddr") and var side] when Table.Version is { } version =>
            (Side(side), version),
        _ => null,
    };

    private AddressRole? PortOf() => Name.Split(' ') switch
    {
        ["tcp" or "udp" or "sctp" or "dccp" or "udplite" or "th", "sport"] => AddressRole.Source,
        ["tcp" or "udp" or "sctp" or "dccp" or "udplite" or "th", "dport"] => AddressRole.Destination,
        ["ct", "original" or "reply", "proto-src"] => AddressRole.Source,
        ["ct", "original" or "reply", "proto-dst"] => AddressRole.Destination,
        _ => null,
    };

    private static AddressRole Side(string word) =>
        word == "saddr" ? AddressRole.Source : AddressRole.Destination;

    private Match OfTuple(Match part) => Name.Split(' ') is ["ct", ("original" or "reply") and var direction, ..]
        ? new ConnectionTupleMatch(DirectionOf(direction), part)
        : part;

    private static ConnectionDirection DirectionOf(string word) =>
        word is "reply" or "1" ? ConnectionDirection.Reply : ConnectionDirection.Original;

    private (string Text, Match Match)? One(string value)
    {
        var shown = value;
        Match? match = Name switch
        {
            "meta l4proto" or "ip protocol" or "ip6 nexthdr" => Protocol(value),
            "ct protocol" when Protocol(value) is { } protocol =>
                new ConnectionTupleMatch(ConnectionDirection.Original, protocol),
            "ct l3proto" => new ConnectionTupleMatch(
                ConnectionDirection.Original, new FrameProtocolMatch(Frame(value), false)),
            "meta nfproto" or "meta protocol" or "ether type" when NftNumber.Range(value) is not var (first, last)
                || first == last => new FrameProtocolMatch(Frame(value), false)
                {
                    BehindTag = SeesBehindTags && Name == "meta protocol",
                },
            "meta pkttype" => new PacketTypeMatch(value == "other" ? "otherhost" : value, false),
            "meta mark" or "ct mark" => Marks(value),
            "ct direction" when value is "original" or "reply" or "0" or "1" =>
                new ConnectionDirectionMatch(DirectionOf(value), false),
            "ether saddr" => Mac(AddressRole.Source, shown = Table.Translation.Mac(value)),
            "ether daddr" => Mac(AddressRole.Destination, shown = Table.Translation.Mac(value)),
            "arp saddr ether" => Mac(AddressRole.Source, shown = Table.Translation.Mac(value)),
            "arp operation" => (value switch { "request" => 1, "reply" => 2, _ => Byte(value) }) is { } operation
                ? new ArpOperationMatch(operation, false)
                : null,
            _ when FibOf() is var (role, keys, result) => Fib(role, keys, result, value, ref shown),
            "icmp type" => IcmpWords.Parse(value, IpVersion.V4, false),
            "icmpv6 type" => IcmpWords.Parse(value, IpVersion.V6, false),
            "ip ttl" or "ip6 hoplimit" =>
                Numbers(value, 255) is var (first, last) ? new TtlMatch(first, last, false) : null,
            "meta length" or "ip length" =>
                Numbers(value, ushort.MaxValue) is var (first, last) ? new LengthMatch(first, last, false) : null,
            "vlan id" => Numbers(value, 4095) is var (first, last) ? new VlanMatch(first, last, false) : null,
            "ip dscp" or "ip6 dscp" => Dscps(value),
            "exthdr hbh" or "exthdr dst" or "exthdr rt" or "exthdr frag" or "exthdr mh" or "exthdr srh"
                when value is "exists" or "missing" or "1" or "0" =>
                new ExtensionHeaderMatch(Name.Split(' ')[1], value is "missing" or "0"),
            _ => null,
        };
        return match is null ? null : (shown, match);
    }

    /// <summary>Whether the table's chains see frames, which may have a tag.</summary>
    private bool SeesBehindTags => Table.Family is NftFamily.Bridge or NftFamily.Netdev;

    private static ProtocolMatch? Protocol(string value) =>
        NftNumber.Range(value) is (var first, var last) && first != last ? null
        : ProtocolWords.Parse(value) is { } protocol ? new(protocol, false)
        : null;

    private Match? Marks(string value)
    {
        if (NftNumber.Range(value) is not var (first, last))
            return null;
        return first == last
            ? OfMark(first, uint.MaxValue, false)
            : new AnyOfMatch(
                [
                    .. NftNumber.Blocks(first, last).Select(block => Alone(OfMark(block.Value, block.Mask, false))),
                ],
                false);
    }

    private static Match? Dscps(string value)
    {
        var ends = value.Split('-');
        if (ends.Length > 2 || DscpWords.Parse(ends[0]) is not { } first || DscpWords.Parse(ends[^1]) is not { } last)
            return null;
        return first == last
            ? new DscpMatch(first, 63, false)
            : new AnyOfMatch(
                [.. NftNumber.Blocks((uint)first, (uint)last)
                    .Select(block => Alone(new DscpMatch((int)block.Value, (int)block.Mask & 63, false)))],
                false);
    }

    // fib saddr . mark . iif oif
    private (AddressRole Role, FibKeys Keys, string Result)? FibOf()
    {
        if (Name.Split(' ') is not ["fib", .. var words])
            return null;
        var flags = words[..^1];
        var keys = FibKeys.None;
        foreach (var flag in flags)
            keys |= flag switch
            {
                "iif" => FibKeys.In,
                "oif" => FibKeys.Out,
                "mark" => FibKeys.Mark,
                _ => FibKeys.None,
            };
        return flags.Contains("saddr") != flags.Contains("daddr")
            ? (flags.Contains("saddr") ? AddressRole.Source : AddressRole.Destination, keys, words[^1])
            : null;
    }

    private Match? Fib(AddressRole role, FibKeys keys, string result, string value, ref string shown)
    {
        if (result == "type")
        {
            var type = AddressTypeWords.Parse(value, role, false);
            return keys is FibKeys.None or FibKeys.Mark || type is null
                ? type
                : new FibMatch(role, keys, FibResult.Type, [type.Type], false);
        }

        switch (value)
        {
            case "exists" or "missing" or "0":
                shown = value == "exists" ? value : "missing";
                return new FibMatch(role, keys, FibResult.Device, ["*"], value != "exists");
            case ['0' or '1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9', ..] when result == "oif":
                return null; // the index of a device
            default:
                var device = Table.Translation.Device(value);
                shown = $"\"{device}\"";
                return device.Contains(',') ? null : new FibMatch(role, keys, FibResult.Device, [device], false);
        }
    }

    private string? Bounded(string sign, string bound)
    {
        var last = Name switch
        {
            _ when PortOf() is not null => ushort.MaxValue,
            "ip ttl" or "ip6 hoplimit" => byte.MaxValue,
            "meta length" or "ip length" => ushort.MaxValue,
            "meta mark" or "ct mark" => uint.MaxValue,
            _ => (uint?)null,
        };
        if (last is null || NftNumber.Parse(bound) is not { } number || number > last)
            return null;
        var (from, to) = sign switch
        {
            "<" => (0L, number - 1L),
            "<=" => (0L, number),
            ">" => (number + 1L, (long)last),
            _ => (number, (long)last),
        };
        return from > to ? null : string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");
    }

    private string Text(IEnumerable<string> values, bool negated)
    {
        var text = values.ToList() is [var only] ? only : $"{{ {string.Join(", ", values)} }}";
        return $"{Shown}{(negated ? " !=" : "")} {text}";
    }

    // ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00
    private NftCase? Mac(string mask, string value, bool negated) =>
        Name is "ether saddr" or "ether daddr" && Mac(Side(Name.Split(' ')[1]), $"{value}/{mask}") is { } match
            ? new($"{Name} & {mask} {(negated ? "!=" : "==")} {value}", [.. Implied, negated ? Not(match) : match])
            : null;

    private static MacMatch? Mac(AddressRole role, string value) =>
        MacWords.Parse(value) is { } owner ? new(role, owner, false) : null;

    private static string Frame(string value) => value switch
    {
        "ip" or "0x0800" or "0x800" or "8" => "ipv4",
        "ip6" or "0x86dd" => "ipv6",
        "8021q" or "vlan" or "0x8100" => "vlan",
        "0x8864" => "pppoe",
        _ => value,
    };

    private static int? Byte(string text) => NftNumber.Parse(text) is { } number && number <= 255 ? (int)number : null;

    private static (int First, int Last)? Numbers(string value, int most) =>
        NftNumber.Range(value) is var (first, last) && last <= most ? ((int)first, (int)last) : null;
}
