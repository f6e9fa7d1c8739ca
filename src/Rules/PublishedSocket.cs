namespace Hooktrail.Rules;

/// <summary>A socket on a published port, on all of the host's addresses of one version of IP.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Ip">The version of IP that it receives.</param>
/// <param name="Port">The port of the host.</param>
/// <param name="IsRead">
/// Whether a process takes what comes, as Docker's userland proxy does. Without a proxy, dockerd itself holds the port,
/// so that no other program can bind it, and never reads: the kernel still opens connections and queues datagrams.
/// </param>
public sealed record PublishedSocket(Protocol Protocol, IpVersion Ip, int Port, bool IsRead)
{
    /// <summary>The sockets of a proxy for every port.</summary>
    public static ImmutableArray<PublishedSocket> OfProxy(IEnumerable<PublishedPort> published) => InOrder(
        from port in published
        from protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp]
        from ip in Enum.GetValues<IpVersion>()
        select new PublishedSocket(protocol, ip, port.Port, IsRead: true));

    /// <summary>Each once, in the one order that a profile has them in.</summary>
    internal static ImmutableArray<PublishedSocket> InOrder(IEnumerable<PublishedSocket> sockets) =>
    [
        .. sockets.Distinct().OrderBy(one => one.Port).ThenByDescending(one => one.Protocol).ThenBy(one => one.Ip),
    ];
}
