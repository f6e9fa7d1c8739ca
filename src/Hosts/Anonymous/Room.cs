namespace Hooktrail.Hosts.Anonymous;

/// <summary>
/// The documentation addresses that the snapshot does not use itself, in pieces each of which is wholly within, or
/// wholly outside of, every network that stays.
/// </summary>
internal sealed class Room(
    ImmutableArray<AddressSpan> blocks, IReadOnlyCollection<AddressSpan> stay, IReadOnlyCollection<AddressSpan> wide)
{
    private readonly List<(AddressSpan Piece, ImmutableArray<AddressSpan> Within)> _free =
        [.. blocks.SelectMany(block => Pieces(block, stay, wide))];

    /// <summary>
    /// Takes so many addresses, a power of two, from a piece that is within the same networks; null if there is none.
    /// </summary>
    public UInt128? Take(UInt128 size, ImmutableArray<AddressSpan> within)
    {
        for (var at = 0; at < _free.Count; at++)
        {
            var (piece, of) = _free[at];
            if (piece.Size < size || !of.SequenceEqual(within))
                continue;
            _free.RemoveAt(at);
            // What is left of a piece are halves of halves.
            var rest = new List<AddressSpan>();
            while (piece.Size > size)
            {
                (piece, var upper) = piece.Halves();
                rest.Insert(0, upper);
            }

            _free.InsertRange(at, rest.Select(one => (one, of)));
            return piece.First;
        }

        return null;
    }

    private static IEnumerable<(AddressSpan Piece, ImmutableArray<AddressSpan> Within)> Pieces(
        AddressSpan block, IReadOnlyCollection<AddressSpan> stay, IReadOnlyCollection<AddressSpan> wide)
    {
        var taken = stay.Where(one => one.Meets(block)).ToList();
        var cut = wide.Where(one => one.Meets(block) && !one.Holds(block)).ToList();
        if (taken.Exists(one => one.Holds(block)))
            return [];
        if (taken.Count == 0 && cut.Count == 0)
            return [(block, [.. wide.Where(one => one.Holds(block))])];
        var (lower, upper) = block.Halves();
        return Pieces(lower, taken, wide).Concat(Pieces(upper, taken, wide));
    }
}
