namespace Hooktrail.Observation;

public static class PacketText
{
    /// <summary>
    /// The kind of packet, such as <c>icmp echo request 1</c>, <c>tcp syn ack</c> or <c>arp request</c>,
    /// as far as the record shows it.
    /// </summary>
    public static string Of(Sighting sighting)
    {
        if (sighting.ArpOperation is { } operation)
            return operation switch { 1 => "arp request", 2 => "arp reply", _ => $"arp {operation}" };
        // «Syn, Ack» of an enumeration.
        if (sighting.TcpFlags is { } flags)
            return $"tcp {flags.ToString().Replace(",", "", StringComparison.Ordinal).ToLowerInvariant()}";
        if (sighting is { Inner: { } inner, IcmpType: { } error } && sighting.IsIcmpError())
            return $"icmp {error} about {Name(inner.Protocol(), inner.Protocol)}";
        var name = Name(sighting.Protocol(), sighting.Protocol ?? EtherType(sighting));
        if (sighting.IcmpType is not { } type)
            return name;
        var kind = Kinds.IsEchoRequest(type, sighting.IsV6()) ? "echo request"
            : Kinds.IsEchoReply(type, sighting.IsV6()) ? "echo reply"
            : $"type {type}";
        return sighting.IcmpSequence is { } number ? $"{name} {kind} {number}" : $"{name} {kind}";
    }

    private static string Name(Protocol? known, string? printed) =>
        known is { } protocol ? protocol.Name() : printed ?? "";

    private static string EtherType(Sighting sighting) => sighting.EtherType is { } type ? $"0x{type:x4}" : "";
}
