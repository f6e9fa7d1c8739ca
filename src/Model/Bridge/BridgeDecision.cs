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
        if (packet.Mac == Wiring.BroadcastMac)
            Flood(packet, bridge);
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
        var ports = packet.Wiring.PortsOf(bridge)
            .Where(port => (port != packet.Device || packet.Host.IsHairpin(port))
                && !packet.Host.AreIsolated(packet.Device!, port))
            .Reverse();
        packet.Journal?.Note(Place.BridgeDecision, Statement.FloodThenUp);
        foreach (var port in ports)
            BridgeForward.Forward(packet.Clone(), port);
        BridgePassUp.PassFrameUp(packet, IsPromiscuous.Holds(packet));
    }
}
