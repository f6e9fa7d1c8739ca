namespace Hooktrail.Observation;

/// <summary>Whether a sighting belongs to the packet that other sightings show.</summary>
internal enum Likeness
{
    Other,

    /// <summary>No field contradicts it.</summary>
    Possible,

    /// <summary>A number matches that no other packet of its direction has.</summary>
    Same,
}

/// <summary>
/// The sightings of one packet, with its fragments, in their order. Fields that NAT does not change identify a packet:
/// the sequence number of an echo, numbers and flags of a TCP segment, the identification of IP. NAT may change ports
/// and addresses (net/netfilter/nf_nat_proto.c).
/// </summary>
internal sealed class SeenPacket(Direction direction, int fragments)
{
    private int? _ipId;
    private long? _sequence;
    private long? _acknowledgement;
    private int? _payload;

    public Direction Direction { get; } = direction;

    public List<Sighting> Sightings { get; } = [];

    public Sighting First => Sightings[0];

    public Sighting Last => Sightings[^1];

    public int? IcmpSequence { get; private set; }

    public TcpFlags? Flags { get; private set; }

    /// <summary>Null where no sighting shows the flags.</summary>
    public TcpKind? Kind => Kinds.Tcp(Flags, _payload);

    /// <summary>The TCP sequence number after this segment; null if it was not printed.</summary>
    public long? End => _sequence
        + (_payload ?? (Kind == TcpKind.Data ? 1 : 0))
        + (Kind is TcpKind.Syn or TcpKind.SynAck or TcpKind.Fin ? 1 : 0);

    /// <summary>The acknowledgement number; null if it was not printed, or the segment acknowledges nothing.</summary>
    public long? Acknowledged => (Flags & TcpFlags.Ack) != 0 ? _acknowledgement : null;

    /// <summary>Whether only its neighbours identify one of its sightings.</summary>
    public bool HasBare => Sightings.Exists(sighting => sighting.IsBare());

    public Likeness Compare(Sighting sighting)
    {
        if (BeginsAgain(sighting))
            return Likeness.Other;
        var same = false;
        foreach (var (known, seen) in ((long?, long?)[])
            [
                (IcmpSequence, sighting.IcmpSequence), (_ipId, IpIdOf(sighting)), (_sequence, sighting.TcpSequence),
                (_acknowledgement, sighting.TcpAcknowledgement), ((long?)Flags, (long?)sighting.TcpFlags),
            ])
        {
            if (known is null || seen is null)
                continue;
            if (known != seen)
                return Likeness.Other;
            same = true;
        }

        return same ? Likeness.Same : Likeness.Possible;
    }

    public void Add(Sighting sighting)
    {
        IcmpSequence ??= sighting.IcmpSequence;
        Flags ??= sighting.TcpFlags;
        _ipId ??= IpIdOf(sighting);
        _sequence ??= sighting.TcpSequence;
        _acknowledgement ??= sighting.TcpAcknowledgement;
        _payload ??= sighting.PayloadLength;
        Sightings.Add(sighting);
    }

    // 0 means that the kernel did not number the packet, because it must not be fragmented.
    private static int? IpIdOf(Sighting sighting) => sighting.IpId is 0 ? null : sighting.IpId;

    // A packet enters the host once, so a second sighting at its first hook point belongs to the
    // next packet, or to a fragment.
    private bool BeginsAgain(Sighting sighting) =>
        IsAt(First, sighting) && Sightings.Count(earlier => IsAt(First, earlier)) >= fragments;

    private static bool IsAt(Sighting place, Sighting sighting) =>
        (sighting.Point, sighting.In, sighting.Out, sighting.PhysIn)
            == (place.Point, place.In, place.Out, place.PhysIn);
}
