namespace Hooktrail.Namespaces;

/// <summary>The sysctls that a switch of a host is.</summary>
internal static class SwitchSysctls
{
    /// <param name="one">The switch.</param>
    /// <param name="devices">
    /// Where a switch that each device has is set: <c>all</c> and names. The kernel takes the greater value of
    /// <c>all</c> and the device, and for redirects and route_localnet either, so that off has to be said of both
    /// (include/linux/inetdevice.h, IN_DEV_MAXCONF, IN_DEV_ORCONF).
    /// </param>
    /// <returns>Paths below /proc/sys; none for a switch that is no sysctl.</returns>
    public static ImmutableArray<string> Of(Switch one, IEnumerable<string> devices) => one.Name switch
    {
        "bridge-nf-call-iptables" or "bridge-nf-call-ip6tables" or "bridge-nf-call-arptables"
            or "bridge-nf-filter-vlan-tagged" or "bridge-nf-filter-pppoe-tagged" => [$"net/bridge/{one.Name}"],
        "ip_forward" => ["net/ipv4/ip_forward"],
        "ip6_forward" => ["net/ipv6/conf/all/forwarding"],
        "rp_filter" or "send_redirects" or "route_localnet" =>
            [.. devices.Select(device => $"net/ipv4/conf/{device}/{one.Name}")],
        _ => [],
    };
}
