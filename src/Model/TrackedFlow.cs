using System.Net;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model;

/// <summary>
/// The entries of the host's conntrack that an established flow may belong to: those of its two ends, in the direction
/// of the first packet. A question names no source port, so any will do.
/// </summary>
internal static class TrackedFlow
{
    /// <summary>The entry that the flow's packets find; null if there is none, or nothing is known of them.</summary>
    public static TrackedConnection? Find(Host host, Flow flow) =>
        All(host, flow).FirstOrDefault(entry => entry.Zone == 0);

    /// <summary>
    /// One entry of each kind that NAT, mark and zone make, by their source ports. A packet finds the entries of its
    /// own zone only (nf_conntrack_core.c, <c>nf_ct_key_equal</c>). Without a rule that sets a zone it has zone 0; the
    /// prediction ends at one that sets one.
    /// </summary>
    public static ImmutableArray<TrackedConnection> All(Host host, Flow flow)
    {
        if (!flow.IsEstablished || !flow.HasPorts || host.Profile.Tracked is not { All.IsEmpty: false } tracked)
            return [];
        var (wiring, asked) = (host.Wiring, Exchange.AskedOn(host, flow));
        var own = flow.As
            ?? (flow.From.Kind == EndpointKind.Host ? null : wiring.AddressOf(flow.From, other: flow.To, flow.Ip));
        return
        [
            .. tracked.All
                .Where(entry => entry.Protocol == flow.Protocol && entry.Ip == flow.Ip
                    && entry.Original.Destination.Port == flow.Port
                    && wiring.NameOf(entry.Original.Destination.Address) == asked
                    && IsSender(wiring.NameOf(entry.Original.Source.Address)))
                .OrderBy(entry => entry.Original.Source.Port)
                .DistinctBy(entry => (
                    entry.Original.Source.Address, entry.Reply.Source, entry.Reply.Destination.Address, entry.Mark,
                    entry.Zone, entry.IsOffloaded)),
        ];

        bool IsSender(string source) =>
            own is null ? flow.From.Kind == EndpointKind.Host && wiring.IsOfHost(source) : source == own;
    }

    /// <summary>The connection as conntrack has it after the first answer.</summary>
    public static Connection EntryOf(TrackedConnection entry, Host host)
    {
        var kind = entry.Protocol == Protocol.Tcp ? Kind.Tcp : Kind.Udp;
        var (wiring, family) = (host.Wiring, entry.Ip.Family());
        return new(new ConnectionTuple(
            Sender(entry.Original.Source), AddressOf(entry.Original.Destination, wiring), kind, family))
        {
            Reply = new ConnectionTuple(
                AddressOf(entry.Reply.Source, wiring), Sender(entry.Reply.Destination), kind, family),
            Status = ConnectionStatus.SeenReply | ConnectionStatus.Confirmed
                | ConnectionStatus.SourceSettled | ConnectionStatus.DestinationSettled
                | (entry.Reply.Destination.Equals(entry.Original.Source) ? 0 : ConnectionStatus.SourceRewritten)
                | (entry.Reply.Source.Equals(entry.Original.Destination) ? 0 : ConnectionStatus.DestinationRewritten),
            Mark = entry.Mark,
        };

        Address Sender(IPEndPoint end) => new(wiring.NameOf(end.Address), Address.AnyPort);
    }

    public static OpenConnection OpenOf(TrackedConnection entry) => new(
        entry.Original.Source.Address.ToString(), entry.Original.Destination.Address.ToString(),
        entry.Reply.Destination.Address.ToString(), (entry.Reply.Source.Address.ToString(), entry.Reply.Source.Port),
        entry.Mark, IsTracked: true);

    public static Address AddressOf(IPEndPoint end, Wiring wiring) => new(wiring.NameOf(end.Address), end.Port);
}
