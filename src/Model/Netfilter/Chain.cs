using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// A built-in chain of a table. The tracepoint is its first rule, so that the hop is noted before any other rule acts.
/// </summary>
internal sealed class Chain(HookPoint point, ImmutableArray<Rule> rules)
{
    /// <summary>Where this chain is.</summary>
    public HookPoint Point => point;

    /// <summary>Notes the hop and finds the first rule that matches; null where the chain's end is reached.</summary>
    public Rule? Traverse(Packet packet, in HookState state)
    {
        packet.Cross(point, in state);
        foreach (var rule in rules)
            if (Matches(rule, packet, in state))
                return rule;
        return null;
    }

    /// <summary>The chain as a hook function: a packet passes unless a rule drops it.</summary>
    public NfVerdict Filter(Packet packet, in HookState state) =>
        Traverse(packet, in state) is { Verdict: Verdict.Drop } rule ? Drop(packet, rule) : NfVerdict.Accept;

    /// <summary>The packet's journey ends at this chain, because <paramref name="rule"/> says so.</summary>
    public NfVerdict Drop(Packet packet, Rule rule)
    {
        packet.End(Outcome.Dropped(point, rule.ToString()));
        return NfVerdict.Drop;
    }

    private static bool Matches(Rule rule, Packet packet, in HookState state) =>
        (rule.In is null || rule.In == state.In)
        && (rule.NotIn is null || rule.NotIn != state.In)
        && (rule.Out is null || rule.Out == state.Out)
        && (rule.NotOut is null || rule.NotOut != state.Out)
        && (!rule.FromLab || Lab.IsOnBridge(packet.Source))
        && (!rule.Established || packet.State is ConntrackState.Established or ConntrackState.EstablishedReply);
}
