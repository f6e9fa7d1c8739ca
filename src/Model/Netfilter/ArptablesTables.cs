namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The chains of filter at the ARP hooks; net/ipv4/netfilter/arptable_filter.c for the legacy backend, iptables' nft.c
/// (<c>xtables_arp</c>) for nft, which has no FORWARD.
/// </summary>
internal static class ArptablesTables
{
    private const int FilterPriority = 0; // NF_IP_PRI_FILTER

    public static IEnumerable<HookRegistration> Registrations(HostProfile profile) =>
        from point in HookPoints.Arptables
        where profile.Iptables == Backend.Legacy || point.Chain != "FORWARD"
        select new HookRegistration(
            Family.Arp, IptablesTables.HookOf(point.Chain), FilterPriority, point.ToString(),
            new Chain(point, profile.Rules).Filter)
        {
            Points = [point],
        };
}
