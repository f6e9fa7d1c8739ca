using Hooktrail.Model.Network;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Bridge;

/// <summary>Whether a frame goes up to the host or out by another port; net/bridge/br_input.c.</summary>
internal static class BridgeDecision
{
    private static readonly Condition IsForTheBridge = new(
        Statement.LocalMac, Place.BridgeDecision, packet => packet.Mac == packet.Wiring.BridgeOf(packet.Device!));

    private static readonly Condition IsPromiscuous = new(
        Statement.PromiscuousCopy, Place.BridgeDecision, packet => packet.Host.Profile.Promiscuous);

    /// <summary>
    /// <c>br_handle_frame_finish</c>: looks up the destination in the forwarding database. The lab's endpoints know
    /// each other, so only broadcasts are flooded.
    /// </summary>
    public static void HandleFrameFinish(Packet packet)
    {
        var bridge = packet.Wiring.BridgeOf(packet.Device!);
        if (!BridgeVlans.Enter(packet, bridge, packet.Device!))
            return;
        if (packet.Mac == Wiring.BroadcastMac)
            Flood(packet, bridge);
        else if (IsNotInItsVlan(packet, bridge))
            FloodUnknown(packet, bridge);
        else if (IsForTheBridge.Holds(packet))
            BridgePassUp.PassFrameUp(packet, isPromiscuous: false);
        else
            Forward(packet, bridge);
    }

    /// <summary>Sends the frame by one port. A promiscuous bridge also hands it up (<c>local_rcv</c>).</summary>
    private static void Forward(Packet packet, string bridge)
    {
        var port = packet.Mac == bridge ? packet.Wiring.PortsOf(bridge).First() : packet.Mac!;
        packet.Journal?.Note(
            Place.BridgeDecision,
            $"The MAC address that the frame is for is known behind {port}.",
            "net/bridge/br_input.c, br_handle_frame_finish");
        if (!IsPromiscuous.Holds(packet))
        {
            BridgeForward.Forward(packet, port);
            return;
        }

        BridgeForward.Forward(packet.Clone(), port);
        BridgePassUp.PassFrameUp(packet, isPromiscuous: true);
    }

    /// <summary>
    /// <c>br_flood</c>: sends a copy by every other port, the port that was added last first (<c>port_list</c>), and
    /// then hands the frame up to the host. A port in hairpin mode gets its own broadcasts back
    /// (<c>should_deliver</c>).
    /// </summary>
    private static void Flood(Packet packet, string bridge)
    {
        packet.Journal?.Note(Place.BridgeDecision, Statement.FloodThenUp);
        foreach (var port in FloodedPorts(packet, bridge))
            BridgeForward.Forward(packet.Clone(), port);
        BridgePassUp.PassFrameUp(packet, IsPromiscuous.Holds(packet));
    }

    private static IEnumerable<string> FloodedPorts(Packet packet, string bridge) =>
        packet.Wiring.PortsOf(bridge)
            .Where(port => (port != packet.Device || packet.Host.IsHairpin(port))
                && !packet.Host.AreIsolated(packet.Device!, port)
                && BridgeVlans.Passes(packet, port))
            .Reverse();

    /// <summary>The forwarding database has each address only in the VLANs that pass its port.</summary>
    private static bool IsNotInItsVlan(Packet packet, string bridge) =>
        packet.Vlan is not null && !BridgeVlans.Passes(packet, packet.Mac!)
        && (packet.Mac != bridge || !BridgeVlans.SharesMac(packet, bridge));

    /// <summary>
    /// <c>br_flood</c>, for an address that the bridge does not know in the frame's VLAN: every other port gets a copy,
    /// and the host none. No receiver has that address.
    /// </summary>
    private static void FloodUnknown(Packet packet, string bridge)
    {
        var (vlan, ports) = (packet.Vlan, FloodedPorts(packet, bridge).ToList());
        packet.Journal?.Note(
            Place.BridgeDecision,
            $"No port of VLAN {vlan} leads to the MAC address that the frame is for, so every port of the VLAN gets it.",
            "net/bridge/br_input.c, br_handle_frame_finish; net/bridge/br_forward.c, br_flood");
        packet.IsStray = true;
        foreach (var port in ports)
            BridgeForward.Forward(packet.Clone(), port);
        packet.Vanish($"nobody in VLAN {vlan} of {bridge} has the MAC address that it is for");
    }
}
