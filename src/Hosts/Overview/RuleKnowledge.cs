namespace Hooktrail.Hosts.Overview;

/// <summary>How far a prediction knows a rule.</summary>
public enum RuleKnowledge
{
    /// <summary>The model decides as the kernel does, or the rule has no effect.</summary>
    Modelled,

    /// <summary>A match depends on what no rule shows, so packets are predicted with and without it.</summary>
    BothWays,

    /// <summary>What a packet that reaches its target does next is not known.</summary>
    Unknown,
}

/// <summary>A rule that is not modelled, and which packets it is about.</summary>
/// <param name="Chain">Its chain.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Knowledge">Both ways, or unknown.</param>
/// <param name="What">The match or target that is not known, as the tool writes it.</param>
/// <param name="Flows">Which packets it is about, as far as its other matches tell.</param>
public sealed record OpenRule(ChainId Chain, Rule Rule, RuleKnowledge Knowledge, string What, string Flows);

/// <summary>The rules of one table, by how far they are known.</summary>
public sealed record TableCount(Layer Layer, string Table, int Chains, int Modelled, int BothWays, int Unknown)
{
    public int Rules => Modelled + BothWays + Unknown;
}

/// <summary>What the readers know of each rule.</summary>
public static class KnownRules
{
    public static RuleKnowledge Of(Rule rule) =>
        rule.Target is UnknownTarget ? RuleKnowledge.Unknown
        : rule.Matches.SelectMany(Unknown).Any() ? RuleKnowledge.BothWays
        : RuleKnowledge.Modelled;

    public static ImmutableArray<TableCount> ByTable(RuleSet rules) =>
    [
        .. rules.Chains.GroupBy(chain => (chain.Id.Layer, chain.Id.Table))
            .Select(table =>
            {
                var known = table.SelectMany(chain => chain.Rules).CountBy(Of).ToDictionary();
                return new TableCount(
                    table.Key.Layer, table.Key.Table, table.Count(),
                    known.GetValueOrDefault(RuleKnowledge.Modelled),
                    known.GetValueOrDefault(RuleKnowledge.BothWays),
                    known.GetValueOrDefault(RuleKnowledge.Unknown));
            })
            .OrderBy(count => count.Layer),
    ];

    /// <summary>The rules that are not modelled, in the order of the rule set.</summary>
    public static ImmutableArray<OpenRule> Open(RuleSet rules)
    {
        var paths = new ChainPaths(rules);
        return
        [
            .. from chain in rules.Chains
               from rule in chain.Rules
               let knowledge = Of(rule)
               where knowledge != RuleKnowledge.Modelled
               select new OpenRule(chain.Id, rule, knowledge, WhatOf(rule), RuleFlows.Of(rule, chain.Id, paths)),
        ];
    }

    private static string WhatOf(Rule rule) => rule.Target is UnknownTarget target
        ? target.Name
        : string.Join(", ", rule.Matches.SelectMany(Unknown).Distinct());

    private static IEnumerable<string> Unknown(Match match) => match switch
    {
        UnknownMatch unknown => [unknown.Name],
        AnyOfMatch any => any.Alternatives.SelectMany(alternative => alternative.SelectMany(Unknown)),
        _ => [],
    };
}
