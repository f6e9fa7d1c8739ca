using Hooktrail.Trails;

namespace Hooktrail.Stations.Talk;

/// <summary>
/// Where a station listens. TCP: it takes connections, and closes them when their client does, without a byte. UDP: it echoes.
/// </summary>
/// <param name="Id">By which the caller knows the listener; no spaces.</param>
/// <param name="Protocol">TCP or UDP: the kernel answers echoes and ARP by itself.</param>
/// <param name="Ip">IPv4 or IPv6.</param>
/// <param name="Port">The port; 0 for one that the kernel chooses.</param>
public sealed record Listening(string Id, Protocol Protocol, IpVersion Ip, int Port)
{
    /// <summary>The type of service or traffic class of what it answers, the SYN-ACK included.</summary>
    public byte Tos { get; init; }

    /// <summary>
    /// The address that it binds to; null for all. A datagram's echo comes from this address; without one, from that which the
    /// route back prefers, which may not be the one that was addressed.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Whether it says what it hears, but never answers: for broadcasts. UDP only.</summary>
    public bool IsMute { get; init; }

    /// <summary>The process in whose network namespace it listens; null where the talker itself is.</summary>
    public int? NamespaceOf { get; init; }

    internal string Command =>
        $"{Talking.At(NamespaceOf)}listen {Id} {Protocol.Name()} {Talking.Digit(Ip)} {Port} {Tos} {Address ?? "-"}{(IsMute ? " mute" : "")}";
}
