namespace Hooktrail.Stations.Talk;

/// <summary>What a station sends: one packet at a time, the next when the fate of the one before is known.</summary>
public sealed record Talking
{
    private readonly string _words;

    private Talking(string words) => _words = words;

    /// <summary>A process in the network namespace to send from; null for the talker's own.</summary>
    public int? NamespaceOf { get; init; }

    /// <summary>Echoes, datagrams, or one TCP connection with <paramref name="size"/> bytes.</summary>
    /// <remarks>
    /// A null source is the route's preference. The source port is the echoes' identifier; 0 lets the kernel choose. A
    /// TCP connection's four numbers cannot be reused for 60 seconds (TIME_WAIT), so take another port for the next.
    /// The timeout is for each answer: a SYN is repeated after a second, other TCP segments after a fifth of one.
    /// Before counts the flow's packets so far: their numbers go on from there.
    /// </remarks>
    public static Talking To(
        Protocol protocol, IpVersion ip, string? source, string destination, int port, int sourcePort, byte tos, int ttl, int count, int size,
        TimeSpan timeout, int before = 0) =>
        new($"send # {protocol.Name()} {Digit(ip)} {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size} {Milliseconds(timeout)} {before}");

    public static Talking ToAll(string? source, string destination, int port, int sourcePort, byte tos, int ttl, int count, int size) =>
        new($"broadcast # {source ?? "-"} {destination} {port} {sourcePort} {tos} {ttl} {count} {size}");

    /// <summary>ARP in a raw frame, whatever the kernel knows. It needs CAP_NET_RAW.</summary>
    public static Talking WhoHas(string device, string source, string target, TimeSpan timeout) =>
        new($"arp # {device} {source} {target} {Milliseconds(timeout)}");

    /// <summary>It needs CAP_NET_RAW.</summary>
    public static Talking Frame(string device, ReadOnlySpan<byte> frame) => new($"raw # {device} {Convert.ToHexStringLower(frame)}");

    internal static char Digit(IpVersion ip) => ip == IpVersion.V4 ? '4' : '6';

    internal static string At(int? process) => process is { } id ? string.Create(CultureInfo.InvariantCulture, $"at {id} ") : "";

    internal string Command(string id) => At(NamespaceOf) + _words.Replace("#", id, StringComparison.Ordinal);

    private static string Milliseconds(TimeSpan timeout) =>
        ((int)Math.Ceiling(timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
}
