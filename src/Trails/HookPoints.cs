using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>
/// The hook points that the tools offer: every built-in chain of every table. Where a hook point lies on a packet's way is
/// not said here; that is the model's business.
/// </summary>
public static class HookPoints
{
    /// <summary>
    /// Table and chains of ebtables; net/bridge/netfilter/ebtable_{broute,nat,filter}.c, <c>valid_hooks</c>.
    /// </summary>
    public static readonly ImmutableArray<HookPoint> Ebtables =
    [
        .. Of(Layer.Ebtables, "broute", "BROUTING"),
        .. Of(Layer.Ebtables, "nat", "PREROUTING", "OUTPUT", "POSTROUTING"),
        .. Of(Layer.Ebtables, "filter", "INPUT", "FORWARD", "OUTPUT"),
    ];

    /// <summary>
    /// Table and chains of iptables; net/ipv4/netfilter/iptable_{raw,mangle,nat,filter,security}.c, <c>valid_hooks</c>.
    /// </summary>
    public static readonly ImmutableArray<HookPoint> Iptables = [.. IpTables(Layer.Iptables)];

    private static readonly ImmutableArray<HookPoint> All = [.. Ebtables, .. Iptables, .. IpTables(Layer.Ip6tables)];

    /// <summary>Finds the hook point that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such layer or table, or the table has no such chain.</exception>
    public static HookPoint Parse(string layer, string table, string chain)
    {
        var family = Layers.Parse(layer);
        var tables = All.Where(point => point.Layer == family).ToLookup(point => point.Table, point => point.Chain);
        if (!tables.Contains(table))
            throw new HooktrailException(
                $"{family.Name()} has no table \"{table}\"; its tables are {string.Join(", ", tables.Select(t => t.Key))}.");
        if (!tables[table].Contains(chain))
            throw new HooktrailException(
                $"The table {table} of {family.Name()} has no chain \"{chain}\"; its chains are {string.Join(", ", tables[table])}.");
        return All.First(point => point.Layer == family && point.Table == table && point.Chain == chain);
    }

    private static IEnumerable<HookPoint> IpTables(Layer layer) =>
    [
        .. Of(layer, "raw", "PREROUTING", "OUTPUT"),
        .. Of(layer, "mangle", "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        .. Of(layer, "nat", "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
        .. Of(layer, "filter", "INPUT", "FORWARD", "OUTPUT"),
        .. Of(layer, "security", "INPUT", "FORWARD", "OUTPUT"),
    ];

    private static IEnumerable<HookPoint> Of(Layer layer, string table, params IEnumerable<string> chains) =>
        chains.Select(chain => new HookPoint(layer, table, chain));
}
