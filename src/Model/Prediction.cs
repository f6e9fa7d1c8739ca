using System.Runtime.CompilerServices;
using Hooktrail.Model.Accounting;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model;

public sealed record PredictedLeg(Leg Leg, Trail Trail);

public static class PredictedLegs
{
    /// <summary>Whether an answer, the last segment of a connection, or an error is delivered.</summary>
    public static bool AreAnswered(this ImmutableArray<PredictedLeg> legs, Flow flow) => legs.Any(
        leg => leg.Trail.Outcome.Kind == OutcomeKind.Delivered
            && (leg.Leg.Direction == Direction.Error
                || leg.Leg == (flow.Protocol == Protocol.Tcp ? Leg.OfTcp[^1].Leg : Leg.Reply)));
}

/// <summary>
/// Predicts which hook points a packet crosses: walks it, and before it every packet of its connection, through the
/// host as the kernel would. The same input always gives the same output.
/// </summary>
public static class Prediction
{
    // Building the hook table takes longer than a walk, and callers ask for many legs of one profile. The table is
    // weak, so an unused profile is forgotten.
    private static readonly ConditionalWeakTable<HostProfile, Host> Hosts = [];

    /// <exception cref="HooktrailException">
    /// The flow never meets the host, the leg does not come about, or the profile has a rule that no tool would
    /// install.
    /// </exception>
    public static Trail Of(HostProfile profile, Flow flow, Leg leg) => On(HostOf(profile), flow, leg);

    internal static Trail On(Host host, Flow flow, Leg leg)
    {
        Check(flow);
        Check(leg);
        return Find(host, flow, leg).Trail;
    }

    /// <summary>
    /// Predicts the trail of one leg and says why: what decided the packet's way, and why it did not cross each other
    /// hook point.
    /// </summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static Account Account(HostProfile profile, Flow flow, Leg leg)
    {
        Check(flow);
        Check(leg);
        var (_, trail, packet) = Find(new Host(profile, keepsJournals: true), flow, leg);
        var journal = packet.Journal!;
        return new(trail, journal.Remarks, Silences.Of(packet, journal, trail));
    }

    /// <summary>All legs that take place for a number of requests, in order. A TCP flow is one connection.</summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<PredictedLeg> Legs(
        HostProfile profile, Flow flow, int exchanges = 1, Mutation? mutation = null)
    {
        var host = mutation is null ? HostOf(profile) : new Host(profile, mutation);
        return Legs(host, flow, exchanges);
    }

    internal static ImmutableArray<PredictedLeg> Legs(Host host, Flow flow, int exchanges) =>
        Legs([.. Enumerable.Repeat(host, exchanges)], flow);

    /// <summary>The same for a host that changes from one exchange to the next: a profile for each.</summary>
    /// <exception cref="HooktrailException">As <see cref="Of"/>.</exception>
    public static ImmutableArray<PredictedLeg> Legs(ImmutableArray<HostProfile> profiles, Flow flow) =>
        Legs([.. profiles.Select(HostOf)], flow);

    private static ImmutableArray<PredictedLeg> Legs(ImmutableArray<Host> hosts, Flow flow)
    {
        Check(flow);
        var exchange = new Exchange(flow, new ConnectionTable());
        return
        [
            .. hosts.Take(flow.Protocol == Protocol.Tcp ? 1 : hosts.Length)
                .SelectMany((host, index) => exchange.Run(host, index + 1))
                .Select(one => new PredictedLeg(one.Leg, one.Trail)),
        ];
    }

    private static Host HostOf(HostProfile profile) => Hosts.GetValue(profile, static one => new Host(one));

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
    /// Walks exchange after exchange up to the leg that was asked for. An exchange depends only on the host, the flow
    /// and what conntrack knows. So once one leaves conntrack as it found it, all later ones are the same, and the walk
    /// stops.
    /// </summary>
    private static Walked Find(Host host, Flow flow, Leg leg)
    {
        var connections = new ConnectionTable();
        var exchange = new Exchange(flow, connections);
        var isTcp = flow.Protocol == Protocol.Tcp;
        for (var number = 1; ; number++)
        {
            var known = connections.Snapshot;
            var last = isTcp || number == leg.Packet;
            Walked? found = null;
            foreach (var one in exchange.Run(host, number))
                if (one.Leg.Direction == leg.Direction && (isTcp ? one.Leg.Packet == leg.Packet : true))
                    found = one;
            if (last || connections.Snapshot.SequenceEqual(known))
                return found ?? throw NoSuchLeg(host, flow, leg);
        }
    }

    private static HooktrailException NoSuchLeg(Host host, Flow flow, Leg leg)
    {
        var request = new Exchange(flow, new ConnectionTable()).Run(host, 1).First().Trail;
        return new(
            $"There is no {leg} of {flow}: its request was {request.Outcome};"
            + " ask for the request, or change the host profile.");
    }
}
