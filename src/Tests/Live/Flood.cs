namespace Hooktrail.Tests.Live;

/// <summary>
/// Packets beside a flow that another program lets the kernel trace, so that every reader of the trace gets them.
/// </summary>
internal sealed class Flood : IDisposable
{
    private readonly PrivateHost _host;

    public Flood(PrivateHost host)
    {
        _host = host;
        _host.Run("nft 'add table ip others; add chain ip others first { type filter hook prerouting priority -400; }; add rule ip others first udp dport 9 meta nftrace set 1'");
    }

    /// <summary>By default more than a buffer of 64 MiB has room for.</summary>
    public void Send(int count = 60_000) => _host.Run($"o perl -e \"$datagrams\" 203.0.113.7 192.0.2.1 9 {count}");

    public void Dispose() => _host.Run("nft delete table ip others");
}
