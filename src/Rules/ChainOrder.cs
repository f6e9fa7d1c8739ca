using System.Collections.Frozen;

namespace Hooktrail.Rules;

/// <summary>
/// The order of tables and chains in lists. It is that of the tools' documents, since the kernel has none.
/// </summary>
internal static class ChainOrder
{
    private static readonly ImmutableArray<string> Tables = ["broute", "raw", "mangle", "nat", "filter", "security"];

    private static readonly FrozenDictionary<HookPoint, int> Places =
        HookPoints.All.Select((point, index) => (point, index)).ToFrozenDictionary(one => one.point, one => one.index);

    /// <summary>Base chains of nft keep their order.</summary>
    public static int Table(ChainId id) =>
        id.Layer == Layer.Nftables ? 0 : Tables.IndexOf(id.Table) is var index and >= 0 ? index : int.MaxValue;

    /// <summary>Users' chains come last.</summary>
    public static int BuiltIn(ChainId id) =>
        id.Layer == Layer.Nftables ? 0 : Places.GetValueOrDefault(new(id.Layer, id.Table, id.Name), int.MaxValue);

    public static bool IsBuiltIn(ChainId id) => Places.ContainsKey(new(id.Layer, id.Table, id.Name));
}
