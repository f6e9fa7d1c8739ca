namespace Hooktrail.Observation;

/// <summary>Names the packets of flows that wait for each answer or timeout: echoes, datagrams, ARP.</summary>
internal static class PingPong
{
    // By order and, if there is one, by the ICMP sequence number; the two must agree.
    public static NamedPackets Name(FlowTraffic traffic, List<SeenPacket> packets, int sent)
    {
        var named = new NamedPackets();
        var requests = 0;
        foreach (var packet in packets)
        {
            if (packet.Direction == Direction.Error && packet.Sightings.Exists(traffic.IsAboutReply))
            {
                named.Others.Add(packet);
                continue;
            }

            if (packet.Direction == Direction.Request)
                requests++;
            var leg = new Leg(
                packet.Direction, packet.Direction == Direction.Error ? About(packet) ?? requests : requests);
            if (requests == 0)
                throw new Doubt(
                    $"A{(leg.Direction == Direction.Error ? "n error" : " reply")} was seen before any request.");
            if (packet.IcmpSequence is { } sequence && sequence != requests)
                throw new Doubt(
                    $"In order this is packet {requests}, but its ICMP sequence number is {sequence}: \"{packet.First.Line}\".");
            if (!named.TryName(leg, packet))
                throw new Doubt(
                    $"Two {(leg.Direction == Direction.Error ? "errors" : "replies")} were seen to request {leg.Packet}.");
        }

        return requests == 0 || requests == sent
            ? named
            : throw new Doubt($"The lab sent {sent} requests, but the log shows {requests}.");
    }

    private static int? About(SeenPacket error) =>
        error.Sightings.Select(sighting => sighting.Inner?.IcmpSequence)
            .FirstOrDefault(sequence => sequence is not null);
}
