using System.Net;

namespace Hooktrail.Observation.Import;

/// <summary>One packet of a user's trace: its crossings, in order.</summary>
public sealed class ForeignPacket
{
    private readonly List<TracedHop> _hops = [];
    private readonly HashSet<(HookPoint, string?, string?)> _places = [];
    private readonly HashSet<string> _entrances = [];
    private int? _ipId, _icmpType, _icmpId, _icmpSequence;
    private long? _tcpSequence, _acknowledged;
    private TcpFlags? _flags;
    private Protocol? _protocol;

    internal ForeignPacket(TracedHop first) => Add(first);

    public IReadOnlyList<TracedHop> Hops => _hops;

    public Sighting First => _hops[0].Sighting;

    public Sighting Last => _hops[^1].Sighting;

    /// <summary>The crossing with the most fields: a bridge's log shows at most addresses and ports.</summary>
    public Sighting Fullest => _hops.Find(hop => hop.Sighting.IcmpType is not null
        || hop.Sighting.TcpFlags is not null
        || hop.Sighting.SourcePort is not null)?.Sighting
        ?? _hops.Find(hop => hop.Sighting.Protocol is not null)?.Sighting ?? First;

    /// <summary>Null if no crossing shows it, or the lab has no such protocol.</summary>
    public Protocol? Protocol => _protocol;

    public int? IcmpType => _icmpType;

    public int? IcmpSequence => _icmpSequence;

    /// <summary>The value when the packet was first seen.</summary>
    public int? IcmpId => _icmpId;

    public TcpFlags? Flags => _flags;

    /// <summary>
    /// Whether it has left the hooks of the host: through the last chains on its way out, or on its way to a process.
    /// LOG does not show whether a later rule dropped the packet, which is common in INPUT and rare in POSTROUTING.
    /// </summary>
    public bool IsThrough(TraceFormat format) => !_hops[^1].IsEnd && Last switch
    {
        { Point: { Layer: Layer.Ebtables, Chain: "POSTROUTING" } } => true,
        { Point: { Layer: Layer.Iptables or Layer.Ip6tables, Chain: "POSTROUTING" } } => true,
        { Point: { Layer: Layer.Iptables or Layer.Ip6tables or Layer.Arptables, Chain: "INPUT" } } =>
            format.TellsVerdicts(),
        { Point: { Layer: Layer.Ebtables, Chain: "INPUT" }, ArpOperation: not null } => format.TellsVerdicts(),
        { Point: { Layer: Layer.Arptables, Chain: "OUTPUT" } } => true,
        { Point.Layer: Layer.Nftables, In: null, Out: not null } => true,
        _ => false,
    };

    /// <summary>Devices and addresses that are not in the map keep the trace's own names.</summary>
    public Trail Trail(LabMap map, TraceFormat format) => new(
        [.. _hops.Select(hop => map.HopOf(hop.Sighting))],
        Ended() ?? Outcome.Vanished(Last.Point, IsThrough(format)
            ? Last.Out is { } device ? $"it left by {map.Device(device)}" : "it came to the host itself"
            : null));

    /// <summary>Null unless a chain dropped it.</summary>
    internal Outcome? Ended() => _hops.Find(hop => hop.IsEnd) is not { } end ? null
        : end.Decision == TracedDecision.Rejected ? Outcome.Rejected(end.Sighting.Point, end.Because)
        : Outcome.Dropped(end.Sighting.Point, end.Because!);

    internal bool Fits(TracedHop hop)
    {
        var sighting = hop.Sighting;
        // A packet crosses a place once; at the second time it is another packet.
        return !_hops[^1].IsEnd && !_places.Contains(PlaceOf(sighting)) && !Enters(sighting)
            && ComesBy(sighting.In) && sighting.IsV6() == First.IsV6()
            && sighting.ArpOperation == First.ArpOperation
            && Agree(_protocol, sighting.Protocol())
            && Agree(_ipId, IpIdOf(sighting)) && Agree(_icmpType, sighting.IcmpType)
            && Agree(_icmpSequence, sighting.IcmpSequence) && Agree(_tcpSequence, sighting.TcpSequence)
            && Agree(_acknowledged, sighting.TcpAcknowledgement) && Agree(_flags, sighting.TcpFlags)
            && KeepsAnEnd(sighting);
    }

    internal bool IsBetween(IPAddress? source, IPAddress? destination) =>
        Equals(Last.Source, source) && Equals(Last.Destination, destination);

    internal void Add(TracedHop hop)
    {
        var sighting = hop.Sighting;
        _hops.Add(hop);
        _places.Add(PlaceOf(sighting));
        if (sighting.In is { } input and not LabNames.Loopback)
            _entrances.Add(input);
        _protocol ??= sighting.Protocol();
        _ipId ??= IpIdOf(sighting);
        _icmpType ??= sighting.IcmpType;
        _icmpId ??= sighting.IcmpId;
        _icmpSequence ??= sighting.IcmpSequence;
        _tcpSequence ??= sighting.TcpSequence;
        _acknowledged ??= sighting.TcpAcknowledgement;
        _flags ??= sighting.TcpFlags;
    }

    // A packet comes in by a bridge's port and then by the bridge, or by one device; and once more by lo.
    private bool ComesBy(string? input) =>
        input is null or LabNames.Loopback || _entrances.Count < 2 || _entrances.Contains(input);

    // Only a user's own chains can come before the first chains of a bridge port, and before the first
    // chains of the host's own packets.
    private bool Enters(Sighting sighting) => sighting.Point switch
    {
        { Layer: Layer.Ebtables, Chain: "BROUTING" }
            or { Layer: Layer.Iptables or Layer.Ip6tables, Table: "raw", Chain: "OUTPUT" } =>
            _hops.Exists(hop => hop.Sighting.Point.Layer != Layer.Nftables),
        { Layer: Layer.Ebtables, Chain: "PREROUTING" } =>
            _hops.Exists(hop => hop.Sighting.Point is { Layer: not Layer.Nftables, Chain: not "BROUTING" }),
        _ => false,
    };

    // Between two crossings NAT changes the address and port of at most one end, unless crossings between are not
    // traced. The first crossing may still show the end that the last one has lost.
    private bool KeepsAnEnd(Sighting sighting)
    {
        if (sighting.Source is null || Last.Source is null)
            return sighting.MacSource is null || Last.MacSource is null || sighting.MacSource == Last.MacSource;
        return Keeps(Last, sighting) || Keeps(First, sighting);
    }

    private static bool Keeps(Sighting one, Sighting other) =>
        (Equals(one.Source, other.Source) && Agree(one.SourcePort, other.SourcePort))
        || (Equals(one.Destination, other.Destination) && Agree(one.DestinationPort, other.DestinationPort));

    private static bool Agree<T>(T? known, T? seen)
        where T : struct =>
        known is not { } one || seen is not { } other || EqualityComparer<T>.Default.Equals(one, other);

    // The log of ebtables has no identification. All other formats have one, and 0 is a valid value.
    private static int? IpIdOf(Sighting sighting) => sighting.Length is null || sighting.IsV6() ? null : sighting.IpId;

    private static (HookPoint, string?, string?) PlaceOf(Sighting sighting) =>
        (sighting.Point, sighting.In, sighting.Out);
}
