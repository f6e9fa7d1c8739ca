namespace Hooktrail.Model.Netfilter;

/// <summary>
/// A list that makes no garbage while it has at most one element: a packet mostly has one way, at each of hundreds of
/// chains and rules. It is a mutable value; pass it by reference, or give it away.
/// </summary>
internal struct Few<T>
{
    private T _first;
    private List<T>? _others;

    public int Count { readonly get; private set; }

    public T this[int index]
    {
        readonly get => index == 0 ? _first : _others![index - 1];
        set
        {
            if (index == 0)
                _first = value;
            else
                _others![index - 1] = value;
        }
    }

    public void Add(T one)
    {
        if (Count++ == 0)
            _first = one;
        else
            (_others ??= []).Add(one);
    }

    public void Add(in Few<T> more)
    {
        var count = more.Count; // it may be this one
        for (var at = 0; at < count; at++)
            Add(more[at]);
    }

    public void RemoveAt(int index)
    {
        if (index > 0)
        {
            _others!.RemoveAt(index - 1);
        }
        else if (Count > 1)
        {
            _first = _others![0];
            _others.RemoveAt(0);
        }

        Count--;
    }
}
