using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model;

/// <summary>
/// Hosts without one of the statements that no <see cref="Condition"/> makes: each is undone by what is registered at
/// the hooks.
/// </summary>
internal static class WithoutStatement
{
    public static IEnumerable<HookRegistration> Apply(
        Statement statement, IEnumerable<HookRegistration> registrations, HostProfile profile)
    {
        if (statement == Statement.FloodThenUp)
            return registrations.Append(
                new(Family.Bridge, Hook.Forward, BridgePriority.First, "no flooding", SwallowBroadcast));
        if (statement == Statement.BridgeResumes)
            return DoNotResume([.. registrations]);
        if (statement == Statement.BrouteRoutes)
            return registrations.Select(one => DropsInBroute(one, profile));
        if (statement == Statement.NatNeedsConnection)
            return registrations.Select(AsksWithoutConnection);
        return statement == Statement.ConfirmedLast ? registrations.Select(KnowsAtOnce) : registrations;
    }

    private static NfVerdict SwallowBroadcast(Packet packet, in HookState state) =>
        packet.Mac == Wiring.BroadcastMac ? NfVerdict.Stolen : NfVerdict.Accept;

    /// <summary>
    /// What runs after br_netfilter at the bridge's hooks passes over the packets that it took. At its own priority
    /// that is what was registered before it.
    /// </summary>
    private static IEnumerable<HookRegistration> DoNotResume(ImmutableArray<HookRegistration> registrations)
    {
        var reached = false;
        foreach (var one in registrations)
        {
            reached |= one.What == BrNetfilter.PreRoutingName;
            var isOfBridge = one is { Family: Family.Bridge, Hook: Hook.PreRouting or Hook.Forward };
            var isBehind = one.Priority > BridgePriority.BrNetfilter
                || one.Priority == BridgePriority.BrNetfilter && !reached;
            yield return isOfBridge && isBehind ? PassesOver(one) : one;
        }
    }

    private static HookRegistration PassesOver(HookRegistration one)
    {
        return one with
        {
            Function = (Packet packet, in HookState state) =>
                packet.NfBridge is not null || TakesArp(packet, in state)
                    ? NfVerdict.Accept
                    : one.Function(packet, in state),
        };
    }

    private static bool TakesArp(Packet packet, in HookState state) =>
        packet.Host.Profile is { BrNetfilter: true, BridgeNfCallArptables: true }
        && packet.Family == Family.Arp && state.Hook == Hook.Forward;

    private static HookRegistration DropsInBroute(HookRegistration one, HostProfile profile) =>
        one.Points is [{ Layer: Layer.Ebtables, Table: "broute" } point]
            ? one with { Function = new Chain(point, profile.Rules).Filter }
            : one;

    private static HookRegistration AsksWithoutConnection(HookRegistration one)
    {
        if (one.Function.Target is not NatCore core)
            return one;
        return one with
        {
            Function = (Packet packet, in HookState state) =>
                packet.Connection is null || packet.State == ConntrackState.Untracked
                    ? core.Ask(packet, in state, out _)
                    : core.Run(packet, in state),
        };
    }

    private static HookRegistration KnowsAtOnce(HookRegistration one)
    {
        if (one.What != Conntrack.InName)
            return one;
        return one with
        {
            Function = (Packet packet, in HookState state) =>
            {
                var verdict = one.Function(packet, in state);
                if (packet is { Connection: { } connection, State: ConntrackState.New }
                    && packet.Connections.Find(packet.Tuple) is null)
                    packet.Connections.Add(connection);
                return verdict;
            },
        };
    }
}
