namespace Hooktrail.Rules.Reading;

/// <summary>
/// The base chains that iptables-nft and its relatives make in nft (iptables, nft.c, <c>xtables_ipv4</c>).
/// </summary>
internal static class XtablesChains
{
    private static readonly
        ImmutableArray<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> All =
    [
        .. OfIp(NftFamily.Ip), .. OfIp(NftFamily.Ip6),
        .. Hooked(NftFamily.Arp, "filter", 0, "INPUT", "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "filter", -200, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "nat", -300, "PREROUTING"),
        .. Hooked(NftFamily.Bridge, "nat", 100, "OUTPUT"),
        .. Hooked(NftFamily.Bridge, "nat", 300, "POSTROUTING"),
        (NftFamily.Bridge, "broute", "BROUTING", "prerouting", int.MinValue),
    ];

    /// <summary>Whether a tool has a table of that name.</summary>
    public static bool IsTable(NftFamily family, string table) =>
        All.Any(one => one.Family == family && one.Table == table);

    /// <summary>Whether a base chain is where a tool would make it.</summary>
    public static bool Has(NftFamily family, string table, RuleChain chain) =>
        chain.Base is { } hook
        && (hook.Type == "nat") == (table == "nat" && family != NftFamily.Bridge)
        && All.Contains((family, table, chain.Id.Name, hook.Hook, hook.Priority));

    /// <summary>The tool whose tables these are.</summary>
    public static Layer LayerOf(NftFamily family) => family switch
    {
        NftFamily.Ip => Layer.Iptables,
        NftFamily.Ip6 => Layer.Ip6tables,
        NftFamily.Arp => Layer.Arptables,
        _ => Layer.Ebtables,
    };

    private static IEnumerable<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> OfIp(
        NftFamily family) =>
    [
        .. Hooked(family, "raw", -300, "PREROUTING", "OUTPUT"),
        .. Hooked(family, "mangle", -150, "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        .. Hooked(family, "nat", -100, "PREROUTING", "OUTPUT"),
        .. Hooked(family, "nat", 100, "INPUT", "POSTROUTING"),
        .. Hooked(family, "filter", 0, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(family, "security", 50, "INPUT", "FORWARD", "OUTPUT"),
        .. Hooked(family, "security", 150, "INPUT", "FORWARD", "OUTPUT"),
    ];

    private static IEnumerable<(NftFamily Family, string Table, string Chain, string Hook, int Priority)> Hooked(
        NftFamily family, string table, int priority, params IEnumerable<string> chains) =>
        chains.Select(chain => (family, table, chain, chain.ToLowerInvariant(), priority));
}
