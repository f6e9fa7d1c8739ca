namespace Hooktrail.Model.Netfilter;

/// <summary>The confirmed connections, and the fragments that wait for the rest of their packet.</summary>
internal sealed class ConnectionTable
{
    private readonly List<Connection> _entries = [];
    private int _fragments;

    /// <summary>What conntrack knows, as a value. While it is the same, the next packet takes the same way.</summary>
    public ImmutableArray<(ConnectionTuple, ConnectionTuple, ConnectionStatus)> Snapshot =>
        [.. _entries.Select(entry => (entry.Original, entry.Reply, entry.Status))];

    /// <summary>The connection with this tuple in either direction; null if none.</summary>
    public Connection? Find(ConnectionTuple tuple) =>
        _entries.Find(entry => entry.Original == tuple || entry.Reply == tuple);

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
