namespace Hooktrail.Stations.Talk;

/// <summary>
/// A listener. TCP: accepts connections, sends no data, and closes when the client does. UDP: echoes.
/// </summary>
/// <remarks>The id has no spaces; with port 0 the kernel chooses. ICMP and ARP need no listener.</remarks>
public sealed record Listening(string Id, Protocol Protocol, IpVersion Ip, int Port)
{
    /// <summary>The type of service or traffic class of its answers, the SYN-ACK included.</summary>
    public byte Tos { get; init; }

    /// <summary>
    /// The address to bind to; null for all. Then an echo may come from another address, which the route prefers.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Whether it never answers, as for broadcasts. UDP only.</summary>
    public bool IsMute { get; init; }

    /// <summary>A process in the network namespace to listen in; null for the talker's own.</summary>
    public int? NamespaceOf { get; init; }

    internal string Command =>
        $"{Talking.At(NamespaceOf)}listen {Id} {Protocol.Name()} {Talking.Digit(Ip)} {Port} {Tos} {Address ?? "-"}{(IsMute ? " mute" : "")}";
}
