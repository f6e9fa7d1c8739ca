using System.Globalization;
using Hooktrail.Trails;

namespace Hooktrail.Stations.Talk;

/// <summary>What a station is to send: one packet at a time, the next when the fate of the one before is known.</summary>
public sealed record Talking
{
    private readonly string _words;

    private Talking(string words) => _words = words;

    /// <summary>The process in whose network namespace it is sent; null where the talker itself is.</summary>
    public int? NamespaceOf { get; init; }

    /// <summary>
    /// Echoes, datagrams, or one TCP connection, which carries <paramref name="size"/> bytes and is closed after them.
    /// </summary>
    /// <param name="protocol">ICMP, UDP or TCP.</param>
    /// <param name="ip">IPv4 or IPv6.</param>
    /// <param name="source">The address to send from; null for the one that the route prefers.</param>
    /// <param name="destination">The address to send to.</param>
    /// <param name="port">The port to send to; echoes have none.</param>
    /// <param name="sourcePort">
    /// The port to send from, or the identifier of the echoes; 0 for one that the kernel chooses. After a TCP connection its four
    /// numbers cannot be used again for 60 seconds (TIME_WAIT), so take another port for the next.
    /// </param>
    /// <param name="tos">The type of service or traffic class.</param>
    /// <param name="ttl">The TTL or hop limit.</param>
    /// <param name="count">How many packets; a TCP connection is one.</param>
    /// <param name="size">Bytes of payload in each.</param>
    /// <param name="timeout">
    /// How long to wait for each answer. A SYN is sent again after a second, other segments of TCP after a fifth of one.
    /// </param>
    /// <param name="before">How many packets of the same flow were sent already: the numbers that they carry go on from there.</param>
    public static Talking To(
        Protocol protocol, IpVersion ip, string? source, string destination, int port, int sourcePort, byte tos, int ttl, int count, int size,
        TimeSpan timeout, int before = 0) =>
        new($"send # {protocol.Name()} {Digit(ip)} {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size} {Milliseconds(timeout)} {before}");

    /// <summary>Datagrams to a network's broadcast address; no answer is waited for.</summary>
    public static Talking ToAll(string? source, string destination, int port, int sourcePort, byte tos, int ttl, int count, int size) =>
        new($"broadcast # {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size}");

    /// <summary>
    /// Who has <paramref name="target"/>? Asked in a frame of its own, so that it matters not what the kernel knows. It needs
    /// CAP_NET_RAW.
    /// </summary>
    public static Talking WhoHas(string device, string source, string target, TimeSpan timeout) =>
        new($"arp # {device} {source} {target} {Milliseconds(timeout)}");

    /// <summary>A whole frame; no answer is waited for. It needs CAP_NET_RAW.</summary>
    public static Talking Frame(string device, ReadOnlySpan<byte> frame) => new($"raw # {device} {Convert.ToHexStringLower(frame)}");

    internal static char Digit(IpVersion ip) => ip == IpVersion.V4 ? '4' : '6';

    /// <summary>What a command begins with that is for the network namespace of a process.</summary>
    internal static string At(int? process) => process is { } id ? string.Create(CultureInfo.InvariantCulture, $"at {id} ") : "";

    internal string Command(string id) => At(NamespaceOf) + _words.Replace("#", id, StringComparison.Ordinal);

    private static string Milliseconds(TimeSpan timeout) =>
        ((int)Math.Ceiling(timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
}
