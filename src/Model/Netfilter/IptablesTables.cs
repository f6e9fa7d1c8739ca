using Hooktrail.Trails;

namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The chains of raw, mangle, nat, filter and security at the IPv4 hooks; net/ipv4/netfilter/iptable_*.c for the legacy
/// backend, iptables' nft.c (<c>xtables_ipv4</c>) for nft.
/// </summary>
internal static class IptablesTables
{
    /// <summary>Every chain that the tool offers, at the hook it is named after.</summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile) =>
        from point in HookPoints.Iptables
        let chain = new Chain(point, [.. profile.Rules.Where(rule => rule.At == point)])
        let hook = HookOf(point.Chain)
        let priority = Priority(point.Table, hook, profile.Iptables)
        select new HookRegistration(Family.IPv4, hook, priority, point.ToString(), FunctionOf(chain, hook));

    private static int Priority(string table, Hook hook, Backend backend) => table switch
    {
        "raw" => IpPriority.Raw,
        "mangle" => IpPriority.Mangle,
        "nat" => hook is Hook.PreRouting or Hook.LocalOut ? IpPriority.NatDestination : IpPriority.NatSource,
        "filter" => IpPriority.Filter,
        "security" => backend == Backend.Nft ? IpPriority.SecurityOfIptablesNft : IpPriority.Security,
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "not a table of iptables"),
    };

    /// <summary>
    /// A chain of nat is not asked by the hook itself but by the NAT core, and only where that sees fit.
    /// </summary>
    private static HookFunction FunctionOf(Chain chain, Hook hook) =>
        chain.Point.Table == "nat" ? new NatCore(chain, NatCore.ManipulationAt(hook)).Run : chain.Filter;

    private static Hook HookOf(string chain) => chain switch
    {
        "PREROUTING" => Hook.PreRouting,
        "INPUT" => Hook.LocalIn,
        "FORWARD" => Hook.Forward,
        "OUTPUT" => Hook.LocalOut,
        "POSTROUTING" => Hook.PostRouting,
        _ => throw new ArgumentOutOfRangeException(nameof(chain), chain, "not a chain of iptables"),
    };
}
