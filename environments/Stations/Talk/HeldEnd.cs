namespace Hooktrail.Stations.Talk;

/// <summary>
/// The receiver's end of a TCP connection that is open without a segment. It echoes what comes first, and ends without
/// a segment. It needs CAP_NET_ADMIN.
/// </summary>
/// <param name="Id">Its name as a listener.</param>
/// <param name="Ip">The version of IP.</param>
/// <param name="Own">Its own address and port.</param>
/// <param name="Peer">The sender's, as it knows them.</param>
public sealed record HeldEnd(string Id, IpVersion Ip, (string Address, int Port) Own, (string Address, int Port) Peer)
{
    public byte Tos { get; init; }

    /// <summary>A process in the network namespace to be in; null for the talker's own.</summary>
    public int? NamespaceOf { get; init; }

    internal string Command =>
        $"{Talking.At(NamespaceOf)}hold {Id} {Talking.Digit(Ip)} {Own.Address} {Own.Port} {Peer.Address} {Peer.Port} {Tos}";
}
