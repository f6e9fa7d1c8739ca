using Hooktrail.Observation.Nflog;

namespace Hooktrail.Observation.Watching;

/// <summary>A packet on its way through the hooks, from the kernel's trace.</summary>
public sealed class WatchedPacket
{
    private readonly List<Sighting> _sightings = [];
    private readonly WatchedTraffic _traffic;
    private int _current;

    internal WatchedPacket(WatchedTraffic traffic, Sighting entry) => (_traffic, Entry) = (traffic, entry);

    /// <summary>The packet as it was when it was selected, before every rule.</summary>
    public Sighting Entry { get; }

    /// <summary>Whether it goes towards the receiver that is watched, and not back.</summary>
    public bool IsRequest => _traffic.IsRequest(Entry);

    /// <summary>The packet at each hook point, in order; without the bridge ports that an IP packet has.</summary>
    public IReadOnlyList<Sighting> Sightings => _sightings;

    /// <summary>Whether records of it may be missing.</summary>
    public bool IsDoubtful { get; internal set; }

    /// <summary>The numbers by which the kernel's trace names it.</summary>
    internal HashSet<uint> Ids { get; } = [];

    /// <summary>When its last record came.</summary>
    internal TimeSpan Touched { get; set; }

    /// <summary>The hops, with the ports, but for that of the sender, which differs in each connection.</summary>
    public ImmutableArray<Hop> Hops(LabMap map, int? senderPort) =>
    [
        .. _sightings.Select(sighting => map.HopOf(
            sighting,
            sighting.SourcePort == senderPort ? null : sighting.SourcePort,
            sighting.DestinationPort == senderPort ? null : sighting.DestinationPort)),
    ];

    /// <summary>As an observed leg, for which <see cref="TracedRules"/> names the rules.</summary>
    public ObservedLeg AsLeg(Leg leg, LabMap map, int? senderPort) =>
        new(leg, new(Hops(map, senderPort), Outcome.Vanished(_sightings.LastOrDefault()?.Point, null)), [])
        {
            Steps = [.. _sightings.Index().SelectMany(one => one.Item.Steps.Select(step => (one.Index + 1, step)))],
        };

    /// <summary>What remains the same while a packet crosses the host: NAT changes addresses and ports.</summary>
    internal bool IsSame(Sighting other) =>
        (Entry.Protocol, Entry.Length, Entry.IpId, Entry.FragmentOffset)
            == (other.Protocol, other.Length, other.IpId, other.FragmentOffset)
        && (Entry.TcpSequence, Entry.TcpAcknowledgement, Entry.TcpFlags, Entry.IcmpType, Entry.IcmpSequence)
            == (other.TcpSequence, other.TcpAcknowledgement, other.TcpFlags, other.IcmpType, other.IcmpSequence);

    /// <summary>Whether a number of its sender's tells it from others of its connection.</summary>
    internal static bool IsNumbered(Sighting sighting) =>
        sighting is { IpId: > 0 } or { TcpSequence: not null } or { IcmpSequence: not null };

    internal void Add(Sighting sighting)
    {
        _sightings.Add(sighting);
        _current = _sightings.Count - 1;
    }

    /// <summary>A step happened in the chain of the hook point, or of the last one.</summary>
    internal void Add(TraceStep? step, HookPoint? point)
    {
        if (_sightings.Count == 0)
            return;
        // Two chains of one place are told of before either runs. So a base chain of the user's names the sighting.
        if (point is { } at && _sightings.FindLastIndex(one => one.Point == at) is var own and >= 0)
            _current = own;
        else if (point is not null)
            _current = _sightings.Count - 1;
        if (step is not null)
            _sightings[_current] = _sightings[_current] with { Steps = _sightings[_current].Steps.Add(step) };
    }
}
