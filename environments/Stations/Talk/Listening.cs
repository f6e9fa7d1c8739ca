using Hooktrail.Trails;

namespace Hooktrail.Stations.Talk;

/// <summary>A listener. TCP: takes connections, and closes them with their client, silently. UDP: echoes.</summary>
/// <remarks>The id has no spaces; with port 0 the kernel chooses. ICMP and ARP need no listener.</remarks>
public sealed record Listening(string Id, Protocol Protocol, IpVersion Ip, int Port)
{
    /// <summary>The type of service or traffic class of its answers, the SYN-ACK included.</summary>
    public byte Tos { get; init; }

    /// <summary>
    /// The address that it binds to; null for all. A datagram's echo comes from this address; without one, from the
    /// route's preferred address, which may not be the one that was addressed.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Whether it reports what it hears, but never answers: for broadcasts. UDP only.</summary>
    public bool IsMute { get; init; }

    /// <summary>A process in the network namespace to listen in; null for the talker's own.</summary>
    public int? NamespaceOf { get; init; }

    internal string Command =>
        $"{Talking.At(NamespaceOf)}listen {Id} {Protocol.Name()} {Talking.Digit(Ip)} {Port} {Tos} {Address ?? "-"}{(IsMute ? " mute" : "")}";
}
