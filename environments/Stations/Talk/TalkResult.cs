namespace Hooktrail.Stations.Talk;

public enum Fate
{
    Answered,

    Sent,

    Timeout,

    /// <summary>The port is closed: a reset in answer to a SYN, or ICMP port unreachable.</summary>
    Refused,

    /// <summary>The connection was reset after it had been opened.</summary>
    Reset,

    /// <summary>An ICMP error, or no route from the start; the error says which.</summary>
    Unreachable,

    /// <summary>The kernel did not send the packet; the error says why.</summary>
    Failed,
}

/// <remarks>Numbers count from 1. The error is an errno's name (<c>EHOSTUNREACH</c>), or null.</remarks>
public sealed record PacketFate(int Number, Fate Fate, string? Error);

/// <remarks>Local is the port that it was sent from, or the echoes' identifier; 0 for frames.</remarks>
public sealed record TalkResult(int Local, ImmutableArray<PacketFate> Packets)
{
    public ImmutableSortedSet<int> Answered =>
        [.. Packets.Where(packet => packet.Fate == Fate.Answered).Select(packet => packet.Number)];

    /// <summary>
    /// How many packets went out, as far as the sender knows. A drop rule in OUTPUT or POSTROUTING makes the kernel
    /// return EPERM, one at a device's egress ENOBUFS, and NAT in OUTPUT EINVAL if it leaves a packet without a route
    /// (ip_route_me_harder); but the packet had already crossed hooks.
    /// </summary>
    public int Sent =>
        Packets.Count(packet => packet.Fate != Fate.Failed || packet.Error is "EPERM" or "ENOBUFS" or "EINVAL");

    /// <summary>The packets for which the sender received an error: they go no further.</summary>
    public ImmutableSortedSet<int> Told =>
        [
            .. Packets.Where(packet => packet.Fate is Fate.Refused or Fate.Reset or Fate.Unreachable)
                .Select(packet => packet.Number)
        ];

    // «40000 1=answered 2=unreachable:EHOSTUNREACH», which only talk.pl writes.
    internal static TalkResult Parse(ReadOnlySpan<string> words)
    {
        var packets = ImmutableArray.CreateBuilder<PacketFate>(words.Length - 1);
        foreach (var word in words[1..])
        {
            var (equals, colon) = (word.IndexOf('='), word.IndexOf(':'));
            var fate = colon < 0 ? word[(equals + 1)..] : word[(equals + 1)..colon];
            packets.Add(new(
                int.Parse(word.AsSpan(0, equals), CultureInfo.InvariantCulture),
                Enum.Parse<Fate>(fate, true),
                colon < 0 ? null : word[(colon + 1)..]));
        }

        return new(int.Parse(words[0], CultureInfo.InvariantCulture), packets.ToImmutable());
    }
}
