namespace Hooktrail.Rules.Reading;

/// <summary>
/// The field that a match tests: <c>ip daddr</c>, <c>iifname</c>, <c>ct state</c>; named as nft prints it.
/// </summary>
internal sealed record NftSelector(string Name, NftTable Table)
{
    private static readonly ImmutableArray<string> FlagNames = ["fin", "syn", "rst", "psh", "ack", "urg"];

    private string Shown =>
        Name.Split(' ') is ["meta", "iifname" or "oifname" or "iif" or "oif", ..] ? Name[5..] : Name;

    /// <summary>Null for an unknown field.</summary>
    public static NftSelector? Read(Func<string> next, Func<string> peek, NftTable table)
    {
        var head = next();
        var name = head switch
        {
            "iif" or "iifname" or "oif" or "oifname" or "ibrname" or "obrname" or "mark" or "pkttype" or "l4proto"
                or "nfproto" or "protocol" =>
                $"meta {head}",
            "meta" => $"meta {next()}",
            "fib" => Fib(next, peek),
            "tcp" when peek() == "option" => Option(next, peek),
            "arp" => Arp(next, peek),
            "ip" or "ip6" or "tcp" or "udp" or "sctp" or "th" or "icmp" or "icmpv6" or "ct" or "ether" =>
                $"{head} {next()}",
            _ => null,
        };
        return name is null ? null : new NftSelector(name, table);
    }

    /// <summary>The cases of a comparison with any of the values (with none for <c>!=</c>); null if unknown.</summary>
    public ImmutableArray<NftCase>? Cases(ImmutableArray<string> values, string operation, string mask)
    {
        if (Name == "tcp flags")
            return Flags(values, operation, mask);
        if (mask.Length > 0 && Name != "meta mark")
            return null;
        var negated = operation == "!=";
        if (operation is "==" or "!=")
            return Name switch
            {
                "meta iifname" or "meta iif" => Devices(DeviceRole.In, values, negated),
                "meta oifname" or "meta oif" => Devices(DeviceRole.Out, values, negated),
                "meta ibrname" => Devices(DeviceRole.LogicalIn, values, negated),
                "meta obrname" => Devices(DeviceRole.LogicalOut, values, negated),
                "ip saddr" => Addresses(AddressRole.Source, IpVersion.V4, values, negated),
                "ip daddr" => Addresses(AddressRole.Destination, IpVersion.V4, values, negated),
                "ip6 saddr" => Addresses(AddressRole.Source, IpVersion.V6, values, negated),
                "ip6 daddr" => Addresses(AddressRole.Destination, IpVersion.V6, values, negated),
                "arp saddr ip" => Addresses(AddressRole.Source, IpVersion.V4, values, negated),
                "arp daddr ip" => Addresses(AddressRole.Destination, IpVersion.V4, values, negated),
                "tcp dport" or "udp dport" or "sctp dport" or "th dport" =>
                    Ports(AddressRole.Destination, values, negated),
                "tcp sport" or "udp sport" or "sctp sport" or "th sport" => Ports(AddressRole.Source, values, negated),
                "ct state" or "ct status" => Conntrack(values, negated),
                _ => Each(values, negated, mask),
            };
        return values is [var bound] && NftNumber.Parse(bound) is { } number && number <= 65535
            ? Bounded(operation, (int)number)
            : null;
    }

    private ImmutableArray<NftCase>? Bounded(string operation, int bound)
    {
        var isPort = Name.EndsWith("port", StringComparison.Ordinal);
        var last = isPort ? 65535 : 255;
        var (from, to) = operation switch
        {
            "<" => (0, bound - 1),
            "<=" => (0, bound),
            ">" => (bound + 1, last),
            _ => (bound, last),
        };
        if (from > to)
            return null;
        var range = string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");
        return isPort || Name is "ip ttl" or "ip6 hoplimit" ? Cases([range], "==", "") : null;
    }

    private ImmutableArray<NftCase>? Devices(DeviceRole role, ImmutableArray<string> values, bool negated)
    {
        var devices = values.SelectMany(value => NameTranslation.Devices(Table.Translation.Device(value)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        return [new(
            Text([.. devices.Select(device => $"\"{device}\"")], negated), [new DeviceMatch(role, devices, negated)])];
    }

    private ImmutableArray<NftCase>? Addresses(
        AddressRole role, IpVersion version, ImmutableArray<string> values, bool negated)
    {
        var text = Table.Translation.Addresses(string.Join(',', values), version);
        return NameTranslation.MatchOf(text, role, version, negated) is { } match
            ? [new(Text([.. text.Split(',')], negated), [.. Implied, match])]
            : null;
    }

    private ImmutableArray<NftCase>? Ports(AddressRole role, ImmutableArray<string> values, bool negated)
    {
        var ports = values.SelectMany(value => Table.Translation.Ports(value).Split(',')).ToImmutableArray();
        if (NameTranslation.Ranges(string.Join(',', ports)) is not { } ranges)
            return null;
        var order = Enumerable.Range(0, ports.Length)
            .OrderBy(at => ranges[at].First)
            .ThenBy(at => ranges[at].Last)
            .ToArray();
        return [new(
            Text([.. order.Select(at => ports[at])], negated),
            [.. Implied, new PortMatch(role, [.. order.Select(at => ranges[at])], negated)])];
    }

    private ImmutableArray<NftCase>? Conntrack(ImmutableArray<string> values, bool negated)
    {
        var words = values.SelectMany(value => value.Split(',')).ToImmutableArray();
        if (ConntrackWords.Parse(string.Join(',', words)) is not { } states)
            return null;
        if (Name == "ct status" != ((states & ~(ConntrackStates.Snat | ConntrackStates.Dnat)) == 0))
            return null;
        var sorted = words.Select(word => word.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal);
        return
        [
            new($"{Shown}{(negated ? " !=" : "")} {string.Join(',', sorted)}", [new ConntrackMatch(states, negated)])
        ];
    }

    private ImmutableArray<NftCase>? Each(ImmutableArray<string> values, bool negated, string mask)
    {
        var cases = ImmutableArray.CreateBuilder<NftCase>();
        foreach (var value in values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (One(value, negated, mask) is var (text, match))
                cases.Add(new(text, [.. Implied, match]));
            else
                return null;
        // Each value makes a separate case; for a negated comparison, none may hold.
        return negated ? [cases.Aggregate((one, other) => one.And(other))] : cases.ToImmutable();
    }

    private (string Text, Match Match)? One(string value, bool negated, string mask)
    {
        var shown = value;
        Match? match = Name switch
        {
            "meta l4proto" or "ip protocol" or "ip6 nexthdr" =>
                ProtocolWords.Parse(value) is { } protocol ? new ProtocolMatch(protocol, negated) : null,
            "meta nfproto" or "meta protocol" or "ether type" => new FrameProtocolMatch(Frame(value), negated),
            "meta pkttype" => new PacketTypeMatch(value == "other" ? "otherhost" : value, negated),
            "meta mark" => Mark(value, mask, negated),
            "ether saddr" => Mac(AddressRole.Source, shown = Table.Translation.Mac(value), negated),
            "ether daddr" => Mac(AddressRole.Destination, shown = Table.Translation.Mac(value), negated),
            "arp saddr ether" => Mac(AddressRole.Source, shown = Table.Translation.Mac(value), negated),
            "arp operation" => (value switch { "request" => 1, "reply" => 2, _ => Byte(value) }) is { } operation
                ? new ArpOperationMatch(operation, negated)
                : null,
            "fib daddr type" => AddressTypeWords.Parse(value, AddressRole.Destination, negated),
            "fib saddr type" => AddressTypeWords.Parse(value, AddressRole.Source, negated),
            "icmp type" => IcmpWords.Parse(value, IpVersion.V4, negated),
            "icmpv6 type" => IcmpWords.Parse(value, IpVersion.V6, negated),
            "ip ttl" or "ip6 hoplimit" => value.Split('-') is var ends
                && ends.Length <= 2
                && Byte(ends[0]) is { } first
                && Byte(ends[^1]) is { } last
                ? new TtlMatch(first, last, negated)
                : null,
            _ => null,
        };
        if (match is null)
            return null;
        var masked = mask.Length == 0 ? "" : $" & {mask}";
        return ($"{Shown}{masked}{(negated ? " !=" : mask.Length == 0 ? "" : " ==")} {shown}", match);
    }

    private ImmutableArray<NftCase>? Flags(ImmutableArray<string> values, string operation, string mask)
    {
        if (operation is not ("==" or "!=") || FlagsOf(string.Join(',', values)) is not { } set)
            return null;
        var negated = operation == "!=";
        if (mask.Length > 0)
            return FlagsOf(mask) is { } masked ? [FlagCase(masked, set, negated)] : null;
        if (values.Length == 1 && (set & (set - 1)) == 0 && set != 0)
            return [FlagCase(set, set, negated)];
        if (negated)
            return null;
        // Any of them: the first, or else the second, and so on.
        var cases = ImmutableArray.CreateBuilder<NftCase>();
        var seen = TcpFlags.None;
        for (var bit = 1; bit < 64; bit <<= 1)
            if ((set & (TcpFlags)bit) != 0)
                cases.Add(FlagCase(seen |= (TcpFlags)bit, (TcpFlags)bit, false));
        return cases.Count == 0 ? null : cases.ToImmutable();
    }

    private NftCase FlagCase(TcpFlags mask, TcpFlags set, bool negated) => new(
        $"tcp flags & ({Words(mask, " | ")}) {(negated ? "!=" : "==")} {(set == 0 ? "0x0" : Words(set, " | "))}",
        [.. Implied, new TcpFlagsMatch(mask, set, negated)]);

    private static string Words(TcpFlags flags, string between) =>
        string.Join(between, FlagNames.Where((_, index) => ((int)flags & 1 << index) != 0));

    private static TcpFlags? FlagsOf(string words)
    {
        var flags = TcpFlags.None;
        foreach (var word in words.Split(',', '|'))
            if (FlagNames.IndexOf(word) is var index and >= 0)
                flags |= (TcpFlags)(1 << index);
            else if (NftNumber.Parse(word) is { } number && number < 64)
                flags |= (TcpFlags)number;
            else
                return null;
        return flags;
    }

    /// <summary>The match on the protocol of the field's header, which nft adds without printing it.</summary>
    private ImmutableArray<Match> Implied
    {
        get
        {
            var implied = ImmutableArray.CreateBuilder<Match>();
            var head = Name.Split(' ')[0];
            var frame = head switch
            {
                "ip" or "icmp" => "ipv4",
                "ip6" or "icmpv6" => "ipv6",
                "arp" => "arp",
                _ => null,
            };
            if (frame is not null && Table.Family is not (NftFamily.Ip or NftFamily.Ip6 or NftFamily.Arp))
                implied.Add(new FrameProtocolMatch(frame, false));
            if (head is "tcp" or "udp" or "sctp")
                implied.Add(new ProtocolMatch(head, false));
            if (head is "icmp" or "icmpv6")
                implied.Add(new ProtocolMatch(head == "icmp" ? "icmp" : "ipv6-icmp", false));
            return implied.ToImmutable();
        }
    }

    private string Text(ImmutableArray<string> values, bool negated) =>
        $"{Shown}{(negated ? " !=" : "")} {(values is [var only] ? only : $"{{ {string.Join(", ", values)} }}")}";

    private static MarkMatch? Mark(string value, string mask, bool negated) =>
        NftNumber.Parse(value) is { } number && (mask.Length == 0 ? uint.MaxValue : NftNumber.Parse(mask)) is { } masked
            ? new(number, masked, negated)
            : null;

    private static MacMatch? Mac(AddressRole role, string value, bool negated) =>
        MacWords.Parse(value) is { } owner ? new(role, owner, negated) : null;

    private static string Frame(string value) => value switch
    {
        "ip" or "0x0800" or "0x800" or "8" => "ipv4",
        "ip6" or "0x86dd" => "ipv6",
        "8021q" or "vlan" or "0x8100" => "vlan",
        "0x8864" => "pppoe",
        _ => value,
    };

    private static int? Byte(string text) => NftNumber.Parse(text) is { } number && number <= 255 ? (int)number : null;

    // fib saddr . mark . iif oif
    private static string Fib(Func<string> next, Func<string> peek)
    {
        var flags = next();
        while (peek() == ".")
            flags += $" {next()} {next()}";
        return $"fib {flags} {next()}";
    }

    // tcp option maxseg size, tcp option sack-perm exists
    private static string Option(Func<string> next, Func<string> peek)
    {
        var option = $"tcp {next()} {next()}";
        return peek() is "exists" or "missing" ? option : $"{option} {next()}";
    }

    private static string? Arp(Func<string> next, Func<string> peek)
    {
        var field = next();
        return field is "saddr" or "daddr" && peek() is "ip" or "ether" ? $"arp {field} {next()}" : $"arp {field}";
    }
}
