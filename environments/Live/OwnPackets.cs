using System.Net;
using Hooktrail.Observation;

namespace Hooktrail.Live;

/// <summary>
/// The packets of a flow among those that a live host's recorder saw, which have the flow's number as a port or as the
/// identifier of echoes. A lab marks its flows by their type of service; here the packets are like any others, and the
/// records get the mark.
/// </summary>
internal static class OwnPackets
{
    private const TcpFlags Opening = TcpFlags.Syn | TcpFlags.Ack;

    /// <param name="window">The records.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="number">The sender's port, or the identifier of echoes.</param>
    /// <param name="addresses">The addresses that the flow can have; a packet with none of them is another's.</param>
    /// <param name="owner">Who has an address.</param>
    /// <param name="mark">The mark.</param>
    public static LogWindow Of(
        LogWindow window, Flow flow, int number, IReadOnlyCollection<IPAddress> addresses,
        Func<IPAddress, Endpoint> owner, byte mark)
    {
        ImmutableArray<Sighting> own =
        [
            .. window.Sightings.Where(one => Has(addresses, one.Source, one.Destination)
                || (one.Inner is { } inner && Has(addresses, inner.Source, inner.Destination))),
        ];
        if (flow.Protocol == Protocol.Tcp)
            own = OpeningOf(own, number);
        // What REJECT sends begins on the host itself (net/ipv4/netfilter/nf_reject_ipv4.c, nf_send_reset), so its first
        // record has no incoming device. The host's own socket resets only what has passed INPUT to its end.
        var hasArrived = own.Any(one => one.SourcePort == number
            && one.Point is { Layer: Layer.Iptables or Layer.Ip6tables, Chain: "INPUT", Table: "security" });
        var rejections = own.Where(one => IsReset(one))
            .GroupBy(KeyOf)
            .Where(same => same.First() is { In: null, Source: { } source }
                && (owner(source).Kind != EndpointKind.Host || !hasArrived))
            .Select(same => same.Key)
            .ToHashSet();
        return window with
        {
            Sightings =
            [
                .. own.Select(one => one with
                {
                    Tos = IsReset(one) && rejections.Contains(KeyOf(one)) ? (byte)0
                        : one.Inner is null ? mark
                        : one.Tos,
                    Inner = one.Inner is { } inner ? inner with { Tos = mark } : null,
                }),
            ],
        };
    }

    // A question is about the first packet and its answer. What a service says then is its own affair.
    private static ImmutableArray<Sighting> OpeningOf(ImmutableArray<Sighting> own, int number)
    {
        var answer = own.FirstOrDefault(one => one.TcpFlags is { } flags && (flags & Opening) == Opening);
        if (answer is null)
            return own;
        var next = answer.TcpSequence + 1 & uint.MaxValue;
        return
        [
            .. own.Where(one => one.TcpFlags is { } flags
                && ((flags & TcpFlags.Syn) != 0
                    || (one.SourcePort == number && (flags & (TcpFlags.Fin | TcpFlags.Rst)) == 0
                        && one.PayloadLength is 0 or null && one.TcpAcknowledgement == next))),
        ];
    }

    private static bool IsReset(Sighting sighting) => sighting.TcpFlags is { } flags && (flags & TcpFlags.Rst) != 0;

    private static (long?, long?, int?) KeyOf(Sighting sighting) =>
        (sighting.TcpSequence, sighting.TcpAcknowledgement, sighting.IpId);

    private static bool Has(IReadOnlyCollection<IPAddress> addresses, IPAddress? source, IPAddress? destination) =>
        (source is not null && addresses.Contains(source)) || (destination is not null && addresses.Contains(destination));
}
