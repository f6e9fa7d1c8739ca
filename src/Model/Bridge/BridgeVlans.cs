using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Bridge;

/// <summary>
/// VLANs of a bridge that tells them apart (vlan_filtering); net/bridge/br_vlan.c. A frame without a tag belongs to the
/// VLAN of its port (PVID), and a bridge's own device counts as one more port. Frames that keep their tag are not
/// followed. Read, and not measured: the random hosts of the twins have VLANs where the kernel has
/// CONFIG_BRIDGE_VLAN_FILTERING.
/// </summary>
internal static class BridgeVlans
{
    /// <summary>
    /// <c>br_allowed_ingress</c>: the frame gets the VLAN of the port, or for a frame of the host that of the bridge.
    /// False where it ends.
    /// </summary>
    public static bool Enter(Packet packet, string bridge, string port)
    {
        packet.Vlan = null;
        if (packet.Wiring.Find(bridge) is not { FiltersVlans: true })
            return true;
        if (!packet.Wiring.Topology.Knows(Subject.Bridges))
            return Unknown(packet, $"which VLANs pass {bridge} could not be read");
        packet.Vlan = VlansOf(packet, port).Where(one => one.IsOfUntagged).Select(one => (int?)one.First)
            .FirstOrDefault();
        if (packet.Vlan is not null)
            return true;
        if (port != bridge && packet.Wiring.LeadsOut(port))
            return Unknown(packet, $"frames come in by {port} with the tag of a VLAN, and which it is is not known");
        packet.Vanish($"{bridge} tells VLANs apart, and a frame without a tag belongs to none at {port}");
        return false;
    }

    /// <summary>
    /// <c>br_allowed_egress</c>, and <c>br_handle_vlan</c>, which takes the tag off. False where the frame ends.
    /// </summary>
    public static bool Leave(Packet packet, string port)
    {
        if (packet.Vlan is not { } vlan)
            return true;
        packet.Vlan = null;
        switch (MembershipOf(packet, port, vlan))
        {
            case { LeavesUntagged: true }:
                return true;
            case null:
                packet.Vanish($"it belongs to VLAN {vlan}, which does not pass {port}");
                return false;
            default:
                return Unknown(
                    packet, $"it passes {port} with the tag of VLAN {vlan}, and the model does not follow such frames");
        }
    }

    /// <summary>Whether the frame's VLAN passes the port, or the bridge itself.</summary>
    public static bool Passes(Packet packet, string port) =>
        packet.Vlan is not { } vlan || MembershipOf(packet, port, vlan) is not null;

    /// <summary>
    /// Whether the bridge takes a frame for its own address, though its VLAN does not pass it: because a port of that
    /// VLAN has the same address (net/bridge/br_fdb.c, <c>fdb_add_local</c>).
    /// </summary>
    public static bool SharesMac(Packet packet, string bridge) =>
        packet.Wiring.Find(bridge)?.Mac is { } mac
        && packet.Wiring.PortsOf(bridge).Any(
            port => packet.Wiring.Find(port)?.Mac == mac && Passes(packet, port));

    private static PassingVlans? MembershipOf(Packet packet, string port, int vlan) =>
        VlansOf(packet, port).FirstOrDefault(one => one.First <= vlan && vlan <= one.Last);

    private static ImmutableArray<PassingVlans> VlansOf(Packet packet, string port) =>
        packet.Wiring.Find(port)?.Vlans ?? [];

    private static bool Unknown(Packet packet, string reason)
    {
        packet.End(new(OutcomeKind.Unknown, null, packet.Passage.Last, reason));
        return false;
    }
}
