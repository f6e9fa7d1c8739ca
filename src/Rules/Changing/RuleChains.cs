namespace Hooktrail.Rules.Changing;

/// <summary>Chains with one rule more or less, numbered as their tool counts.</summary>
internal static class RuleChains
{
    /// <summary>How many rules the chain has; one of the tool may be several here.</summary>
    public static int Last(RuleChain chain) => Numbered(chain).Rules is [.., var last] ? last.Number : 0;

    /// <summary>The rules of the chain by their numbers.</summary>
    public static IEnumerable<IGrouping<int, Rule>> ByNumber(RuleChain chain) =>
        Numbered(chain).Rules.GroupBy(rule => rule.Number);

    /// <summary>The chain with a rule at the number; those from there on move up.</summary>
    public static RuleChain Inserted(RuleChain chain, IEnumerable<Rule> rule, int number)
    {
        var all = Numbered(chain).Rules;
        return chain with
        {
            Rules =
            [
                .. all.Where(one => one.Number < number),
                .. rule.Select(one => one with { Number = number }),
                .. all.Where(one => one.Number >= number).Select(one => one with { Number = one.Number + 1 }),
            ],
        };
    }

    /// <summary>The chain without the rule of that number; those behind it move down.</summary>
    public static RuleChain Deleted(RuleChain chain, int number)
    {
        var all = Numbered(chain).Rules;
        return chain with
        {
            Rules =
            [
                .. all.Where(one => one.Number < number),
                .. all.Where(one => one.Number > number).Select(one => one with { Number = one.Number - 1 }),
            ],
        };
    }

    /// <summary>The rules with the chain in place of the one that has its name, or at the end.</summary>
    public static RuleSet With(RuleSet rules, RuleChain chain) => rules with
    {
        Chains = rules.Find(chain.Id) is null
            ? rules.Chains.Add(chain)
            : [.. rules.Chains.Select(one => one.Id == chain.Id ? chain : one)],
    };

    private static RuleChain Numbered(RuleChain chain) => chain.Rules.All(rule => rule.Number > 0)
        ? chain
        : chain with { Rules = [.. chain.Rules.Select((rule, index) => rule with { Number = index + 1 })] };
}
