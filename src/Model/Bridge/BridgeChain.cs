using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Bridge;

/// <summary>
/// A chain of ebtables, or a base chain of nft, at a hook of the bridge. It can do what a chain of IP cannot: take the
/// frame away from the bridge, or redirect it to the bridge itself.
/// </summary>
internal sealed class BridgeChain(Chain chain, Backend backend)
{
    private readonly bool _brouting = chain.Point is { Layer: Layer.Ebtables, Table: "broute" };

    public NfVerdict Run(Packet packet, in HookState state)
    {
        var decision = chain.Traverse(packet, in state);
        switch (decision.Target)
        {
            case BrouteTarget:
                Route(packet);
                return NfVerdict.Stolen;
            case DropTarget when _brouting:
                packet.Journal?.Note(Place.BridgeDecision, Statement.BrouteRoutes);
                Route(packet);
                return NfVerdict.Stolen;
            case BridgeRedirectTarget:
                packet.Mac = state.Hook == Hook.Brouting || _brouting
                    ? packet.Device
                    : packet.Wiring.BridgeOf(packet.Device!);
                packet.IsForOthers = false;
                return NfVerdict.Accept;
            case AcceptTarget:
                return NfVerdict.Accept;
            default:
                return chain.End(packet, decision, in state);
        }
    }

    /// <summary>
    /// In the table broute, DROP means «route this frame, do not bridge it». The port then receives it like any other
    /// device; net/bridge/netfilter/ebtable_broute.c, and <c>meta broute</c> in nft_meta_bridge.c.
    /// </summary>
    private void Route(Packet packet)
    {
        if (IsForThisHost(packet))
            Devices.NetworkDevice.DeliverToProtocol(packet);
        else
            packet.Vanish($"routed instead of bridged, but for another MAC address than that of {packet.Device}");
    }

    /// <summary>
    /// IP takes only frames for this host (<c>ip_rcv</c>, <c>PACKET_OTHERHOST</c>). The legacy table no longer counts a
    /// frame for the bridge's own MAC address as one, unless the rule also changes that address (<c>-j redirect</c>);
    /// nft does. No frame of the lab is for the port's own MAC address.
    /// </summary>
    private bool IsForThisHost(Packet packet) =>
        packet.Mac == Wiring.BroadcastMac
        || (backend == Backend.Nft && packet.Mac == packet.Wiring.BridgeOf(packet.Device!));
}
