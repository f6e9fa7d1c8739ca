namespace Hooktrail.Hosts.Anonymous;

/// <summary>
/// A network with the networks and addresses that are named within it, and where each goes in as little room as they
/// need: their order stays, one within another stays within, and a network's first and last address stay such.
/// </summary>
internal sealed class Layout
{
    private readonly AddressSpan _own;
    private readonly bool _isNetwork;
    private readonly UInt128 _roomy;
    private readonly List<Layout> _children = [];
    private readonly List<UInt128> _offsets = [];

    private Layout(AddressSpan own, bool isNetwork, UInt128 roomy) =>
        (_own, _isNetwork, _roomy) = (own, isNetwork, roomy);

    /// <summary>The room that it takes, a power of two.</summary>
    public UInt128 Size { get; private set; }

    /// <summary>
    /// The layout of spans that are one within another, or apart. A network keeps its size up to <paramref
    /// name="roomy"/> addresses.
    /// </summary>
    public static Layout Of(AddressSpan all, IEnumerable<AddressSpan> spans, UInt128 roomy)
    {
        var root = new Layout(all, false, roomy);
        var open = new Stack<Layout>([root]);
        foreach (var span in spans.Distinct().OrderBy(one => one.First).ThenByDescending(one => one.Last))
        {
            while (!open.Peek()._own.Holds(span))
                open.Pop();
            var node = new Layout(span, !span.IsOne, roomy);
            open.Peek()._children.Add(node);
            open.Push(node);
        }

        root.Measure();
        return root;
    }

    /// <summary>Where each span goes, if the whole begins at an address.</summary>
    public IEnumerable<(AddressSpan From, AddressSpan To)> At(UInt128 start)
    {
        for (var at = 0; at < _children.Count; at++)
        {
            var (child, from) = (_children[at], start + _offsets[at]);
            yield return (child._own, new(from, from + child.Size - UInt128.One));
            foreach (var inner in child.At(from))
                yield return inner;
        }
    }

    private void Measure()
    {
        foreach (var child in _children)
            child.Measure();
        if (_own.IsOne && _children.Count == 0)
        {
            Size = UInt128.One;
            return;
        }

        var position = _isNetwork && !_children.Exists(child => child._own.First == _own.First)
            ? UInt128.One
            : UInt128.Zero;
        foreach (var child in _children)
        {
            position = Aligned(position, child.Size);
            _offsets.Add(position);
            position += child.Size;
        }

        var last = _children.Count > 0 ? _children[^1] : null;
        var endsWithLast = _isNetwork && last?._own.Last == _own.Last;
        Size = PowerOfTwo(position + (_isNetwork && !endsWithLast ? UInt128.One : UInt128.Zero));
        if (_isNetwork)
            Size = UInt128.Max(Size, UInt128.Max(2u, UInt128.Min(_own.Size, _roomy)));
        if (endsWithLast)
            _offsets[^1] = Size - last!.Size;
    }

    private static UInt128 Aligned(UInt128 position, UInt128 size) =>
        (position + size - UInt128.One) & ~(size - UInt128.One);

    private static UInt128 PowerOfTwo(UInt128 number)
    {
        var power = UInt128.One;
        while (power < number)
            power <<= 1;
        return power;
    }
}
