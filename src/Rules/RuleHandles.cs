using System.Text.Json;

namespace Hooktrail.Rules;

/// <summary>
/// Each rule's place in its chain by its handle, of all tables of nf_tables, those of iptables-nft among them: the
/// kernel's trace names rules by handle, and users count them.
/// </summary>
public sealed class RuleHandles
{
    public static readonly RuleHandles None = new(new(), []);

    private readonly Dictionary<(string Family, string Table, string Chain, long Handle), int> _places;
    private readonly HashSet<(string Family, string Table, string Chain)> _chains;

    private RuleHandles(
        Dictionary<(string Family, string Table, string Chain, long Handle), int> places,
        HashSet<(string Family, string Table, string Chain)> chains) => (_places, _chains) = (places, chains);

    /// <param name="json">What <c>nft -j list ruleset</c> prints.</param>
    /// <exception cref="HooktrailException">The text is no such output.</exception>
    public static RuleHandles Of(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 128 });
            return Of(document.RootElement.GetProperty("nftables"));
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HooktrailException("The handles of rules are not what nft -j list ruleset prints.", wrong);
        }
    }

    /// <summary>Whether nf_tables has the chain; legacy tools keep theirs elsewhere.</summary>
    public bool Has(ChainId chain)
    {
        var (family, table) = TableOf(chain);
        return _chains.Contains((family, table, chain.Name));
    }

    /// <summary>The rule's place in the chain, from 1; null if the chain has no rule with the handle.</summary>
    public int? PlaceOf(ChainId chain, long handle)
    {
        var (family, table) = TableOf(chain);
        return _places.TryGetValue((family, table, chain.Name, handle), out var place) ? place : null;
    }

    /// <summary>
    /// Whether the same chains of the host have the same rules at the same places; observers' do not count.
    /// </summary>
    public bool IsSameAs(RuleHandles other)
    {
        var (own, others) = (OfHost().ToDictionary(), other.OfHost().ToDictionary());
        return own.Count == others.Count
            && own.All(one => others.TryGetValue(one.Key, out var place) && place == one.Value);
    }

    private IEnumerable<KeyValuePair<(string Family, string Table, string Chain, long Handle), int>> OfHost() =>
        _places.Where(one => !one.Key.Table.StartsWith("hooktrail-", StringComparison.Ordinal));

    private static RuleHandles Of(JsonElement objects)
    {
        var places = new Dictionary<(string, string, string, long), int>();
        var chains = new HashSet<(string, string, string)>();
        var lengths = new Dictionary<(string, string, string), int>();
        foreach (var one in objects.EnumerateArray().SelectMany(one => one.EnumerateObject()))
            if (one.Name == "chain")
                chains.Add((Word(one.Value, "family"), Word(one.Value, "table"), Word(one.Value, "name")));
            else if (one.Name == "rule")
            {
                var (family, table, chain) =
                    (Word(one.Value, "family"), Word(one.Value, "table"), Word(one.Value, "chain"));
                var place = lengths[(family, table, chain)] = lengths.GetValueOrDefault((family, table, chain)) + 1;
                places[(family, table, chain, one.Value.GetProperty("handle").GetInt64())] = place;
            }

        return new(places, chains);
    }

    private static string Word(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";

    private static (string Family, string Table) TableOf(ChainId chain)
    {
        if (chain.Layer != Layer.Nftables)
            return (chain.Layer.Family(), chain.Table);
        var space = chain.Table.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? ("", chain.Table) : (chain.Table[..space], chain.Table[(space + 1)..]);
    }
}
