using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The NAT core at one hook: it asks its nat chain what should become of a connection, once, and rewrites every packet
/// accordingly; net/netfilter/nf_nat_core.c. (Before 4.18 each nat chain was a function of its own at the same
/// priority; with one chain a hook the packets cannot tell.)
/// </summary>
internal sealed class NatCore(Chain chain, Manipulation manipulation)
{
    private readonly ConnectionStatus settled = manipulation == Manipulation.Source
        ? ConnectionStatus.SourceSettled
        : ConnectionStatus.DestinationSettled;

    /// <summary><c>HOOK2MANIP</c>: destinations are rewritten before a route is sought, sources after.</summary>
    public static Manipulation ManipulationAt(Hook hook) =>
        hook is Hook.PreRouting or Hook.LocalOut ? Manipulation.Destination : Manipulation.Source;

    /// <summary>
    /// <c>nf_nat_inet_fn</c>: without a connection there is no NAT, and no nat chain either. With one, the chain is
    /// asked only by a packet that is new, and only if this was not settled before.
    /// </summary>
    public NfVerdict Run(Packet packet, in HookState state)
    {
        if (packet.Connection is not { } connection)
            return NfVerdict.Accept;

        if (packet.State == ConntrackState.New && !connection.Has(settled))
        {
            var rule = chain.Traverse(packet, in state);
            if (rule is { Verdict: Verdict.Drop })
                return chain.Drop(packet, rule);
            packet.Connection = Settle(connection, rule, in state);
        }

        Rewrite(packet, packet.Connection);
        return NfVerdict.Accept;
    }

    /// <summary>
    /// <c>nf_nat_setup_info</c> by MASQUERADE (<c>nf_nat_masquerade_ipv4</c>), or by a null binding where no rule
    /// matched: then, too, the question is settled.
    /// </summary>
    private Connection Settle(Connection connection, Rule? rule, in HookState state)
    {
        var bound = connection.With(settled);
        if (rule is not { Verdict: Verdict.Masquerade })
            return bound;
        var rewritten = connection.Original with { Source = Lab.AddressOn(state.Out!) };
        return bound.With(ConnectionStatus.SourceRewritten) with { Reply = rewritten.Inverse };
    }

    /// <summary>
    /// <c>nf_nat_packet</c>: a packet is made to look like the inverse of what comes the other way. What is a source
    /// one way is a destination the other way, so that an answer to a masqueraded packet gets its destination back at
    /// PREROUTING.
    /// </summary>
    private void Rewrite(Packet packet, Connection connection)
    {
        var answer = packet.State == ConntrackState.EstablishedReply;
        var bit = manipulation == Manipulation.Source != answer
            ? ConnectionStatus.SourceRewritten
            : ConnectionStatus.DestinationRewritten;
        if (!connection.Has(bit))
            return;

        var target = (answer ? connection.Original : connection.Reply).Inverse;
        if (manipulation == Manipulation.Source)
            packet.Source = target.Source;
        else
            packet.Destination = target.Destination;
    }
}
