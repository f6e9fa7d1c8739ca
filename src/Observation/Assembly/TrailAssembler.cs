namespace Hooktrail.Observation;

/// <summary>
/// Turns sightings into trails: selects those of one flow, groups them into packets, names the legs, and finds how each
/// ended. A contradiction makes the finding inconclusive; it never guesses.
/// </summary>
public static class TrailAssembler
{
    /// <summary>
    /// <paramref name="mark"/> is the type of service or traffic class that both ends wrote; other flows of the window
    /// have other values. ARP has none. ebt_log shows only the upper four bits of a traffic class, so the marks of IPv6
    /// flows must differ in them, and from 0. <paramref name="counted"/> is null if the observer has no counters.
    /// <paramref name="unsure"/> are the groups of hook points that share a place, and whose taps prove no order.
    /// </summary>
    public static Finding Assemble(
        Flow flow, LabMap map, LogWindow window, byte mark, TapCounters? counted, Exchanged exchanged,
        ImmutableArray<ImmutableArray<HookPoint>> unsure = default)
    {
        try
        {
            if (window.Lost > 0)
                throw new Doubt($"The observer lost {window.Lost} records before they were read.");
            if (window.Sightings.FirstOrDefault(sighting => !sighting.IsComplete) is { } cut)
                throw new Doubt($"A record was cut: \"{cut.Line}\".");
            var traffic = new FlowTraffic(flow, map, mark, exchanged.LocalPort, window.Sightings);
            var own = window.Sightings.Where(traffic.Owns).ToList();
            if (counted is not null)
                Reconcile(window.Sightings, own, counted);

            var packets = PacketGrouping.Group(flow, traffic, own);
            RefuseHalfSeen(flow, packets);
            if (flow.Protocol == Protocol.Arp && !flow.IsBroadcast)
                packets = NeighbourProbes.LeaveOut(packets);
            // A bare acknowledgement depends on the kernel's timers, and is no leg.
            if (flow.IsEstablished)
                packets = packets.FindAll(packet => packet.Kind != TcpKind.Ack);
            var named = flow.IsWholeConnection
                ? TcpLegs.Name(traffic, packets, exchanged.Answered.Contains(1))
                : PingPong.Name(traffic, packets, exchanged.Sent);
            var legs = Legs(
                flow, named, exchanged, new(flow, map, traffic.LocalPort), new(flow, map, traffic, named, exchanged));
            return new Finding.Observed(unsure.IsDefaultOrEmpty
                ? legs
                : [.. legs.Select(leg => leg with { Unsure = UnsureHops.Of(leg.Trail, unsure) })]);
        }
        catch (Doubt doubt)
        {
            return new Finding.Inconclusive(doubt.Message);
        }
    }

    // Compares two witnesses of the same packets: the log and the rules' counters. A late packet of another flow may be
    // logged in this window but counted before it, so the counters may or may not contain packets of other flows. They
    // must contain every packet of this flow.
    private static void Reconcile(ImmutableArray<Sighting> all, List<Sighting> own, TapCounters counted)
    {
        var allLogged = all.CountBy(sighting => sighting.Point).ToDictionary();
        var ownLogged = own.CountBy(sighting => sighting.Point).ToDictionary();
        foreach (var point in counted.Points.Union(allLogged.Keys))
        {
            var least = ownLogged.GetValueOrDefault(point);
            var most = allLogged.GetValueOrDefault(point);
            var logged = Math.Clamp(counted[point], least, most);
            if (counted[point] != logged)
                throw new Doubt($"The counter of {point} shows {counted[point]} packets, the log {logged}.");
        }
    }

    // An ICMPv6 error does not have the mark, and ebt_log does not print the packet that it quotes.
    private static void RefuseHalfSeen(Flow flow, List<SeenPacket> packets)
    {
        if (flow.Ip == IpVersion.V6 && packets.Exists(packet => packet.HasBare)
            && packets.Find(packet => packet.Direction == Direction.Error && packet.First.IsIcmpError()) is { } error)
            throw new Doubt(
                $"ebt_log cannot show that an ICMPv6 error belongs to this flow: \"{error.First.Line}\"; use NFLOG.");
    }

    private static ImmutableArray<ObservedLeg> Legs(
        Flow flow, NamedPackets named, Exchanged exchanged, HopNames hops, Outcomes outcomes)
    {
        var legs = ImmutableArray.CreateBuilder<ObservedLeg>();
        foreach (var leg in Expected(flow, exchanged, named).Union(named.Legs).OrderBy(leg => Order(flow, leg)))
        {
            var packet = named[leg];
            var trail = new Trail(packet is null ? [] : hops.Of(packet), outcomes.Of(leg));
            legs.Add(new(leg, trail, packet is null
                ? []
                : [
                    .. packet.Sightings.Select((sighting, index) => new Evidence(
                        index + 1, sighting.Channel, sighting.Sequence, sighting.Line))
                ])
            {
                Steps = packet is null
                    ? []
                    : [.. packet.Sightings.Index().SelectMany(one => one.Item.Steps.Select(step => (one.Index + 1, step)))],
                Traced = packet is null
                    ? []
                    : [
                        .. from chain in packet.Sightings.SelectMany(sighting => sighting.Chains)
                           orderby chain.Number
                           select hops.Of(packet, chain),
                    ],
                Untraced = packet?.Sightings.Find(sighting => !sighting.IsTraced)?.Point,
            });
        }

        return legs.ToImmutable();
    }

    // The legs that must have existed, seen or not.
    private static IEnumerable<Leg> Expected(Flow flow, Exchanged exchanged, NamedPackets named)
    {
        if (flow.IsWholeConnection && exchanged.Answered.Contains(1))
            return Leg.OfTcp.Select(one => one.Leg);
        var requests = Enumerable.Range(1, exchanged.Sent);
        return requests.Select(number => new Leg(Direction.Request, number))
            .Concat(exchanged.Answered.Select(number => new Leg(Direction.Reply, number)))
            .Concat(requests.Where(number => IsToldUnseen(flow, exchanged, named, number))
                .Select(number => new Leg(Direction.Error, number)));
    }

    // A sender beyond the host learned that its request goes no further, but no hook saw the message: the host
    // wrote it past the hooks, as REJECT does with a reset out of a bridge port. A sender on the host itself
    // may learn it without a packet.
    private static bool IsToldUnseen(Flow flow, Exchanged exchanged, NamedPackets named, int number) =>
        exchanged.Told.Contains(number)
        && flow.From.Kind != EndpointKind.Host
        && named[new(Direction.Request, number)] is not null
        && named[new(Direction.Reply, number)] is null && !named.Legs.Any(leg => leg.Direction == Direction.Error);

    // In the order of sending: an error follows its request.
    private static (int, int) Order(Flow flow, Leg leg)
    {
        var place = flow.IsWholeConnection
            ? Leg.OfTcp.Select(one => one.Leg).ToList().IndexOf(leg with { Direction = Turn(leg) })
            : -1;
        return (place >= 0 ? place : leg.Packet * 2 + (int)Turn(leg), leg.Direction == Direction.Error ? 1 : 0);
    }

    private static Direction Turn(Leg leg) => leg.Direction == Direction.Reply ? Direction.Reply : Direction.Request;
}
