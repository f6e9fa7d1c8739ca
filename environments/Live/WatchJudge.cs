using System.Net;
using System.Net.Sockets;
using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Observation.Watching;
using Hooktrail.Questions;
using Hooktrail.Twins;

namespace Hooktrail.Live;

/// <summary>
/// Predicts each watched packet, and holds both against each other: hop by hop, and rule by rule. It
/// remembers the request of each connection, and predicts the answer from it. A connection that began before is
/// predicted as an established one, with NAT and mark of its entry in the host's conntrack.
/// </summary>
public sealed class WatchJudge
{
    private const int MostConnections = 10_000;

    private readonly LiveHost _host;
    private readonly ImmutableArray<NflogPlace> _places;
    private readonly ImmutableArray<ImmutableArray<HookPoint>> _ties;
    private readonly TwinEnds _ends;
    private readonly LabMap _map;
    private readonly Dictionary<Ends, Connection> _connections = [];
    private readonly Dictionary<Flow, Expected> _predicted = [];
    private readonly HostProfile _withoutEntries;
    private readonly ILookup<Ends, TrackedConnection> _tracked;

    /// <param name="host">The host as it was when the watch began.</param>
    public WatchJudge(LiveHost host)
    {
        (_host, _ends) = (host, new(host.Profile.Topology));
        _withoutEntries = host.Profile with { Tracked = null };
        // Without a rule that sets a zone, packets find the entries of zone 0.
        _tracked = (host.Profile.Tracked?.All ?? []).Where(entry => entry.Zone == 0)
            .SelectMany(entry => new[] { Ends.Of(entry.Protocol, entry.Original), Ends.Of(entry.Protocol, entry.Reply) }
                .Distinct(), (entry, ends) => (entry, ends))
            .ToLookup(one => one.ends, one => one.entry);
        _places = LivePlaces.Of(host.Profile, IpVersion.V4, IpVersion.V6);
        _ties = [.. Ties.Among(_places).Where(tie => tie.Any(point => point.Layer == Layer.Nftables))];
        _map = new(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<IPAddress, string>.Empty)
        {
            OwnerOf = _ends.Of,
        };
    }

    /// <summary>Judges a packet; they must come in order.</summary>
    public JudgedPacket Of(WatchedPacket packet)
    {
        var connection = ConnectionOf(packet);
        var sender = connection?.SenderPort ?? (packet.IsRequest ? packet.Entry.SourcePort : packet.Entry.DestinationPort);
        var judged = new JudgedPacket(packet, new(packet.Hops(_map, sender), []));
        if (connection is null)
            return WithRules(judged, sender) with { Says = "the request that it answers was not seen: nothing says what was asked" };
        if (packet.IsDoubtful)
            return WithRules(judged, sender) with { Says = "records were lost, and some of it may be missing" };
        if (connection.Obstacle is { } obstacle)
            return WithRules(judged, sender) with { Says = obstacle };
        return CandidatesOf(packet, connection)
            .Select(one => Of(judged, connection, one.Expected, one.Leg))
            .Aggregate((one, other) => one.Agrees == true || other.Agrees != true ? one : other);
    }

    // What the packet may be, the likeliest first.
    private IEnumerable<(Expected Expected, Leg Leg)> CandidatesOf(WatchedPacket packet, Connection connection)
    {
        var direction = packet.IsRequest ? Direction.Request : Direction.Reply;
        var isTcp = packet.Entry.TcpFlags is not null;
        // An entry for datagrams may have expired by now.
        if (!connection.HasBegun || (connection.Entry is not null && !isTcp))
            yield return (Established(connection), new(direction, 1));
        if (!connection.HasBegun)
            yield break;
        var begun = Begun(connection.Flow);
        if (packet.Entry.TcpFlags is not { } flags)
        {
            // A connection may be older than the watch.
            if (connection.Requests <= 1)
                yield return (begun, new(direction, 1));
            yield return (begun, new(direction, 2));
            yield break;
        }

        var begins = (flags & TcpFlags.Syn) != 0
            || (direction == Direction.Reply && (flags & TcpFlags.Rst) != 0 && !connection.IsOpen);
        yield return (begun, new(direction, begins ? 1 : 2));
    }

    private JudgedPacket Of(JudgedPacket judged, Connection connection, Expected expected, Leg asked)
    {
        judged = judged with { Leg = asked };
        if (!expected.CanBe)
            return WithRules(judged, connection.SenderPort) with
            {
                Says = "its connection began before the watch, and by the rules of now it could not",
            };
        if (expected.Legs.FirstOrDefault(one => one.Leg == asked) is not { } leg)
            return WithRules(judged, connection.SenderPort) with
            {
                Agrees = false,
                PartsAt = 1,
                Says = $"no such packet is predicted, as the request is {expected.Legs[0].Trail.Outcome}",
            };
        ImmutableArray<Trail> ways = leg.Ways.IsEmpty ? [leg.Trail] : [.. leg.Ways.Select(way => way.Trail).OfType<Trail>()];
        return ways.Select(way => Of(judged, connection, expected, leg.Leg, way, ways.Length > 1))
            .Aggregate((one, other) => one.Agrees == true || other.Agrees != true ? one : other);
    }

    private JudgedPacket Of(
        JudgedPacket judged, Connection connection, Expected expected, Leg leg, Trail way, bool isOneOfSeveral)
    {
        var (predicted, unseen) = Shown(expected, leg, way);
        var observed = judged.Packet.AsLeg(leg, _map, connection.SenderPort);
        observed = observed with { Unsure = UnsureHops.Of(observed.Trail, _ties) };
        var trail = new Trail(predicted.Hops, way.Outcome);
        var proven = Unproven.Of(_host.Profile, trail, observed);
        var seen = new WatchedWay(
            proven.Leg.Trail.Hops,
            [.. _host.Rules.Of(observed).Select(step => step with { Hop = Moved(observed.Trail, proven.Leg.Trail, step.Hop) })]);
        judged = judged with { Seen = seen, Predicted = predicted, UnseenRules = unseen };
        var isOpen = way.Outcome.Kind == OutcomeKind.Unknown;
        var alike = seen.Hops.AsSpan().CommonPrefixLength(predicted.Hops.AsSpan());
        var rules = RuleDifference.Between(
            leg, isOpen ? [.. predicted.Rules.Where(rule => rule.Hop < alike)] : predicted.Rules,
            isOpen ? [.. seen.Rules.Where(rule => rule.Hop < alike)] : seen.Rules);
        var ruleHop = rules is null
            ? int.MaxValue
            : Math.Min(rules.Predicted?.Hop ?? int.MaxValue, rules.Observed?.Hop ?? int.MaxValue);
        if (alike == predicted.Hops.Length && (isOpen || alike == seen.Hops.Length) && rules is null)
            return judged with
            {
                Agrees = isOpen || proven.Reason is not null ? null : true,
                Says = isOpen ? $"it is {way.Outcome}" : proven.Reason?.TrimEnd('.'),
            };
        var says = ruleHop <= alike ? $"{rules}" : Parted(seen.Hops, predicted.Hops, alike);
        return judged with
        {
            Agrees = false,
            PartsAt = Math.Min(ruleHop, alike + 1),
            Says = isOneOfSeveral ? $"of several ways that are predicted, none is this one: {says}" : says,
        };
    }

    private static string Parted(ImmutableArray<Hop> seen, ImmutableArray<Hop> predicted, int alike) =>
        (seen.ElementAtOrDefault(alike), predicted.ElementAtOrDefault(alike)) switch
        {
            ({ } one, { } other) => one.Point == other.Point
                ? $"at hop {alike + 1}, {one.Point}, it is {Packet(one)}, and {Packet(other)} is predicted"
                : $"at hop {alike + 1}, it crossed {one.Point}, and {other.Point} is predicted",
            ({ } one, null) => $"it crossed {one.Point}, and is predicted to end before",
            (null, { } other) => $"it was not seen at {other.Point}, which is predicted",
            _ => "both part",
        };

    private static string Packet(Hop hop) =>
        $"{hop.Source} → {hop.Destination}{(hop.In is null ? "" : $" in {hop.In}")}{(hop.Out is null ? "" : $" out {hop.Out}")}";

    // Where a tie was told in the order of the prediction, the rules go with their hook point.
    private static int Moved(Trail from, Trail to, int hop)
    {
        var hops = to.Hops.Index().Where(one => one.Item == from.Hops[hop - 1]).ToList();
        return hops.Count == 0 || hops.Any(one => one.Index == hop - 1) ? hop : hops[0].Index + 1;
    }

    private JudgedPacket WithRules(JudgedPacket judged, int? sender) => judged with
    {
        Seen = judged.Seen with { Rules = _host.Rules.Of(judged.Packet.AsLeg(Leg.Request, _map, sender)) },
    };

    private (WatchedWay Way, int Unseen) Shown(Expected expected, Leg leg, Trail way)
    {
        var points = _places.Select(place => place.Point).ToHashSet();
        var kept = way.Hops.Index().Where(one => points.Contains(one.Item.Point)).ToList();
        var numbers = kept.Index().ToDictionary(one => one.Item.Index + 1, one => one.Index + 1);
        var rules = Prediction.Rules(expected.Host, expected.Flow, leg, way);
        return (
            new(
                [.. kept.Select(one => one.Item with { PhysIn = null, PhysOut = null })],
                [
                    .. rules.Where(rule => _host.Rules.Shows(rule) && numbers.ContainsKey(rule.Hop))
                        .Select(rule => rule with { Hop = numbers[rule.Hop] }),
                ]),
            rules.Count(rule => !_host.Rules.Shows(rule)));
    }

    private Expected Begun(Flow flow) => _predicted.TryGetValue(flow, out var known)
        ? known
        : _predicted[flow] = new(_host.Profile, flow, Prediction.Legs(_host.Profile, flow, exchanges: 2), CanBe: true);

    private Expected Established(Connection connection) => connection.Established ??= EstablishedOf(connection);

    private Expected EstablishedOf(Connection connection)
    {
        var flow = connection.Flow with { IsEstablished = true };
        if (connection.Entry is null && _predicted.TryGetValue(flow, out var known))
            return known;
        // The entry of another connection would lend this one its NAT.
        var host = connection.Entry is { } entry
            ? _host.Profile with { Tracked = new([entry], HasMore: false) }
            : _withoutEntries;
        var legs = Prediction.Legs(host, flow);
        var canBe = connection.Entry is not null || legs[0].Trail.Outcome.Kind == OutcomeKind.Unknown
            || !Prediction.Connections(host, flow).IsEmpty;
        var expected = new Expected(host, flow, legs, canBe);
        if (connection.Entry is null)
            _predicted[flow] = expected;
        return expected;
    }

    private Connection? ConnectionOf(WatchedPacket packet)
    {
        var ends = Ends.Of(packet.Entry);
        _connections.TryGetValue(packet.IsRequest ? ends : ends.Back, out var connection);
        var isFirst = packet.Entry.TcpFlags is { } flags && (flags & TcpFlags.Syn) != 0;
        if (packet.IsRequest && (connection is null || isFirst))
        {
            if (_connections.Count > MostConnections)
                _connections.Clear();
            connection = Asked(packet, isFirst);
        }

        if (connection is null && !isFirst && EntryOf(packet) is { } entry)
        {
            connection = Asked(entry, packet);
            _connections[Ends.Of(entry.Protocol, entry.Original)] = _connections[ends.Back] = connection;
        }

        if (connection is null)
            return null;
        if (packet.IsRequest)
        {
            connection.Requests++;
            // The answer comes to the ends that the last hop shows.
            foreach (var sighting in packet.Sightings.Prepend(packet.Entry))
                _connections[Ends.Of(sighting)] = connection;
        }
        else
        {
            connection.IsOpen |= packet.Entry.TcpFlags is { } back && (back & TcpFlags.Syn) != 0;
        }

        return connection;
    }

    private Connection Asked(WatchedPacket packet, bool isFirst)
    {
        var first = packet.Entry;
        var protocol = first.IcmpType is not null ? Protocol.Icmp : first.TcpFlags is not null ? Protocol.Tcp : Protocol.Udp;
        return Asked(
            protocol, (first.Source!, first.SourcePort), (first.Destination!, first.DestinationPort),
            packet.Sightings.FirstOrDefault()?.In ?? first.In,
            hasBegun: isFirst || protocol != Protocol.Tcp, isFirst ? null : EntryOf(packet));
    }

    // Of an answer that came without its request: the entry says what was asked.
    private Connection Asked(TrackedConnection entry, WatchedPacket answer) => Asked(
        entry.Protocol, (entry.Original.Source.Address, entry.Original.Source.Port),
        (entry.Original.Destination.Address, entry.Original.Destination.Port),
        answer.Sightings.LastOrDefault()?.Out, hasBegun: entry.Protocol != Protocol.Tcp, entry);

    private Connection Asked(
        Protocol protocol, (IPAddress Address, int? Port) source, (IPAddress Address, int? Port) destination,
        string? by, bool hasBegun, TrackedConnection? entry)
    {
        var isV6 = source.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var sender = _ends.Of(source.Address);
        try
        {
            var flow = Question.Of(
                _host.Profile.Topology,
                sender.Kind == EndpointKind.Wan ? $"{source.Address}{(by is null ? "" : $"@{by}")}" : sender.Name,
                protocol == Protocol.Icmp ? $"{destination.Address}"
                    : isV6 ? $"[{destination.Address}]:{destination.Port}"
                    : $"{destination.Address}:{destination.Port}",
                protocol,
                isV6 ? IpVersion.V6 : IpVersion.V4).Flow;
            return new(flow, source.Port)
            {
                HasBegun = hasBegun,
                Entry = entry,
                Obstacle = SourceObstacle(flow, source.Address),
            };
        }
        catch (HooktrailException none)
        {
            return new(new(Endpoint.Host, Endpoint.Host, protocol), source.Port)
            {
                Obstacle = none.Message.TrimEnd('.'),
            };
        }
    }

    // A request has the ends of its entry's original direction, and an answer those of the reply direction.
    private TrackedConnection? EntryOf(WatchedPacket packet)
    {
        var ends = Ends.Of(packet.Entry);
        return _tracked[ends].FirstOrDefault(
            entry => ends == Ends.Of(entry.Protocol, packet.IsRequest ? entry.Original : entry.Reply));
    }

    // A process may choose another address of its host than the kernel would, which a flow cannot say.
    private string? SourceObstacle(Flow flow, IPAddress source) =>
        flow.From.Kind == EndpointKind.Wan
        || Begun(flow).Legs[0].Trail.Hops is not [{ Source: { } said }, ..]
        || (IPEndPoint.TryParse(said, out var end) ? end.Address.Equals(source) : said == source.ToString())
            ? null
            : $"its sender chose the address {source}, and the route would choose {said}";

    private sealed class Connection(Flow flow, int? senderPort)
    {
        public Flow Flow => flow;

        public int? SenderPort => senderPort;

        /// <summary>Whether its first packet was seen, as far as that can be told.</summary>
        public bool HasBegun { get; init; }

        /// <summary>Its entry in the host's conntrack when the watch began; null if there is none.</summary>
        public TrackedConnection? Entry { get; init; }

        public Expected? Established { get; set; }

        public string? Obstacle { get; init; }

        public int Requests { get; set; }

        /// <summary>Whether its SYN was answered.</summary>
        public bool IsOpen { get; set; }
    }

    /// <summary>What is predicted of a connection.</summary>
    /// <param name="Host">The host that it is predicted of; where the connection is established, with its entry alone.</param>
    /// <param name="Flow">The connection.</param>
    /// <param name="Legs">Its packets.</param>
    /// <param name="CanBe">Whether there can be such a connection.</param>
    private sealed record Expected(HostProfile Host, Flow Flow, ImmutableArray<PredictedLeg> Legs, bool CanBe);

    private readonly record struct Ends(
        string? Protocol, IPAddress? Source, int? SourcePort, IPAddress? Destination, int? DestinationPort)
    {
        public Ends Back => new(Protocol, Destination, DestinationPort, Source, SourcePort);

        public static Ends Of(Sighting sighting) => new(
            sighting.Protocol, sighting.Source, sighting.SourcePort ?? sighting.IcmpId,
            sighting.Destination, sighting.DestinationPort ?? sighting.IcmpId);

        public static Ends Of(Protocol protocol, ConnectionEnds ends) => new(
            protocol.Name().ToUpperInvariant(), ends.Source.Address, ends.Source.Port,
            ends.Destination.Address, ends.Destination.Port);
    }
}
