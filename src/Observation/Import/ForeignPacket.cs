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

    /// <summary>The first crossing that shows the packet.</summary>
    public Sighting First => (_hops.Find(hop => hop.ShowsPacket) ?? _hops[0]).Sighting;

    /// <summary>The last crossing that shows the packet.</summary>
    public Sighting Last => (_hops.FindLast(hop => hop.ShowsPacket) ?? _hops[^1]).Sighting;

    /// <summary>The number of its first line.</summary>
    public int FirstLine => _hops.Min(hop => Math.Min(
        (int)hop.Sighting.Sequence, hop.Rules.Count > 0 ? hop.Rules[0].Line : int.MaxValue));

    /// <summary>The number of its last line.</summary>
    public int LastLine => _hops.Max(hop => hop.LastLine);

    /// <summary>Whether a line of it was cut or masked.</summary>
    public bool IsCut => _hops.Exists(hop => hop.IsCut);

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

    /// <summary>Null unless the trace prints it.</summary>
    public long? TcpSequence => _tcpSequence;

    /// <summary>
    /// Whether it has left the hooks of the host: through the last chains on its way out, or on its way to a process.
    /// LOG does not show whether a later rule dropped the packet, which is common in INPUT and rare in POSTROUTING.
    /// </summary>
    public bool IsThrough(TraceFormat format) => !_hops[^1].IsEnd && _hops[^1].ShowsPacket && Last switch
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
            && ComesBy(sighting.In) && IsSame(sighting) && KeepsAnEnd(sighting);
    }

    internal bool IsBetween(Sighting sighting) =>
        Equals(Last.Source, sighting.Source) && Equals(Last.Destination, sighting.Destination)
        && Agree(Last.SourcePort, sighting.SourcePort) && Agree(Last.DestinationPort, sighting.DestinationPort);

    /// <summary>
    /// Whether a line adds to the last crossing: TRACE prints one for each rule that matches, also in users' chains,
    /// and
    /// two LOG rules of one chain print two. Where the rules' numbers begin again, it is another packet.
    /// </summary>
    internal bool CanContinue(TracedHop hop)
    {
        var last = _hops[^1];
        var (at, from) = (hop.Sighting, last.Sighting);
        if (hop.TraceId is not null || (at.In, at.Out) != (from.In, from.Out)
            || at.Point.Layer != from.Point.Layer || at.Point.Table != from.Point.Table
            || !IsSame(at) || !IsBetween(at))
            return false;
        if (hop.Rules is not [var step])
            return at.Point == from.Point && IsKnownFor(at) && !last.Prefixes.Contains(hop.Prefix);
        if (last.Rules.LastOrDefault(rule => rule.Number is not null) is not { } before)
            return at.Point == from.Point && IsKnownFor(at);
        return before.Step != TracedStep.Policy
            && (hop.IsInUsersChain || last.IsInUsersChain || at.Point == from.Point)
            && (last.Rules.LastOrDefault(rule => rule.Chain == step.Chain)?.Number is not { } number
                || number < step.Number || (step.Chain != before.Chain && hop.IsInUsersChain));
    }

    internal bool TryContinue(TracedHop hop)
    {
        if (!CanContinue(hop))
            return false;
        var last = _hops[^1];
        if (last.IsInUsersChain && !hop.IsInUsersChain)
        {
            last.Sighting = last.Sighting with { Point = hop.Sighting.Point };
            last.IsInUsersChain = false;
            _places.Add(PlaceOf(last.Sighting));
        }

        last.Take(hop);
        return true;
    }

    /// <summary>
    /// Removes the crossings of which the trace shows only rules of a user's chain, which is no hook.
    /// </summary>
    internal void RemoveUsersChains() => _hops.RemoveAll(hop => hop.IsInUsersChain);

    internal void Add(TracedHop hop)
    {
        var sighting = hop.Sighting;
        _hops.Add(hop);
        if (!hop.ShowsPacket)
            return;
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

    private bool IsSame(Sighting sighting) => sighting.IsV6() == First.IsV6()
        && sighting.ArpOperation == First.ArpOperation
        && Agree(_protocol, sighting.Protocol())
        && Agree(_ipId, IpIdOf(sighting)) && Agree(_icmpType, sighting.IcmpType)
        && Agree(_icmpSequence, sighting.IcmpSequence) && Agree(_tcpSequence, sighting.TcpSequence)
        && Agree(_acknowledged, sighting.TcpAcknowledgement) && Agree(_flags, sighting.TcpFlags);

    // Whether a number says that it is this packet; IPv6 has none, so there the addresses and ports must be enough.
    private bool IsKnownFor(Sighting sighting) => sighting.IsV6() || sighting.IpId > 0
        || sighting.TcpSequence is not null || sighting.IcmpSequence is not null;

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
