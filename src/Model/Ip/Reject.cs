using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Model.Ip;

/// <summary>
/// REJECT: the packet is dropped and its sender told; net/ipv4/netfilter/ipt_REJECT.c and nf_reject_ipv4.c, and their likes of
/// IPv6.
/// </summary>
internal static class Reject
{
    /// <summary>Tells the sender.</summary>
    public static void Send(Packet packet, RejectTarget reject, in HookState state)
    {
        if (reject.With == "tcp-reset")
            HostMessages.Reset(packet);
        else
            HostMessages.Unreachable(packet, Code(reject.With));
    }

    // Of ICMP; ICMPv6 says the same by other numbers.
    private static int Code(string with) => with switch
    {
        "icmp-net-unreachable" => 0,
        "icmp-host-unreachable" => 1,
        "icmp-proto-unreachable" => 2,
        "icmp-net-prohibited" => 9,
        "icmp-host-prohibited" => 10,
        "icmp-admin-prohibited" or "icmp6-adm-prohibited" => 13,
        _ => 3, // port unreachable, the default
    };
}
