using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// Makes trails of sightings. ping sends one packet at a time, each after the reply to the one before, so a packet's
/// sightings stand together in the log; whatever contradicts that makes the finding inconclusive rather than being
/// guessed at.
/// </summary>
public static class TrailAssembler
{
    // xt LOG does not print the lowest bit of the type of service.
    private const byte PrintedTos = 0xFE;

    /// <summary>Follows the packets of one ping.</summary>
    /// <param name="flow">Who pinged whom.</param>
    /// <param name="map">The lab's names.</param>
    /// <param name="window">The kernel log from before the ping to after it.</param>
    /// <param name="tos">The type of service that this ping set; other flows of the window have others.</param>
    /// <param name="counted">What the tracepoints counted in the time of the window.</param>
    /// <param name="ping">What ping saw.</param>
    public static Finding Assemble(
        Flow flow, LabMap map, LogWindow window, byte tos, TracepointCounters counted, PingResult ping)
    {
        try
        {
            if (window.Lost > 0)
                throw new Doubt($"The kernel log lost {window.Lost} records before they were read.");
            if (window.Sightings.FirstOrDefault(sighting => !sighting.IsComplete) is { } cut)
                throw new Doubt($"A record was cut: \"{cut.Line}\".");
            var own = window.Sightings.Where(sighting => ((sighting.Tos ^ tos) & PrintedTos) == 0).ToList();
            Reconcile(window.Sightings, own, counted);
            return new Finding.Observed(Legs(flow, map, Number(Packets(flow, map, own), ping), ping));
        }
        catch (Doubt doubt)
        {
            return new Finding.Inconclusive(doubt.Message);
        }
    }

    // Two witnesses of the same packets: the log and the rules' counters. A straggler of another flow may be logged in
    // this window though it was counted before it, so what other flows logged may be counted or not; this flow's own
    // must be, each.
    private static void Reconcile(ImmutableArray<Sighting> all, List<Sighting> own, TracepointCounters counted)
    {
        var allLogged = all.CountBy(sighting => sighting.Point).ToDictionary();
        var ownLogged = own.CountBy(sighting => sighting.Point).ToDictionary();
        foreach (var point in counted.Points.Union(allLogged.Keys))
        {
            var least = ownLogged.GetValueOrDefault(point);
            var most = allLogged.GetValueOrDefault(point);
            var logged = Math.Clamp(counted[point], least, most);
            if (counted[point] != logged)
                throw new Doubt($"The counter of {point} says {counted[point]}, the log shows {logged}.");
        }
    }

    private static List<Packet> Packets(Flow flow, LabMap map, List<Sighting> sightings)
    {
        var packets = new List<Packet>();
        foreach (var sighting in sightings)
        {
            var direction = DirectionOf(sighting, flow, map);
            if (packets.Count == 0 || packets[^1] is var last && (last.Direction != direction || last.BeginsAgain(sighting)))
                packets.Add(new(direction));
            packets[^1].Add(sighting);
        }

        return packets;
    }

    // iptables prints what it is. ebtables does not, but shows a bridge only, where an address at one end is always an
    // endpoint's own: MASQUERADE acts after the bridge on the way out, and is undone before it on the way back.
    private static Direction DirectionOf(Sighting sighting, Flow flow, LabMap map)
    {
        if (sighting.Point.Layer != Layer.Ebtables)
            return sighting.IcmpType switch
            {
                8 => Direction.Request,
                0 => Direction.Reply,
                _ => throw new Doubt($"A packet with this flow's type of service is no echo: \"{sighting.Line}\"."),
            };
        var (source, destination) = (map.Owner(sighting.Source), map.Owner(sighting.Destination));
        var request = destination == flow.To || source == flow.From;
        var reply = destination == flow.From || source == flow.To;
        return request != reply
            ? request ? Direction.Request : Direction.Reply
            : throw new Doubt($"The addresses do not say which way the packet goes: \"{sighting.Line}\".");
    }

    // By order, and by the ICMP sequence number, where there is one; they must agree.
    private static Dictionary<Leg, Packet> Number(List<Packet> packets, PingResult ping)
    {
        var numbered = new Dictionary<Leg, Packet>();
        var requests = 0;
        foreach (var packet in packets)
        {
            if (packet.Direction == Direction.Request)
                requests++;
            var leg = new Leg(packet.Direction, requests);
            if (requests == 0)
                throw new Doubt("A reply was seen before any request.");
            if (packet.IcmpSequence is { } sequence && sequence != requests)
                throw new Doubt(
                    $"In order this is packet {requests}, but its ICMP sequence number is {sequence}: \"{packet.First.Line}\".");
            if (!numbered.TryAdd(leg, packet))
                throw new Doubt($"Two replies were seen to request {requests}.");
        }

        return requests == 0 || requests == ping.Sent
            ? numbered
            : throw new Doubt($"ping sent {ping.Sent} requests, the log shows {requests}.");
    }

    private static ImmutableArray<ObservedLeg> Legs(Flow flow, LabMap map, Dictionary<Leg, Packet> packets, PingResult ping)
    {
        var legs = ImmutableArray.CreateBuilder<ObservedLeg>();
        for (var number = 1; number <= ping.Sent; number++)
        {
            var (request, reply) = (new Leg(Direction.Request, number), new Leg(Direction.Reply, number));
            var answered = ping.Answered.Contains(number);
            var replySeen = packets.ContainsKey(reply);
            legs.Add(Observed(map, packets, request, answered || replySeen ? flow.To : null));
            if (answered || replySeen)
                legs.Add(Observed(map, packets, reply, answered ? flow.From : null));
        }

        return legs.ToImmutable();
    }

    private static ObservedLeg Observed(LabMap map, Dictionary<Leg, Packet> packets, Leg leg, Endpoint? deliveredTo)
    {
        var sightings = packets.GetValueOrDefault(leg)?.Sightings ?? [];
        var outcome = deliveredTo is null
            ? Outcome.Vanished(sightings.Count == 0 ? null : sightings[^1].Point, null)
            : Outcome.Delivered(deliveredTo);
        var trail = new Trail([.. sightings.Select(sighting => HopOf(sighting, map))], outcome);
        return new(leg, trail, [.. sightings.Select(sighting => sighting.Line)]);
    }

    private static Hop HopOf(Sighting sighting, LabMap map) => new(
        sighting.Point,
        map.Device(sighting.In),
        map.Device(sighting.Out),
        map.Device(sighting.PhysIn),
        map.Device(sighting.PhysOut),
        map.Address(sighting.Source),
        map.Address(sighting.Destination));

    // Why an observation is inconclusive. It ends the assembly from wherever the contradiction shows.
    private sealed class Doubt(string message) : Exception(message);

    private sealed class Packet(Direction direction)
    {
        private int? _ipId;

        public Direction Direction { get; } = direction;

        public List<Sighting> Sightings { get; } = [];

        public Sighting First => Sightings[0];

        public int? IcmpSequence { get; private set; }

        // A packet enters the host once: where its way began it does not come by again, so this is the next packet.
        public bool BeginsAgain(Sighting sighting) =>
            (sighting.Point, sighting.In, sighting.Out, sighting.PhysIn) == (First.Point, First.In, First.Out, First.PhysIn);

        public void Add(Sighting sighting)
        {
            if (Differ(IcmpSequence, sighting.IcmpSequence) || Differ(_ipId, sighting.IpId))
                throw new Doubt($"Two packets' records are mixed: \"{Sightings[^1].Line}\" and \"{sighting.Line}\".");
            IcmpSequence ??= sighting.IcmpSequence;
            _ipId ??= sighting.IpId;
            Sightings.Add(sighting);
        }

        private static bool Differ(int? known, int? seen) => known is not null && seen is not null && known != seen;
    }
}
