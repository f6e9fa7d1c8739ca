using Hooktrail.Model.Bridge;
using Hooktrail.Model.Devices;
using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model.Ip;

/// <summary>REJECT drops and tells the sender; net/ipv4/netfilter/ipt_REJECT.c, nf_reject_ipv4.c; IPv6 alike.</summary>
internal static class Reject
{
    public static void Send(Packet packet, RejectTarget reject, in HookState state)
    {
        if (state.Family is Family.Bridge or Family.Netdev)
            FromBelow(packet, reject, in state);
        else if (reject.With == "tcp-reset")
            HostMessages.Reset(packet);
        else if (state.Hook != Hook.Ingress || !packet.Wiring.IsPort(state.In!))
            // At a bridge port, no frame is for the port's own MAC address, and icmp_send answers only PACKET_HOST
            // (measured on 6.18).
            HostMessages.Unreachable(
                packet, Message(packet, reject), isRouted: state.Hook is not (Hook.PreRouting or Hook.Ingress));
    }

    /// <summary>
    /// In a bridge, or at a device's ingress, there is no route. The answer swaps the packet's addresses and leaves
    /// where the packet came in: from a bridge like a frame of the host (net/bridge/netfilter/nft_reject_bridge.c, read
    /// and not measured), from a device directly (net/netfilter/nft_reject_netdev.c, measured on 6.18).
    /// </summary>
    private static void FromBelow(Packet packet, RejectTarget reject, in HookState state)
    {
        if (packet.Mac == Wiring.BroadcastMac || !packet.Family.IsIp() || packet.Encapsulation != Encapsulation.None)
            return;
        if (HostMessages.Answer(packet, reject.With == "tcp-reset" ? null : Message(packet, reject)) is not { } answer)
            return;

        answer.Device = state.In;
        answer.Mac = packet.Wiring.IsBridge(state.In!) ? packet.Wiring.MacTowards(packet.Source.Name, state.In!) : null;
        if (state.Family == Family.Bridge)
            BridgeForward.Send(answer, state.In!);
        else
            NetworkDevice.Transmit(answer);
    }

    private static (int Type, int Code) Message(Packet packet, RejectTarget reject) => packet.Family == Family.IPv6
        ? (1, reject.With switch
        {
            "icmp6-no-route" or "no-route" => 0,
            "icmp6-adm-prohibited" or "adm-prohibited" => 1,
            "icmp6-addr-unreachable" or "addr-unreach" => 3,
            "icmp6-policy-fail" or "policy-fail" => 5,
            "icmp6-reject-route" or "reject-route" => 6,
            _ => 4, // port unreachable, the default
        })
        : (3, reject.With switch
        {
            "icmp-net-unreachable" => 0,
            "icmp-host-unreachable" => 1,
            "icmp-proto-unreachable" => 2,
            "icmp-net-prohibited" => 9,
            "icmp-host-prohibited" => 10,
            "icmp-admin-prohibited" => 13,
            _ => 3,
        });
}
