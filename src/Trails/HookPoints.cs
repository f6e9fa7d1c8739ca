namespace Hooktrail.Trails;

/// <summary>Every built-in chain of every table. The model knows their places on a packet's way.</summary>
public static class HookPoints
{
    /// <summary>net/bridge/netfilter/ebtable_{broute,nat,filter}.c, <c>valid_hooks</c>.</summary>
    public static readonly ImmutableArray<HookPoint> Ebtables =
    [
        .. Chains(Layer.Ebtables, "broute", "BROUTING"),
        .. Chains(Layer.Ebtables, "nat", "PREROUTING", "OUTPUT", "POSTROUTING"),
        .. Chains(Layer.Ebtables, "filter", "INPUT", "FORWARD", "OUTPUT"),
    ];

    /// <summary>net/ipv4/netfilter/iptable_{raw,mangle,nat,filter,security}.c, <c>valid_hooks</c>.</summary>
    public static readonly ImmutableArray<HookPoint> Iptables = [.. IpTables(Layer.Iptables)];

    public static readonly ImmutableArray<HookPoint> Ip6tables = [.. IpTables(Layer.Ip6tables)];

    /// <summary>
    /// Table and chains of arptables; net/ipv4/netfilter/arptable_filter.c. The nft backend has no FORWARD (iptables,
    /// nft.c, <c>xtables_arp</c>).
    /// </summary>
    public static readonly ImmutableArray<HookPoint> Arptables =
        [.. Chains(Layer.Arptables, "filter", "INPUT", "OUTPUT", "FORWARD")];

    /// <summary>Base chains of nft belong to users and are not listed.</summary>
    public static readonly ImmutableArray<HookPoint> All = [.. Ebtables, .. Iptables, .. Ip6tables, .. Arptables];

    /// <exception cref="HooktrailException">
    /// There is no such layer or table, or the table has no such chain.
    /// </exception>
    public static HookPoint Parse(string layer, string table, string chain)
    {
        // Users may create any chains with nft.
        if (Layers.Parse(layer) == Layer.Nftables)
            return new(Layer.Nftables, table, chain);

        var points = Of(Layers.Parse(layer), table);
        foreach (var point in points)
            if (point.Chain == chain)
                return point;
        throw new HooktrailException(
            $"The table {table} of {layer} has no chain \"{chain}\"; its chains are {string.Join(", ", points.Select(point => point.Chain))}.");
    }

    public static ImmutableArray<HookPoint> Of(Layer layer) => [.. All.Where(point => point.Layer == layer)];

    /// <exception cref="HooktrailException">The layer has no such table.</exception>
    public static ImmutableArray<HookPoint> Of(Layer layer, string table)
    {
        var points = Of(layer).Where(point => point.Table == table).ToImmutableArray();
        return points.IsEmpty ? throw NoTable(layer, table) : points;
    }

    private static HooktrailException NoTable(Layer layer, string table) => new(
        $"{layer.Name()} has no table \"{table}\"; its tables are {string.Join(", ", Of(layer).Select(point => point.Table).Distinct())}.");

    private static IEnumerable<HookPoint> IpTables(Layer layer) =>
    [
        .. Chains(layer, "raw", "PREROUTING", "OUTPUT"),
        .. Chains(layer, "mangle", "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        .. Chains(layer, "nat", "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
        .. Chains(layer, "filter", "INPUT", "FORWARD", "OUTPUT"),
        .. Chains(layer, "security", "INPUT", "FORWARD", "OUTPUT"),
    ];

    private static IEnumerable<HookPoint> Chains(Layer layer, string table, params IEnumerable<string> chains) =>
        chains.Select(chain => new HookPoint(layer, table, chain));
}
