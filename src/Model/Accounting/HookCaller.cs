using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Accounting;

/// <summary>What calls a hook, in a sentence and by the kernel's name.</summary>
internal static class HookCaller
{
    /// <summary>Null for the devices' own hooks, which every frame passes.</summary>
    public static (string Says, string Source)? Of(in HookState state)
    {
        var (@in, @out) = (state.In, state.Out);
        return (state.Family, state.Hook) switch
        {
            (Family.Bridge, Hook.Brouting) => null,
            (Family.Bridge, Hook.PreRouting) => (
                $"A frame has come in by the bridge port {@in}: the bridge's PREROUTING.",
                "net/bridge/br_input.c, br_handle_frame"),
            (Family.Bridge, Hook.LocalIn) => (
                $"The bridge hands the frame from {@in} up to the host: its INPUT.",
                "net/bridge/br_input.c, br_pass_frame_up"),
            (Family.Bridge, Hook.Forward) => (
                $"The bridge forwards the frame from {@in} to {@out}: its FORWARD.",
                "net/bridge/br_forward.c, __br_forward"),
            (Family.Bridge, Hook.LocalOut) => (
                $"The host sends a frame by the bridge port {@out}: the bridge's OUTPUT.",
                "net/bridge/br_forward.c, __br_forward"),
            (Family.Bridge, Hook.PostRouting) => (
                $"The frame is about to leave by the bridge port {@out}: the bridge's POSTROUTING.",
                "net/bridge/br_forward.c, br_forward_finish"),
            (Family.Arp, Hook.LocalIn) =>
                ($"An ARP packet has come in by {@in}: INPUT of ARP.", "net/ipv4/arp.c, arp_rcv"),
            (Family.Arp, Hook.LocalOut) =>
                ($"The host sends an ARP packet by {@out}: OUTPUT of ARP.", "net/ipv4/arp.c, arp_xmit"),
            (Family.Arp, Hook.Forward) => (
                $"The bridge forwards an ARP packet from {@in} to {@out}: FORWARD of ARP.",
                "net/bridge/br_netfilter_hooks.c, br_nf_forward_arp"),
            (Family.IPv4, Hook.PreRouting) =>
                ($"A packet has come in by {@in}: PREROUTING.", "net/ipv4/ip_input.c, ip_rcv"),
            (Family.IPv4, Hook.LocalIn) =>
                ($"The packet is for this host: INPUT.", "net/ipv4/ip_input.c, ip_local_deliver"),
            (Family.IPv4, Hook.Forward) =>
                ($"The packet goes from {@in} to {@out}: FORWARD.", "net/ipv4/ip_forward.c, ip_forward"),
            (Family.IPv4, Hook.LocalOut) =>
                ($"The host sends a packet by {@out}: OUTPUT.", "net/ipv4/ip_output.c, __ip_local_out"),
            (Family.IPv4, Hook.PostRouting) =>
                ($"The packet is about to leave by {@out}: POSTROUTING.", "net/ipv4/ip_output.c, ip_output"),
            (Family.IPv6, Hook.PreRouting) =>
                ($"A packet has come in by {@in}: PREROUTING.", "net/ipv6/ip6_input.c, ipv6_rcv"),
            (Family.IPv6, Hook.LocalIn) => ($"The packet is for this host: INPUT.", "net/ipv6/ip6_input.c, ip6_input"),
            (Family.IPv6, Hook.Forward) =>
                ($"The packet goes from {@in} to {@out}: FORWARD.", "net/ipv6/ip6_output.c, ip6_forward"),
            (Family.IPv6, Hook.LocalOut) =>
                ($"The host sends a packet by {@out}: OUTPUT.", "net/ipv6/output_core.c, __ip6_local_out"),
            (Family.IPv6, Hook.PostRouting) =>
                ($"The packet is about to leave by {@out}: POSTROUTING.", "net/ipv6/ip6_output.c, ip6_output"),
            _ => null,
        };
    }
}
