using System.Net;
using Hooktrail.Model.Ip;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The NAT core at one hook. It asks its nat chains once for each connection, in order, what to rewrite, and rewrites
/// every packet accordingly; net/netfilter/nf_nat_core.c.
/// </summary>
internal sealed class NatCore(ImmutableArray<Chain> chains, Hook hook)
{
    private const ConnectionStatus BothSettled = ConnectionStatus.SourceSettled | ConnectionStatus.DestinationSettled;

    private static readonly Condition IsError = new(
        Statement.RelatedErrorSkipsNat, Place.Nat, packet => packet.Content.IsIcmpError);

    /// <summary>
    /// Where NAT rewrites addresses, or may do so yet, a redirect would name addresses that its receiver does not know.
    /// </summary>
    private static readonly Condition IsRedirectOfTranslated = new(
        Statement.RedirectDiesInNat, Place.Nat, packet =>
            packet is { Content.Kind: Kind.IcmpRedirect, Connection: { } connection }
            && ((connection.Status & BothSettled) != BothSettled || connection.Nat != 0));

    private static readonly Condition IsAnswered = new(
        Statement.NatOnlyFirst, Place.Nat, packet =>
            packet.State is not (ConntrackState.New or ConntrackState.Related or ConntrackState.RelatedReply));

    private static readonly Condition IsTranslated = new(
        Statement.NatRewrites, null, packet => packet.Connection!.Nat != 0);

    private static readonly Condition HasAnotherDestination = new(
        Statement.NatReroutes, null, packet => packet is { Connection: { } connection }
            && (packet.State is ConntrackState.EstablishedReply or ConntrackState.RelatedReply
                ? connection.Reply.Destination.Name != connection.Original.Source.Name
                : connection.Original.Destination.Name != connection.Reply.Source.Name));

    /// <summary>Chains with one priority of which it is not known which was registered first.</summary>
    public ImmutableArray<ImmutableArray<Chain>> Unordered { get; init; } = [];

    /// <summary>The rules of the chains.</summary>
    public RuleSet Rules { get; init; } = RuleSet.Empty;

    private readonly Manipulation _manipulation = ManipulationAt(hook);

    private readonly Condition _isSettled = new(
        Statement.NatOnlyOnce, Place.Nat, packet => packet.Connection!.Has(SettledAt(hook)));

    private static ConnectionStatus SettledAt(Hook hook) => ManipulationAt(hook) == Manipulation.Source
        ? ConnectionStatus.SourceSettled
        : ConnectionStatus.DestinationSettled;

    /// <summary><c>HOOK2MANIP</c>: destinations are rewritten before the route is looked up, sources after.</summary>
    private static Manipulation ManipulationAt(Hook hook) =>
        hook is Hook.PreRouting or Hook.LocalOut ? Manipulation.Destination : Manipulation.Source;

    /// <summary>
    /// <c>nf_nat_inet_fn</c>: without a connection there is no NAT, and no nat chain is asked. With one, only a packet
    /// that is new asks, and only once.
    /// </summary>
    public NfVerdict Run(Packet packet, in HookState state)
    {
        if (packet.Connection is not { } connection || packet.State == ConntrackState.Untracked)
        {
            packet.Journal?.Note(Place.Nat, Statement.NatNeedsConnection);
            PassOver(packet, chains, Statement.NatNeedsConnection);
            return NfVerdict.Accept;
        }

        if (PassesOver(IsError, packet))
            return TranslateError(packet, connection) is NfVerdict.Accept ? Routed(packet) : NfVerdict.Drop;

        if (!PassesOver(IsAnswered, packet) && !PassesOver(_isSettled, packet))
        {
            var verdict = Ask(packet, in state, out var target);
            if (verdict != NfVerdict.Accept)
                return verdict;
            Settle(packet, connection, target, in state);
        }

        if (IsTranslated.Holds(packet))
            Rewrite(packet, connection);
        return Routed(packet);
    }

    /// <summary>The end of <c>nf_nat_ipv4_local_fn</c>: another destination than the sender's has its own route.</summary>
    private NfVerdict Routed(Packet packet) =>
        hook == Hook.LocalOut && HasAnotherDestination.Holds(packet) ? Rerouting.Again(packet) : NfVerdict.Accept;

    /// <summary>Whether the packet meets a condition that keeps the chains from being asked.</summary>
    private bool PassesOver(Condition condition, Packet packet)
    {
        if (!condition.Holds(packet))
            return false;
        PassOver(packet, chains, condition.Statement);
        return true;
    }

    private static void PassOver(Packet packet, IEnumerable<Chain> chains, Statement statement)
    {
        if (packet.Journal is { } journal)
            foreach (var chain in chains)
                journal.PassOver(chain.Point, statement);
    }

    /// <summary>Asks the chains in turn, until one answers. Their priorities only order them in the slot.</summary>
    public NfVerdict Ask(Packet packet, in HookState state, out Target? target)
    {
        target = null;
        var (order, chosen) = (chains, default(ImmutableArray<Chain>));
        for (var index = 0; index < order.Length; index++)
        {
            if (Undecided(order[index], packet, in state) is { } among && among != chosen)
            {
                order = [.. order[..index], .. Orders.Choose(
                    order[index..], among.Contains, one => one.Point.ToString(), order[index].Point, packet)];
                chosen = among;
            }

            var chain = order[index];
            var decision = chain.Traverse(packet, in state);
            if (decision.Ends)
                return chain.End(packet, decision, in state);
            if (decision.Target is MasqueradeTarget && IsUntold(packet, in state))
                return chain.End(
                    packet,
                    decision with { Target = new UnknownTarget("the address that is taken at lo by MASQUERADE") },
                    in state);
            if (decision.Target is RedirectTarget && Here(packet, in state) is null)
                return LackAddress(chain, packet, decision, in state);
            if (decision.Target is not AcceptTarget)
            {
                target = decision.Target;
                PassOver(packet, order.Skip(index + 1), Statement.NatFirstAnswer);
                return NfVerdict.Accept;
            }
        }

        return NfVerdict.Accept;
    }

    private ImmutableArray<Chain>? Undecided(Chain chain, Packet packet, in HookState state)
    {
        foreach (var among in Unordered)
            if (among.Contains(chain))
                foreach (var one in among)
                    if (ChainActs.On(one.Point, Rules, packet, in state))
                        return among;
        return null;
    }

    /// <summary>
    /// <c>nf_nat_icmp_reply_translation</c>: rewrites an ICMP error with the connection that it is about, and asks no
    /// chain.
    /// </summary>
    private NfVerdict TranslateError(Packet packet, Connection connection)
    {
        if (IsRedirectOfTranslated.Holds(packet))
        {
            packet.Vanish("the NAT core drops an ICMP redirect about a connection that it rewrites");
            return NfVerdict.Drop;
        }

        Rewrite(packet, connection);
        return NfVerdict.Accept;
    }

    /// <summary>
    /// <c>nf_nat_setup_info</c>. Where no rule matched, a null binding settles it too. A confirmed connection is left
    /// as it is, so its next packet that is still NEW asks again.
    /// </summary>
    private void Settle(Packet packet, Connection connection, Target? target, in HookState state)
    {
        if (connection.Has(ConnectionStatus.Confirmed))
            return;
        connection.Status |= SettledAt(hook);
        // The connection after what NAT decided before.
        var current = connection.Reply.Inverse;
        var rewritten = target switch
        {
            MasqueradeTarget => current with
            {
                Source = current.Source with
                {
                    Name = MasqueradeAddress(packet, state.Out!) ?? current.Source.Name,
                },
            },
            SnatTarget snat => current with { Source = With(current.Source, snat.Address, snat.Port) },
            DnatTarget dnat => current with { Destination = With(current.Destination, dnat.Address, dnat.Port) },
            RedirectTarget redirect => current with
            {
                Destination = With(current.Destination, Here(packet, in state), redirect.Port),
            },
            _ => current,
        };
        if (rewritten == current)
            return;

        connection.Status |= _manipulation == Manipulation.Source
            ? ConnectionStatus.SourceRewritten
            : ConnectionStatus.DestinationRewritten;
        connection.Reply = rewritten.Inverse;
    }

    /// <summary>
    /// <c>nf_nat_masquerade_ipv4</c> takes the address of the device. <c>nf_nat_masquerade_ipv6</c> takes the address
    /// that suits the destination best; for a destination of the host itself that is the destination
    /// (<c>ipv6_dev_get_saddr</c>, rule 1; measured on 6.18).
    /// </summary>
    private static string? MasqueradeAddress(Packet packet, string device) =>
        packet.Family == Family.IPv6 && packet.Wiring.IsOfHost(packet.Destination.Name)
            ? packet.Destination.Name
            : packet.Family == Family.IPv4 && device == LabNames.Loopback
            ? packet.Wiring.LoopbackSource
            : packet.Wiring.AddressOn(device, packet.Family, packet.Destination.Name, packet.Gateway);

    /// <summary>
    /// Loopback has no IPv4 address with a wider scope, so MASQUERADE takes that of the first device that the host ever
    /// had (net/ipv4/devinet.c, <c>inet_select_addr</c>; measured on 6.18: it differs from host to host). A snapshot
    /// has asked the kernel for it.
    /// </summary>
    private static bool IsUntold(Packet packet, in HookState state) =>
        packet.Family == Family.IPv4 && state.Out == LabNames.Loopback && packet.Wiring.LoopbackSource is null;

    /// <summary>
    /// The address that REDIRECT takes: that of loopback for the host's own packets, otherwise that of the device in;
    /// null if that has none.
    /// </summary>
    private string? Here(Packet packet, in HookState state) => hook == Hook.LocalOut
        ? packet.Wiring.NameOf(packet.Family == Family.IPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback)
        : packet.Wiring.FirstAddressOn(state.In!, packet.Family, packet.Destination.Name);

    /// <summary>
    /// <c>nf_nat_redirect_ipv4</c> and <c>nf_nat_redirect_ipv6</c> drop a packet whose device has no address to take.
    /// </summary>
    private static NfVerdict LackAddress(Chain chain, Packet packet, Decision decision, in HookState state)
    {
        packet.Journal?.DropByLastRule();
        packet.Journal?.Note(
            Place.Nat, $"{state.In} has no address that REDIRECT could take, so the rule drops the packet.",
            "net/netfilter/nf_nat_redirect.c, nf_nat_redirect_ipv4 and nf_nat_redirect_ipv6");
        return chain.End(packet, decision with { Target = new DropTarget() }, in state);
    }

    // Echoes have no port that a rule could change.
    private static Address With(Address address, string? name, int? port) =>
        new(name ?? address.Name, address.Port == 0 ? 0 : port ?? address.Port);

    /// <summary>
    /// <c>nf_nat_packet</c>: makes a packet look like the inverse of what comes the other way. A source in one
    /// direction is a destination in the other, so an answer to a masqueraded packet gets its destination back at
    /// PREROUTING.
    /// </summary>
    private void Rewrite(Packet packet, Connection connection)
    {
        var answer = packet.State is ConntrackState.EstablishedReply or ConntrackState.RelatedReply;
        var bit = _manipulation == Manipulation.Source != answer
            ? ConnectionStatus.SourceRewritten
            : ConnectionStatus.DestinationRewritten;
        if (!connection.Has(bit))
            return;

        var target = (answer ? connection.Original : connection.Reply).Inverse;
        var (source, destination) = (packet.Source, packet.Destination);
        // An ICMP error has no ports of its own.
        if (_manipulation == Manipulation.Source)
            packet.Source = packet.Content.IsIcmpError ? new(target.Source.Name) : target.Source;
        else
            packet.Destination = packet.Content.IsIcmpError ? new(target.Destination.Name) : target.Destination;
        if (packet.Source != source)
            packet.Journal?.Note(
                Place.Nat, $"NAT rewrites the source {source} to {packet.Source}.", Statement.NatRewrites.Source);
        if (packet.Destination != destination)
            packet.Journal?.Note(
                Place.Nat,
                $"NAT rewrites the destination {destination} to {packet.Destination}.",
                Statement.NatRewrites.Source);
    }
}
