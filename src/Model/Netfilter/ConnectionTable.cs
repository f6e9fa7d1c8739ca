namespace Hooktrail.Model.Netfilter;

/// <summary>The confirmed connections, and the fragments that wait for the rest of their packet.</summary>
internal sealed class ConnectionTable
{
    private readonly List<Connection> entries = [];
    private int fragments;

    /// <summary>What conntrack knows, as a value. While it is the same, the next packet takes the same way.</summary>
    public ImmutableArray<(ConnectionTuple, ConnectionTuple, ConnectionStatus)> Snapshot =>
        [.. entries.Select(entry => (entry.Original, entry.Reply, entry.Status))];

    /// <summary>The connection with this tuple in either direction; null if none.</summary>
    public Connection? Find(ConnectionTuple tuple) =>
        entries.Find(entry => entry.Original == tuple || entry.Reply == tuple);

    public void Add(Connection connection) => entries.Add(connection);

    /// <summary>True if the fragment completes its packet. One packet is under way at a time.</summary>
    public bool Completes(Fragment fragment)
    {
        fragments++;
        if (fragments < fragment.Of)
            return false;
        fragments = 0;
        return true;
    }
}
