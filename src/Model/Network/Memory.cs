using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Hooktrail.Model.Network;

/// <summary>
/// Answers that take longer to find than to remember. A caller may ask about millions of addresses: what has too many
/// forgets them all.
/// </summary>
/// <param name="most">Enough for any one question.</param>
internal sealed class Memory<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _known = [];

    public int Count => _known.Count;

    public bool TryRecall(TKey key, [MaybeNullWhen(false)] out TValue value) => _known.TryGetValue(key, out value);

    public TValue Keep(TKey key, TValue value)
    {
        if (_known.Count >= most)
            _known.Clear();
        return _known[key] = value;
    }
}
