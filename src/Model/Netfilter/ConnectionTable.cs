namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What the host knows from one packet to the next: the confirmed connections, which way of a multipath route addresses
/// take, and the fragments that wait for the rest of their packet; and what the walk of these packets supposes.
/// </summary>
internal sealed class ConnectionTable(Choices choices)
{
    private readonly List<Connection> _entries = [];
    private readonly SortedDictionary<string, int> _ways = new(StringComparer.Ordinal);
    private int _fragments;

    public Choices Choices => choices;

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
            _ways[question] = way = choose();
        return way;
    }

    /// <summary>The connection with this tuple in either direction; null if none.</summary>
    public Connection? Find(ConnectionTuple tuple) =>
        _entries.Find(entry => entry.Original == tuple || entry.Reply == tuple);

    /// <summary>The same connections, for another walk.</summary>
    public ConnectionTable Copy(Choices forWalk)
    {
        var copy = new ConnectionTable(forWalk);
        copy._entries.AddRange(_entries.Select(entry => entry.Copy()));
        foreach (var (question, way) in _ways)
            copy._ways[question] = way;
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
