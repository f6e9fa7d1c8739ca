namespace Hooktrail.Rules.Reading;

/// <summary>What a part of an entry of ipset is compared with.</summary>
internal enum IpSetPart
{
    None,

    Address,

    /// <summary>A protocol with its port, or with the type and code of ICMP.</summary>
    Port,

    Device,

    Mac,

    Mark,

    /// <summary>Another set.</summary>
    Set,
}

/// <summary>The sets that rules of iptables name; net/netfilter/ipset.</summary>
internal sealed class IpSets(ImmutableArray<IpSet> sets)
{
    public static readonly IpSets None = new([]);

    /// <summary>An entry that goes sooner may be gone before the packet comes.</summary>
    private const int Lasting = 60;

    public static IpSets Of(ImmutableArray<IpSet> sets) => sets.IsDefaultOrEmpty ? None : new(sets);

    /// <summary>Without the sets that a rule fills or empties (<c>-j SET</c>), whose entries change.</summary>
    public static ImmutableArray<IpSet> Unchanged(ImmutableArray<IpSet> sets, IEnumerable<ImmutableArray<string>> rules)
    {
        if (sets.IsEmpty)
            return sets;
        var changed = rules
            .SelectMany(words => words.Zip(words.Skip(1)))
            .Where(pair => pair.First is "--add-set" or "--del-set")
            .Select(pair => pair.Second)
            .ToHashSet();
        return changed.Count == 0 ? sets : [.. sets.Where(set => !changed.Contains(set.Name))];
    }

    /// <summary>The parts of an entry, in order; none for a type that the model does not know.</summary>
    public static ImmutableArray<IpSetPart> PartsOf(string type) => type.Split(':') switch
    {
        ["list", "set"] => [IpSetPart.Set],
        ["hash" or "bitmap", var parts]
            when parts.Split(',').Select(PartOf).ToImmutableArray() is var known
                && !known.Contains(IpSetPart.None) => known,
        _ => [],
    };

    /// <summary>
    /// Whether the packet is in the set, with <paramref name="sides"/> of the packet for the parts of an entry.
    /// </summary>
    public Match Match(string name, string[] sides, IpVersion version, bool negated)
    {
        var found = Alternatives(name, sides, version, depth: 0);
        return found is null ? new UnknownMatch($"-m set --match-set {name}", negated) : Simplest(found, negated);
    }

    private static IpSetPart PartOf(string name) => name switch
    {
        "ip" or "net" => IpSetPart.Address,
        "port" => IpSetPart.Port,
        "iface" => IpSetPart.Device,
        "mac" => IpSetPart.Mac,
        "mark" => IpSetPart.Mark,
        _ => IpSetPart.None,
    };

    /// <summary>A set of addresses only is one match, which says more to readers.</summary>
    private static Match Simplest(List<ImmutableArray<Match>> found, bool negated) =>
        found.Count > 0
        && found.TrueForAll(one => one is [AddressMatch { Negated: false }])
        && found.Select(one => ((AddressMatch)one[0]).Role).Distinct().ToList() is [var role]
            ? new AddressMatch(
                role, LabAddressNames.Sorted(found.SelectMany(one => ((AddressMatch)one[0]).Addresses)), negated)
            : new AnyOfMatch([.. found], negated);

    private List<ImmutableArray<Match>>? Alternatives(string name, string[] sides, IpVersion version, int depth)
    {
        if (sets.FirstOrDefault(one => one.Name == name) is not { } set || depth > 1)
            return null;
        var parts = PartsOf(set.Type);
        // A rule with fewer sides than an entry has parts matches nothing, nor does a set of the other version
        // (ip_set_core.c, ip_set_test).
        if (sides.Length < parts.Length
            || set.Family is { } family && family != (version == IpVersion.V4 ? "inet" : "inet6"))
            return [];
        if (parts is [IpSetPart.Set])
        {
            var members = set.Entries.Select(entry => Alternatives(entry.Text, sides, version, depth + 1)).ToList();
            return members.Contains(null) ? null : [.. members.SelectMany(one => one!)];
        }

        return
        [
            .. set.Entries.Select(entry => (ImmutableArray<Match>)
            [
                .. entry.Text.Split(',').Zip(parts, sides)
                    .SelectMany(one => Part(one.First, one.Second, one.Third, version, set)),
                .. entry.Timeout is > 0 and < Lasting
                    ? (ImmutableArray<Match>)[new UnknownMatch($"-m set --match-set {name}", false)]
                    : [],
            ]),
        ];
    }

    private static IEnumerable<Match> Part(string text, IpSetPart part, string side, IpVersion version, IpSet set)
    {
        var role = side == "src" ? AddressRole.Source : AddressRole.Destination;
        var unknown = new UnknownMatch($"-m set --match-set {set.Name}", false);
        return part switch
        {
            IpSetPart.Address =>
                [
                    (LabAddressNames.IsName(text)
                        ? NameTranslation.MatchOf(text, role, version, false)
                        : LiteralAddresses.MatchOf(text, role, false)) ?? (Match)unknown,
                ],
            IpSetPart.Port => PortOf(text, role, version) ?? [unknown],
            // Entries for the port of a bridge need an option that iptables has not.
            IpSetPart.Device when !text.Contains(':') =>
                [new DeviceMatch(side == "src" ? DeviceRole.In : DeviceRole.Out, [text], false)],
            IpSetPart.Mac when side == "src" && MacWords.Parse(text) is { } owner => [new MacMatch(role, owner, false)],
            _ => [unknown],
        };
    }

    /// <summary>
    /// <c>80</c>, <c>tcp:80</c>, <c>icmp:8/0</c>, <c>icmp:echo-request</c>, <c>gre:0</c>; null if unknown.
    /// </summary>
    private static IEnumerable<Match>? PortOf(string text, AddressRole role, IpVersion version)
    {
        if (text.Split(':', 2) is not [var name, var value])
            return Ports(text, role) is { } any ? [any] : null;
        return ProtocolWords.Parse(name) switch
        {
            null => null,
            "icmp" or "ipv6-icmp" => IcmpWords.Parse(value, version, false) is { } type
                ? [new ProtocolMatch(ProtocolWords.Parse(name)!, false), type]
                : null,
            "tcp" or "udp" => Ports(value, role) is { } ports
                ? [new ProtocolMatch(ProtocolWords.Parse(name)!, false), ports]
                : null,
            // No flow has it.
            var other => [new ProtocolMatch(other, false)],
        };
    }

    private static PortMatch? Ports(string text, AddressRole role) =>
        NameTranslation.Ranges(text) is { } ranges ? new PortMatch(role, ranges, false) : null;
}
