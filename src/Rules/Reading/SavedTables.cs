namespace Hooktrail.Rules.Reading;

/// <summary>What a save tool printed of the tables of one layer.</summary>
internal sealed class SavedTables
{
    private readonly XtablesReader _reader;
    private readonly Dictionary<ChainId, Policy> _policies;
    private readonly ILookup<ChainId, XtablesLine> _rules;

    private SavedTables(XtablesReader reader, List<(ChainId Id, Policy Policy)> chains, List<XtablesLine> rules)
    {
        _reader = reader;
        _policies = chains.DistinctBy(chain => chain.Id).ToDictionary(chain => chain.Id, chain => chain.Policy);
        _rules = rules.ToLookup(rule => rule.Chain);
    }

    /// <exception cref="HooktrailException">A line is not of such a tool.</exception>
    public static SavedTables Read(
        Layer layer, IEnumerable<string> lines, INames names, string source, ImmutableArray<IpSet> sets)
    {
        var reader = new XtablesReader(layer, names, source, sets);
        var (chains, rules) = reader.Lines(lines);
        return new(reader, chains, rules);
    }

    /// <summary>Null if the tool did not print the chain.</summary>
    public ImmutableArray<XtablesLine>? RulesOf(ChainId chain) =>
        _policies.ContainsKey(chain) ? [.. _rules[chain]] : null;

    public Policy PolicyOf(ChainId chain) => _policies.GetValueOrDefault(chain);

    public ImmutableArray<Rule> Read(XtablesLine line, Func<string, bool> isChain) =>
        [.. _reader.Rules(line, isChain)];
}
