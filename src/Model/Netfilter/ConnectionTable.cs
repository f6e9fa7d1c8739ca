namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What the host knows from one packet to the next: the confirmed connections, which way of a multipath route addresses
/// take, and the fragments that wait for the rest of their packet; and what the walk of these packets supposes.
/// </summary>
internal sealed class ConnectionTable(Choices choices)
{
    private static readonly ImmutableSortedDictionary<string, int> NoWays =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    private readonly List<Connection> _entries = [];
    private ImmutableSortedDictionary<string, int> _ways = NoWays;
    private int _fragments;

    // Of one exchange: the next one asks anew, and rules say the same.
    private HashSet<(Endpoint, string)>? _met;

    public Choices Choices => choices;

    /// <summary>The connection of a single flow; null where the host knows none.</summary>
    public Connection? Entry => _entries.FirstOrDefault();

    /// <summary>What the host knows, as a value. While it is the same, the next packet takes the same way.</summary>
    public ImmutableArray<object> Snapshot =>
        [
            .. _entries.Select(entry => (object)(entry.Original, entry.Reply, entry.Status, entry.Mark)),
            .. _ways.Select(way => (object)way),
        ];

    /// <summary>Which way was chosen for the question; the choice is asked once.</summary>
    public int WayOf(string question, Func<int> choose)
    {
        if (!_ways.TryGetValue(question, out var way))
            _ways = _ways.SetItem(question, way = choose());
        return way;
    }

    /// <summary>Whether an endpoint has asked by ARP who has the address, or was asked from it.</summary>
    public bool Knows(Endpoint who, string address) => _met?.Contains((who, address)) == true;

    /// <summary>An endpoint learns the MAC address that belongs to an address.</summary>
    public void Meet(Endpoint who, string address) => (_met ??= []).Add((who, address));

    /// <summary>The connection with this tuple in either direction; null if none.</summary>
    public Connection? Find(in ConnectionTuple tuple)
    {
        foreach (var entry in _entries)
            if (entry.Original == tuple || entry.Reply == tuple)
                return entry;
        return null;
    }

    /// <summary>Whether it knows the same as the other, so that the next packet takes the same way.</summary>
    public bool IsLike(ConnectionTable other) => IsEmpty && other.IsEmpty || Snapshot.SequenceEqual(other.Snapshot);

    private bool IsEmpty => _entries.Count == 0 && _ways.IsEmpty;

    /// <summary>The same connections, for another walk.</summary>
    public ConnectionTable Copy(Choices forWalk)
    {
        var copy = new ConnectionTable(forWalk);
        foreach (var entry in _entries)
            copy._entries.Add(entry.Copy());
        copy._ways = _ways;
        return copy;
    }

    public void Add(Connection connection) => _entries.Add(connection);

    /// <summary>True if the fragment completes its packet. One packet is under way at a time.</summary>
    public bool Completes(Fragment fragment)
    {
        _fragments++;
        if (_fragments < fragment.Of)
            return false;
        _fragments = 0;
        return true;
    }
}
