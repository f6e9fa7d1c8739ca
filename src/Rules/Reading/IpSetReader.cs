namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads <c>ipset save</c>. Of each set it keeps what decides about the lab's addresses: an entry for a network becomes
/// one for each of the lab's addresses in it, and entries with <c>nomatch</c> take theirs away.
/// </summary>
internal sealed class IpSetReader(INames names, string source)
{
    private readonly NameTranslation _translation = new(names);

    /// <exception cref="HooktrailException">A line is none of ipset's.</exception>
    public ImmutableArray<IpSet> Read(IEnumerable<string> lines)
    {
        var sets = new OrderedDictionary<string, (ImmutableArray<string> Made, List<ImmutableArray<string>> Added)>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            switch (RuleTokens.Split(line))
            {
                case [] or ["COMMIT"] or [['#', ..], ..]:
                    break;
                case ["create" or "-N" or "n" or "new", var name, var type, .. var options]:
                    sets[name] = ([type, .. options], []);
                    break;
                case ["add" or "-A", var name, .. var entry]
                    when entry.Length > 0 && sets.TryGetValue(name, out var set):
                    set.Added.Add(entry);
                    break;
                default:
                    throw new HooktrailException(
                        $"{source}, line {number}: \"{line}\" neither creates a set nor adds to one; give the output of ipset save as it is.");
            }
        }

        return [.. sets.Select(set => Known(set.Key, set.Value.Made, set.Value.Added)).OfType<IpSet>()];
    }

    /// <summary>Null for a set whose entries cannot be said in the lab's names.</summary>
    private IpSet? Known(string name, ImmutableArray<string> made, List<ImmutableArray<string>> added)
    {
        var type = made[0];
        // A bitmap of addresses has only IPv4.
        var family = After(made, "family") ?? (type.StartsWith("bitmap:ip", StringComparison.Ordinal) ? "inet" : null);
        var version = family == "inet6" ? IpVersion.V6 : IpVersion.V4;
        var mask = After(made, "netmask") is { } length ? "/" + length
            : After(made, "bitmask") is { } bits ? "/" + bits
            : "";
        var parts = IpSets.PartsOf(type);
        if (parts.IsEmpty || After(made, "markmask") is not null)
            return null;
        var entries = added.Select(words => Entry.Of(words, mask, parts)).ToList();
        var byDevice = parts.Contains(IpSetPart.Device);
        var hasExceptions = entries.Exists(entry => entry.NoMatch);
        if (entries.Exists(entry => entry is { NoMatch: true, Timeout: > 0 })
            || hasExceptions && byDevice && entries.Exists(entry => entry.Fields[^1].EndsWith('+')))
            return null;
        // Of networks that are none of a lab's, only the kernel could tell which of two holds an address.
        if (names.AreLiteral && (hasExceptions || byDevice))
            return null;
        // What the kernel looks up first decides: the longest prefix of the first network, then of the second
        // (ip_set_hash_gen.h, mtype_test_cidrs).
        var decided = new OrderedDictionary<string, (bool Holds, int Timeout)>();
        var closest = new Dictionary<string, string>();
        IEnumerable<Entry> inOrder =
            hasExceptions || byDevice ? entries.OrderBy(one => one, Entry.MostExactFirst) : entries;
        foreach (var entry in inOrder)
            foreach (var text in InLab(entry.Fields, parts, version))
                if (!byDevice || IsOfClosest(text.Split(',')[0], entry.Fields[0]))
                    decided.TryAdd(text, (!entry.NoMatch, entry.Timeout));
        return new(
            name, type, family,
            [
                .. decided.Where(one => one.Value.Holds)
                    .Select(one => new IpSetEntry(one.Key, one.Value.Timeout))
                    .OrderBy(one => one.Text, StringComparer.Ordinal),
            ]);

        // A wider network is not looked at, even if none of the entries of the closest has the device
        // (ip_set_hash_netiface.c, IP_SET_HASH_WITH_MULTI).
        bool IsOfClosest(string address, string network) =>
            closest.TryAdd(address, network) || closest[address] == network;
    }

    private static string? After(ImmutableArray<string> words, string option) =>
        words.IndexOf(option) is var at and >= 0 ? words.ElementAtOrDefault(at + 1) : null;

    /// <summary>The entry once for each combination of the lab's names; none if a part is none of the lab's.</summary>
    private IEnumerable<string> InLab(ImmutableArray<string> fields, ImmutableArray<IpSetPart> parts, IpVersion version)
    {
        IEnumerable<string> all = [""];
        foreach (var (index, field) in fields.Index())
        {
            var names = NamesOf(field, parts.ElementAtOrDefault(index), version).ToList();
            all = all.SelectMany(text => names.Select(name => index == 0 ? name : $"{text},{name}"));
        }

        return all;
    }

    private IEnumerable<string> NamesOf(string field, IpSetPart part, IpVersion version) => part switch
    {
        IpSetPart.Address => _translation.AddressesIn(_translation.Addresses(WithZero(field), version), version),
        IpSetPart.Port => field.Split(':') switch
        {
            ["tcp" or "udp" or "sctp" or "udplite", var port] => [$"{field.Split(':')[0]}:{_translation.Port(port)}"],
            [var port] => [_translation.Port(port)],
            _ => [field],
        },
        IpSetPart.Device => _translation.Device(field).Split(','),
        IpSetPart.Mac => [_translation.Mac(field)],
        _ => [field],
    };

    // ipset knows 0/0 as all addresses.
    private static string WithZero(string field) => field == "0/0" ? "0.0.0.0/0" : field;

    private sealed record Entry(ImmutableArray<string> Fields, bool NoMatch, int Timeout)
    {
        public static readonly IComparer<Entry> MostExactFirst = Comparer<Entry>.Create((one, other) =>
        {
            foreach (var (first, second) in one.Fields.Zip(other.Fields))
                if (Length(second).CompareTo(Length(first)) is var order and not 0)
                    return order;
            return 0;
        });

        public static Entry Of(ImmutableArray<string> words, string mask, ImmutableArray<IpSetPart> parts) => new(
            [
                .. words[0].Split(',')
                    .Select((field, at) => mask.Length > 0 && parts.ElementAtOrDefault(at) == IpSetPart.Address
                        ? field + mask
                        : field),
            ],
            words.Contains("nomatch"),
            After(words, "timeout") is { } seconds
                && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var timeout)
                ? timeout
                : 0);

        private static int Length(string field) =>
            field.Split('/') is [_, var length]
            && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
                ? bits
                : int.MaxValue;
    }
}
