using System.Runtime.CompilerServices;
using Hooktrail.Model.Accounting;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

/// <summary>
/// Predicts which hook points a packet crosses: walks it, and before it every packet of its connection, through the
/// host as the kernel would. The same input always gives the same output.
/// </summary>
public static class Prediction
{
    // Building the hook table takes longer than a walk, and callers ask for many legs of one profile. The table is
    // weak, so an unused profile is forgotten.
    private static readonly ConditionalWeakTable<HostProfile, Host> Hosts = [];

    // The same with notes, which cost time in every walk.
    private static readonly ConditionalWeakTable<HostProfile, Host> HostsThatNote = [];

    private static readonly ConditionalWeakTable<HostProfile, Host> HostsThatNoteEveryRule = [];

    /// <exception cref="HooktrailException">
    /// The flow never meets the host, the leg does not come about, or the profile has a rule that no tool would
    /// install.
    /// </exception>
    public static Trail Of(HostProfile profile, Flow flow, Leg leg) => On(HostOf(profile), flow, leg);

    internal static Trail On(Host host, Flow flow, Leg leg) => LegOn(host, flow, leg).Trail;

    /// <summary>
    /// The same, with the ways that the leg can go where the model cannot decide a match. The trail of <see cref="Of"/>
    /// is then what they have in common, and its outcome is unknown.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static PredictedLeg LegOf(HostProfile profile, Flow flow, Leg leg) => LegOn(HostOf(profile), flow, leg);

    private static PredictedLeg LegOn(Host host, Flow flow, Leg leg)
    {
        var legs = Model.Forecast.LegsOf([.. Find(host, flow, leg).Select(walk => CourseOf(walk))]);
        return legs.First(one => IsMeant(one.Leg, leg, flow)) with { Leg = leg };
    }

    /// <summary>
    /// Predicts the trail of one leg and says why: what decided the packet's way, and why it did not cross each other
    /// hook point. Where the leg can go several ways, <paramref name="way"/> is the trail to account for; null is the
    /// first. <paramref name="everyRule"/> adds the rules that were asked and did not match, or only log or count.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static Account Account(
        HostProfile profile, Flow flow, Leg leg, Trail? way = null, bool everyRule = false)
    {
        var (_, trail, packet) = Noted(HostThatNotes(profile, everyRule), flow, leg, way);
        var journal = packet.Journal!;
        return new(trail, journal.Remarks, Silences.Of(packet, journal, trail)) { Rules = journal.Rules };
    }

    /// <summary>
    /// The rules of <see cref="Account"/> alone. The reasons of all other hook points take longer than the walk.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<RuleStep> Rules(HostProfile profile, Flow flow, Leg leg, Trail? way = null) =>
        Noted(HostThatNotes(profile, everyRule: false), flow, leg, way).Packet.Journal!.Rules;

    /// <summary>The address to which a flow's requests are sent.</summary>
    /// <exception cref="HooktrailException">The receiver has no address that the sender could ask.</exception>
    public static string AddressAsked(HostProfile profile, Flow flow) => Exchange.AskedOn(HostOf(profile), flow);

    /// <summary>
    /// The connections that an established flow may belong to: the one that the host tracks; else more than one where
    /// the host's rules leave NAT open, none where there can be none.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<OpenConnection> Connections(HostProfile profile, Flow flow)
    {
        Check(flow);
        var (host, choices, found) = (HostOf(profile), new Choices(unites: true), new List<OpenConnection>());
        if (TrackedFlow.Find(host, flow) is { } tracked)
            return [TrackedFlow.OpenOf(tracked)];
        do
        {
            var known = new ConnectionTable(choices);
            var exchange = new Exchange(flow, known);
            if (exchange.Open(host) is (var request, true) && !choices.IsRepeated)
                found.Add(exchange.ConnectionOf(request.Packet));
        }
        while (choices.Advance());
        return [.. found.Distinct()];
    }

    /// <summary>
    /// The connections of the host's conntrack that an established flow may belong to, one of each kind that NAT, mark
    /// and zone make. It belongs to the first that has no zone.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<TrackedConnection> Tracked(HostProfile profile, Flow flow) =>
        TrackedFlow.All(HostOf(profile), flow);

    private static Walked Noted(Host host, Flow flow, Leg leg, Trail? way)
    {
        var walked = Find(host, flow, leg)
            .SelectMany(walk => walk.Legs)
            .Where(one => IsMeant(one.Leg, leg, flow))
            .ToList();
        return walked.Find(one => one.Trail == way) ?? walked[0];
    }

    /// <summary>
    /// All legs that can come about for a number of requests, in order. A TCP flow is one connection.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<PredictedLeg> Legs(
        HostProfile profile, Flow flow, int exchanges = 1, Mutation? mutation = null) =>
        (mutation is null
            ? Forecast(profile, flow, exchanges)
            : Forecast(new Host(profile, mutation), flow, exchanges)).Legs;

    /// <summary>The courses that a number of exchanges can take. A TCP flow is one connection.</summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static Forecast Forecast(HostProfile profile, Flow flow, int exchanges = 1) =>
        Forecast(HostOf(profile), flow, exchanges);

    /// <summary>The same for a host that changes from one exchange to the next: a profile for each.</summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static Forecast Forecast(ImmutableArray<HostProfile> profiles, Flow flow) =>
        Forecast([.. profiles.Select(HostOf)], flow);

    internal static Forecast Forecast(Host host, Flow flow, int exchanges) =>
        Forecast([.. Enumerable.Repeat(host, exchanges)], flow);

    private static Forecast Forecast(ImmutableArray<Host> hosts, Flow flow)
    {
        Check(flow);
        var exchanges = ImmutableArray.CreateBuilder<ImmutableArray<Course>>();
        List<ConnectionTable> before = [Nothing];
        foreach (var (index, host) in hosts.Take(IsOneExchange(flow) ? 1 : hosts.Length).Index())
        {
            List<ConnectionTable> after = [];
            exchanges.Add(
            [
                .. from state in Enumerable.Range(0, before.Count)
                   from walk in Walk.All(host, flow, index + 1, before[state])
                   select CourseOf(walk, state, walk.IsOpen ? null : Place(walk.After, after)),
            ]);
            before = after;
        }

        return new(exchanges.ToImmutable());
    }

    private static Host HostOf(HostProfile profile) => Hosts.GetValue(profile, static one => new Host(one));

    private static Host HostThatNotes(HostProfile profile, bool everyRule) => everyRule
        ? HostsThatNoteEveryRule.GetValue(profile, static one => new Host(one, notes: Noting.EveryRule))
        : HostsThatNote.GetValue(profile, static one => new Host(one, notes: Noting.WhatDecided));

    private static void Check(Leg leg)
    {
        if (leg.Packet < 1)
            throw new HooktrailException($"There is no packet {leg.Packet}; the packets of a leg are counted from 1.");
    }

    private static void Check(Flow flow)
    {
        if (flow.From.Kind == EndpointKind.Everyone)
            throw new HooktrailException("\"everyone\" can only receive; name a sender.");
        if (flow.From == flow.To && flow.From.Kind != EndpointKind.Host)
            throw new HooktrailException(
                $"What {flow.From} sends to itself never leaves it and crosses no hook of the host;"
                + " choose two different endpoints.");
        if (flow.IsBroadcast
            && (flow.Ip == IpVersion.V6 || flow.Protocol != Protocol.Udp || flow.From.Kind == EndpointKind.Wan))
            throw new HooktrailException(
                "A broadcast to everyone is a datagram of IPv4 that a container or the host sends; choose udp over ipv4.");
        if (flow.Protocol == Protocol.Arp && (flow.Ip == IpVersion.V6 || !IsOnLink(flow)))
            throw new HooktrailException(
                $"{flow.From} and {flow.To} do not share a link, so neither asks for the other by ARP; choose endpoints of one network.");
    }

    private static bool IsOnLink(Flow flow) =>
        (flow.From.Kind, flow.To.Kind) switch
        {
            (EndpointKind.Host, EndpointKind.Host) => false,
            (EndpointKind.Host, _) or (_, EndpointKind.Host) => true,
            _ => flow.From.Network is not null && flow.From.Network == flow.To.Network,
        };

    /// <summary>
    /// The walks of the exchange that has the leg. An exchange depends only on the host, the flow and what the host
    /// knows. So once the exchanges leave nothing behind that was not known before, all later ones are the same, and
    /// the walk stops.
    /// </summary>
    private static List<Walk> Find(Host host, Flow flow, Leg leg)
    {
        Check(flow);
        Check(leg);
        List<ConnectionTable> before = [Nothing];
        for (var number = 1; ; number++)
        {
            List<ConnectionTable> after = [];
            List<Walk> walks = [];
            foreach (var walk in before.SelectMany(state => Walk.All(host, flow, number, state)))
            {
                walks.Add(walk);
                if (!walk.IsOpen)
                    Place(walk.After, after);
            }

            if (IsOneExchange(flow) || number == leg.Packet || after.Count == 0 || AreAlike(before, after))
                return walks.Exists(walk => walk.Legs.Any(one => IsMeant(one.Leg, leg, flow)))
                    ? walks
                    : throw NoSuchLeg(flow, leg, walks);
            before = after;
        }
    }

    /// <summary>Exchanges after the one at which the walk stopped are the same, and so are their legs.</summary>
    private static bool IsMeant(Leg one, Leg leg, Flow flow) =>
        one.Direction == leg.Direction && (flow.Protocol != Protocol.Tcp || one.Packet == leg.Packet);

    private static bool IsOneExchange(Flow flow) => flow.Protocol == Protocol.Tcp || flow.IsEstablished;

    private static ConnectionTable Nothing => new(new Choices(unites: true));

    /// <summary>The number of a state among those that are known.</summary>
    private static int Place(ConnectionTable state, List<ConnectionTable> known)
    {
        var place = known.FindIndex(one => one.IsLike(state));
        if (place >= 0)
            return place;
        known.Add(state);
        return known.Count - 1;
    }

    private static bool AreAlike(List<ConnectionTable> one, List<ConnectionTable> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => pair.First.IsLike(pair.Second));

    private static Course CourseOf(Walk walk, int before = 0, int? after = null) =>
        new([.. walk.Legs.Select(one => new PredictedLeg(one.Leg, one.Trail))], walk.Supposing)
        {
            Before = before,
            After = after,
        };

    private static HooktrailException NoSuchLeg(Flow flow, Leg leg, List<Walk> walks) => new(
        $"There is no {leg} of {flow}: its request was {walks[0].Legs[0].Trail.Outcome};"
        + " ask for the request, or change the host profile.");
}
