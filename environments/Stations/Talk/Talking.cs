namespace Hooktrail.Stations.Talk;

/// <summary>What a station sends: one packet at a time, the next after the fate of the previous one is known.</summary>
public sealed record Talking
{
    private readonly string _words;

    private Talking(string words) => _words = words;

    /// <summary>A process in the network namespace to send from; null for the talker's own.</summary>
    public int? NamespaceOf { get; init; }

    /// <summary>Echoes, datagrams, or one TCP connection with <paramref name="size"/> bytes.</summary>
    /// <remarks>
    /// A null source lets the route choose. The source port is the echoes' identifier; 0 lets the kernel choose. The
    /// addresses and ports of a TCP connection cannot be reused for 60 seconds (TIME_WAIT), so take another port for
    /// the next. The timeout is for each answer: a SYN is retransmitted after a second, other TCP segments after a
    /// fifth of one. Before is the number of packets that the flow has had so far: numbering goes on from there.
    /// </remarks>
    public static Talking To(
        Protocol protocol, IpVersion ip, string? source, string destination, int port, int sourcePort, byte tos,
        int ttl, int count, int size, TimeSpan timeout, int before = 0) =>
        new($"send # {protocol.Name()} {Digit(ip)} {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size} {Milliseconds(timeout)} {before}");

    /// <summary>Data in a TCP connection that is open without a segment, as <see cref="HeldEnd"/> is.</summary>
    public static Talking In(
        IpVersion ip, string source, string destination, int port, int sourcePort, byte tos, int ttl, int size,
        TimeSpan timeout) =>
        new($"send # held {Digit(ip)} {source} {destination} {port} {sourcePort} {tos} {ttl} 1 {size} {Milliseconds(timeout)}");

    public static Talking ToAll(
        string? source, string destination, int port, int sourcePort, byte tos, int ttl, int count, int size) =>
        new($"broadcast # {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size}");

    /// <summary>An ARP request in a raw frame, even if the kernel knows the answer. It needs CAP_NET_RAW.</summary>
    public static Talking WhoHas(string device, string source, string target, TimeSpan timeout) =>
        new($"arp # {device} {source} {target} {Milliseconds(timeout)}");

    /// <summary>A raw frame. It needs CAP_NET_RAW.</summary>
    public static Talking Frame(string device, ReadOnlySpan<byte> frame) =>
        new($"raw # {device} {Convert.ToHexStringLower(frame)}");

    internal static char Digit(IpVersion ip) => ip == IpVersion.V4 ? '4' : '6';

    internal static string At(int? process) =>
        process is { } id ? string.Create(CultureInfo.InvariantCulture, $"at {id} ") : "";

    internal string Command(string id) => At(NamespaceOf) + _words.Replace("#", id, StringComparison.Ordinal);

    private static string Milliseconds(TimeSpan timeout) =>
        ((int)Math.Ceiling(timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
}
