using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Accounting;

/// <summary>
/// Why a packet did not cross a hook point: the chain was passed over, the hook was not called, or the passage ended
/// before.
/// </summary>
internal sealed class Silences
{
    private readonly Journal _journal;
    private readonly Trail _trail;
    private readonly Family _family;

    private Silences(Packet packet, Journal journal, Trail trail) =>
        (_journal, _trail, _family) = (journal, trail, packet.Family);

    /// <summary>Every hook point of the host that is not in the trail, in the order of the hook table.</summary>
    public static ImmutableArray<Silence> Of(Packet packet, Journal journal, Trail trail)
    {
        var silences = new Silences(packet, journal, trail);
        var crossed = trail.Hops.Select(hop => hop.Point).ToHashSet();
        return
        [
            .. from registration in packet.Host.Hooks.All
               from point in registration.Points
               where crossed.Add(point)
               select silences.Of(registration, point),
        ];
    }

    private Silence Of(HookRegistration at, HookPoint point)
    {
        if (_journal.WhyPassedOver(point) is { } statement)
            return new(point, statement.Says, statement.Source);
        if (at.Family != _family && at.Family is not (Family.Bridge or Family.Netdev))
            return new(point, $"The packet is {NameOf(_family)}, and this is a chain for {NameOf(at.Family)}.", null);
        if (WasCalled(at.Family, at.Hook) && at.Device is null)
            return _trail.Outcome.Kind == OutcomeKind.Delivered
                ? new(
                    point,
                    "The hook is called, but a function before this chain takes the packet elsewhere.",
                    "net/netfilter/core.c, nf_hook_slow")
                : Ended(point);
        return at.Family switch
        {
            Family.Bridge => OfBridge(at.Hook, point),
            Family.Netdev => new(
                point, $"The packet does not {(at.Hook == Hook.Ingress ? "come in" : "leave")} by {at.Device}.", null),
            Family.Arp => OfArp(at.Hook, point),
            _ => OfIp(at.Hook, point),
        };
    }

    private Silence OfBridge(Hook hook, HookPoint point)
    {
        var cameIn = WasCalled(Family.Bridge, Hook.PreRouting);
        var forwarded = WasCalled(Family.Bridge, Hook.Forward);
        var sent = WasCalled(Family.Bridge, Hook.LocalOut);
        return hook switch
        {
            _ when !cameIn && !sent && !IsOver =>
                new(point, "The packet neither comes in nor leaves by a port of a bridge.", null),
            Hook.PreRouting or Hook.Brouting when !cameIn =>
                new(point, "The packet does not come in by a port of a bridge.", null),
            Hook.LocalIn when forwarded => new(
                point,
                "The frame is not for the bridge's own MAC address, so the bridge forwards it.",
                Statement.LocalMac.Source),
            Hook.LocalIn or Hook.Forward when !cameIn =>
                new(point, "The packet does not come in by a port of a bridge.", null),
            Hook.Forward when WasCalled(Family.Bridge, Hook.LocalIn) =>
                new(point, Statement.LocalMac.Says, Statement.LocalMac.Source),
            Hook.LocalOut when forwarded => new(
                point,
                "The bridge forwards the frame from port to port: the host does not send it.",
                "net/bridge/br_forward.c, __br_forward"),
            Hook.LocalOut or Hook.PostRouting when !IsOver =>
                new(point, "The packet does not leave by a port of a bridge.", null),
            _ => Ended(point),
        };
    }

    private Silence OfArp(Hook hook, HookPoint point) => hook switch
    {
        Hook.Forward => new(point, Statement.ArpForward.Says, Statement.ArpForward.Source),
        Hook.LocalIn when !IsOver => new(point, "The ARP packet does not come to the host.", null),
        Hook.LocalOut when !IsOver || WasCalled(Family.Arp, Hook.LocalIn) =>
            new(point, "The host does not send this ARP packet.", null),
        _ => Ended(point),
    };

    private Silence OfIp(Hook hook, HookPoint point)
    {
        var made = WasCalled(_family, Hook.LocalOut);
        var taken = WasCalled(_family, Hook.LocalIn);
        // A frame that is only bridged meets the IP layer only where br_netfilter calls it.
        if (!made && !taken && WasCalled(Family.Bridge, Hook.Forward))
            return OfBridgedIp(hook, point);
        return hook switch
        {
            Hook.PreRouting when made => new(
                point,
                "The host itself sends the packet: it does not come in by a device.",
                "net/ipv4/ip_output.c, __ip_local_out"),
            Hook.LocalOut when !made =>
                new(point, "The host does not send this packet.", "net/ipv4/ip_output.c, __ip_local_out"),
            Hook.Forward when made => new(
                point,
                "The host itself sends the packet: only what comes in is forwarded.",
                Statement.RouteDecides.Source),
            Hook.Forward when taken => new(point, Statement.RouteDecides.Says, Statement.RouteDecides.Source),
            Hook.LocalIn when WasCalled(_family, Hook.Forward) || made =>
                new(point, "The packet is not for an address of the host.", Statement.RouteDecides.Source),
            Hook.PreRouting when BrNetfilterSays is { } why => new(point, why.Says, why.Source),
            Hook.PostRouting when taken => new(point, "The packet stays on this host.", Statement.RouteDecides.Source),
            _ => Ended(point),
        };
    }

    private Silence OfBridgedIp(Hook hook, HookPoint point)
    {
        const string source = "net/bridge/br_netfilter_hooks.c, br_nf_ops";
        return hook switch
        {
            Hook.LocalIn => new(
                point, "The bridge forwards the frame: it does not come up to the host.", Statement.LocalMac.Source),
            Hook.LocalOut =>
                new(point, "The bridge forwards the frame from port to port: the host does not send it.", source),
            _ when IsOver => Ended(point),
            _ when BrNetfilterSays is { } why => new(point, why.Says, why.Source),
            _ => new(point, "br_netfilter is not loaded: the bridge does not call the IP layer.", source),
        };
    }

    /// <summary>The last remark of br_netfilter; null where it is not loaded, or never had the frame.</summary>
    private Remark? BrNetfilterSays => _journal.Remarks.LastOrDefault(remark => remark.Place == Place.BrNetfilter);

    private Silence Ended(HookPoint point) => new(point, $"The packet has ended before: {_trail.Outcome}.", null);

    private bool IsOver => _trail.Outcome.Kind != OutcomeKind.Delivered;

    private bool WasCalled(Family of, Hook hook) => _journal.Called.Contains((of, hook));

    private static string NameOf(Family family) => family switch
    {
        Family.IPv4 => "IPv4",
        Family.IPv6 => "IPv6",
        _ => "ARP",
    };
}
