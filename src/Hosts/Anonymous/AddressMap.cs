using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Hosts.Anonymous;

/// <summary>
/// Which documentation address stands for each public one (RFC 5737, RFC 3849). Of all networks, ranges and addresses
/// that a snapshot names, one is within another afterwards exactly if it was before, so every route and every rule
/// decides as before. Private addresses stay, as do networks that hold private and public ones, such as 0.0.0.0/1.
/// </summary>
internal sealed class AddressMap
{
    // What is no host's public address (RFC 6890, RFC 5735), documentation among it.
    private static readonly ImmutableArray<AddressSpan> Special4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
        }.Select(AddressSpan.Of),
    ];

    private static readonly ImmutableArray<AddressSpan> Special6 =
    [
        .. new[]
        {
            "::/96", "::ffff:0:0/96", "100::/64", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(AddressSpan.Of),
    ];

    // After documentation the networks of benchmarks (RFC 2544), as three times 256 addresses are few. Within a network
    // such as 0.0.0.0/1, which has none of these, the networks of carriers' NAT (RFC 6598).
    private static readonly ImmutableArray<AddressSpan> Room4 =
    [
        .. new[] { "203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15", "100.64.0.0/10" }
            .Select(AddressSpan.Of),
    ];

    private static readonly ImmutableArray<AddressSpan> Room6 =
        [.. new[] { "2001:db8::/32", "3fff::/20" }.Select(AddressSpan.Of)];

    private readonly AddressFamily _family;
    private readonly Dictionary<AddressSpan, AddressSpan> _to = [];

    private AddressMap(AddressFamily family) => _family = family;

    /// <param name="family">The IP version.</param>
    /// <param name="networks">All networks and addresses, one being a network of one.</param>
    /// <param name="ranges">All ranges.</param>
    /// <exception cref="HooktrailException">No documentation addresses stand in the same relations.</exception>
    public static AddressMap Of(
        AddressFamily family, IEnumerable<AddressSpan> networks, IEnumerable<AddressSpan> ranges)
    {
        var (all, between) = (networks.ToHashSet(), ranges.ToHashSet());
        HooktrailException? last = null;
        // As much of each network's size as there is room for.
        foreach (var roomy in family == AddressFamily.InterNetwork
            ? (UInt128[])[256u, 16u, 1u]
            : [UInt128.One << 64, UInt128.One])
            try
            {
                var map = new AddressMap(family);
                map.Place(all, between, roomy);
                return map;
            }
            catch (HooktrailException full)
            {
                last = full;
            }

        throw last!;
    }

    public IPAddress Address(IPAddress address)
    {
        var span = To(AddressSpan.Of(address));
        return AddressSpan.Address(span.First, _family);
    }

    /// <summary>The address within its network, and the network's new length.</summary>
    public (IPAddress Address, int Length) Network(IPAddress address, int length)
    {
        var from = AddressSpan.Of(address, length);
        var network = To(from);
        // A network that holds private and public addresses stays, and with it the address that stands for it.
        var to = AddressSpan.Number(address) == from.First ? network : To(AddressSpan.Of(address));
        var rest = 0;
        for (var size = network.Size; size > UInt128.One && rest < AddressSpan.Bits(_family); size >>= 1)
            rest++;
        return (
            AddressSpan.Address(to.First, _family), length == 0 ? 0 : AddressSpan.Bits(_family) - rest);
    }

    public bool IsPublic(AddressSpan span) => !Special().Any(one => one.Meets(span));

    private AddressSpan To(AddressSpan span) => _to.GetValueOrDefault(span, span);

    private ImmutableArray<AddressSpan> Special() => _family == AddressFamily.InterNetwork ? Special4 : Special6;

    private void Place(HashSet<AddressSpan> networks, HashSet<AddressSpan> ranges, UInt128 roomy)
    {
        // Of a range only its ends need a place; of a short one all addresses, as NAT chooses among them.
        var spans = networks.Where(IsPublic)
            .Concat(ranges.Where(IsPublic).SelectMany(range => Points(range)))
            .ToHashSet();
        var others = networks.Concat(ranges).Where(span => !IsPublic(span)).ToList();
        var stay = others.Where(span => Special().Any(one => one.Holds(span))).ToList();
        var wide = others.Where(span => !Special().Any(one => one.Holds(span))).ToList();
        var free = new Room(_family == AddressFamily.InterNetwork ? Room4 : Room6, stay, wide);
        foreach (var group in Groups(spans, [.. ranges.Where(IsPublic)]))
        {
            var within = Within(group.All, wide);
            var layout = Layout.Of(group.All, group.Spans, roomy);
            var at = free.Take(layout.Size, within) ?? throw new HooktrailException(
                $"The snapshot cannot be anonymized: there are no documentation addresses that stand to its other networks as {Shown(group.All)} does; write one without --anonymize.");
            foreach (var (from, to) in layout.At(at))
                _to[from] = to;
        }
    }

    private static IEnumerable<AddressSpan> Points(AddressSpan range)
    {
        if (range.Size > 64u)
            return [new(range.First, range.First), new(range.Last, range.Last)];
        return Enumerable.Range(0, (int)range.Size)
            .Select(offset => new AddressSpan(range.First + (UInt128)offset, range.First + (UInt128)offset));
    }

    /// <summary>Spans that overlap, by ranges too, stay together.</summary>
    private static IEnumerable<(AddressSpan All, List<AddressSpan> Spans)> Groups(
        HashSet<AddressSpan> spans, List<AddressSpan> ranges)
    {
        var isRange = ranges.Except(spans).ToHashSet();
        (AddressSpan All, List<AddressSpan> Spans)? open = null;
        foreach (var span in spans.Concat(isRange).OrderBy(one => one.First).ThenByDescending(one => one.Last))
        {
            if (open is { } done && done.All.Last < span.First)
            {
                yield return done;
                open = null;
            }

            var group = open ?? (span, []);
            if (!isRange.Contains(span))
                group.Spans.Add(span);
            open = (new(group.All.First, UInt128.Max(group.All.Last, span.Last)), group.Spans);
        }

        if (open is { } rest)
            yield return rest;
    }

    private ImmutableArray<AddressSpan> Within(AddressSpan span, List<AddressSpan> wide)
    {
        if (wide.Find(one => one.Meets(span) && !one.Holds(span)) is { Last: var last } cut && last != UInt128.Zero)
            throw new HooktrailException(
                $"The snapshot cannot be anonymized: {Shown(cut)} has a part of {Shown(span)}; write one without --anonymize.");
        return [.. wide.Where(one => one.Holds(span))];
    }

    private string Shown(AddressSpan span) =>
        span.IsOne ? AddressSpan.Address(span.First, _family).ToString()
        : $"{AddressSpan.Address(span.First, _family)}-{AddressSpan.Address(span.Last, _family)}";
}
