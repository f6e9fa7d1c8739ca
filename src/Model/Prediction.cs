using System.Runtime.CompilerServices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>
/// Says which hook points a packet will cross, by walking it, and every packet of its connection before it, through the
/// host as the kernel would.
/// </summary>
public static class Prediction
{
    // Building the hook table costs more than walking, and callers ask many legs of one profile. Weak, so that a
    // profile nobody holds is forgotten.
    private static readonly ConditionalWeakTable<HostProfile, Host> Hosts = [];

    /// <summary>
    /// Predicts the trail of one leg of a flow on a host of this profile. Pure: the same in gives the same out.
    /// </summary>
    /// <exception cref="HooktrailException">
    /// The flow never meets the host, the leg is a reply to a request that is not delivered, or the profile has a rule
    /// that no tool would install.
    /// </exception>
    public static Trail Of(HostProfile profile, Flow flow, Leg leg)
    {
        if (flow.From == flow.To && flow.From.Kind != EndpointKind.Host)
            throw new HooktrailException(
                $"What {flow.From} sends to itself never leaves it and crosses no hook of the host;"
                + " choose two different endpoints.");
        if (leg.Packet < 1)
            throw new HooktrailException($"There is no packet {leg.Packet}; the packets of a leg are counted from 1.");

        return Walk(Hosts.GetValue(profile, static one => new Host(one)), flow, leg);
    }

    /// <summary>
    /// Walks exchange after exchange, request and reply, until the leg that was asked for. Once an exchange leaves
    /// conntrack as it found it, every later one is the same and need not be walked: an exchange depends on nothing but
    /// the host, the flow and what conntrack knows.
    /// </summary>
    private static Trail Walk(Host host, Flow flow, Leg leg)
    {
        var connections = new ConnectionTable();
        for (var packet = 1; ; packet++)
        {
            var known = connections.Entry;
            var request = Exchange.Ask(host, flow, connections);
            if (packet == leg.Packet && leg.Direction == Direction.Request)
                return request.Trail;

            var reply = Exchange.Answer(request);
            if (packet == leg.Packet || connections.Entry == known)
                return leg.Direction == Direction.Request
                    ? request.Trail
                    : reply?.Trail ?? throw NoReply(flow, leg, request);
        }
    }

    private static HooktrailException NoReply(Flow flow, Leg leg, Packet request) => new(
        $"There is no {leg} of {flow}: its request was {request.Outcome};"
        + " ask for the request, or change the host profile.");
}
