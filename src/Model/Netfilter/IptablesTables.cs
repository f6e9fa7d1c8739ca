namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The chains of raw, mangle, filter and security at the IPv4 and IPv6 hooks; net/ipv4/netfilter/iptable_*.c and
/// net/ipv6/netfilter/ip6table_*.c for the legacy backend, iptables' nft.c (<c>xtables_ipv4</c>, <c>xtables_ipv6</c>)
/// for nft. Those of nat are asked by the NAT core: see <see cref="NatChains"/>.
/// </summary>
internal static class IptablesTables
{
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile) =>
        from points in new[]
        {
            (Family: Family.IPv4, Points: HookPoints.Iptables),
            (Family: Family.IPv6, Points: HookPoints.Ip6tables),
        }
        from point in points.Points
        where point.Table != "nat"
        let hook = HookOf(point.Chain)
        select new HookRegistration(
            points.Family, hook, Priority(point.Table, profile.Iptables), point.ToString(),
            FunctionOf(new(point, profile.Rules)))
        {
            Points = [point],
        };

    private static HookFunction FunctionOf(Chain chain) =>
        chain.Point is { Table: "mangle", Chain: "OUTPUT" } ? Ip.Rerouting.After(chain) : chain.Filter;

    public static Hook HookOf(string chain) => chain switch
    {
        "PREROUTING" => Hook.PreRouting,
        "INPUT" => Hook.LocalIn,
        "FORWARD" => Hook.Forward,
        "OUTPUT" => Hook.LocalOut,
        "POSTROUTING" => Hook.PostRouting,
        _ => throw new ArgumentOutOfRangeException(nameof(chain), chain, "not a built-in chain"),
    };

    private static int Priority(string table, Backend backend) => table switch
    {
        "raw" => IpPriority.Raw,
        "mangle" => IpPriority.Mangle,
        "filter" => IpPriority.Filter,
        "security" => backend == Backend.Nft ? IpPriority.SecurityOfIptablesNft : IpPriority.Security,
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "not a table of iptables"),
    };
}
