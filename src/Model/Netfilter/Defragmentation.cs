using Hooktrail.Trails.Accounts;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Conntrack needs whole packets. Fragments wait until the last has come, which goes on as the whole packet;
/// net/ipv4/netfilter/nf_defrag_ipv4.c and net/ipv6/netfilter/nf_defrag_ipv6_hooks.c.
/// </summary>
internal static class Defragmentation
{
    /// <summary>
    /// The packet is cut again where it leaves (<c>ip_finish_output</c>, <c>br_nf_dev_queue_xmit</c>).
    /// </summary>
    public static readonly Condition WasPutTogether = new(
        Statement.RefragmentLast, Place.Device, packet => packet.Reassembled > 1);

    private static readonly Condition IsFragment = new(
        Statement.DefragInPreRouting, Place.Conntrack, packet => packet.Fragment is not null);

    /// <summary><c>ipv4_conntrack_defrag</c>, <c>ipv6_defrag</c>.</summary>
    public static NfVerdict Gather(Packet packet, in HookState state) =>
        IsFragment.Holds(packet) && !Gather(packet) ? NfVerdict.Stolen : NfVerdict.Accept;

    /// <summary><c>ip_defrag</c>: true for the fragment that completes the packet.</summary>
    public static bool Gather(Packet packet)
    {
        var fragment = packet.Fragment!.Value;
        if (!packet.Connections.Completes(fragment))
            return false;
        packet.Reassembled = fragment.Of;
        packet.Fragment = null;
        return true;
    }
}
