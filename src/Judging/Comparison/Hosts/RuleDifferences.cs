using Hooktrail.Judging.Explaining;

namespace Hooktrail.Judging.Comparison.Hosts;

internal static class RuleDifferences
{
    // The search tries each difference for each leg; a longer list would be unreadable,
    // and all rules together say more.
    private const int Most = 400;

    /// <summary>All rules as one difference, named after Docker's releases if these differ; null for none.</summary>
    public static HostDifference? Whole(HostProfile before, HostProfile after)
    {
        if (before.Rules == after.Rules)
            return null;
        var (was, now) = (Docker(before), Docker(after));
        var (removed, added) = (
            Lines(before.Rules).Except(Lines(after.Rules)).Count(),
            Lines(after.Rules).Except(Lines(before.Rules)).Count());
        var title = was != now ? $"the rules of {was} → those of {now}"
            : removed + added == 0 ? "the rules: a different order, or different chain policies"
            : $"the rules: {removed} removed, {added} added";
        return new(title, null, null, host => host.With(profile => profile with { Rules = after.Rules }));
    }

    /// <summary>Each rule removed or added, each policy, and each chain whose rules are only reordered.</summary>
    public static ImmutableArray<HostDifference> Parts(RuleSet before, RuleSet after)
    {
        ImmutableArray<HostDifference> parts =
        [
            .. before.Chains.Select(chain => chain.Id).Union(after.Chains.Select(chain => chain.Id))
                .SelectMany(id => OfChain(
                    before.Find(id) ?? Empty(after.Find(id)!), after.Find(id) ?? Empty(before.Find(id)!))),
        ];
        return parts.Length > Most ? [] : parts;
    }

    private static IEnumerable<HostDifference> OfChain(RuleChain before, RuleChain after)
    {
        if (before.Policy != after.Policy)
            yield return Change(
                $"the policy of {after.Id}: {Name(before.Policy)} → {Name(after.Policy)}",
                after.Id,
                chain => chain with { Policy = after.Policy },
                after);
        var gone = Left(before, after);
        var come = Left(after, before);
        foreach (var rule in gone.Distinct())
            yield return Change(
                $"the rule \"{Command(before.Id, rule.Text)}\" removed",
                before.Id,
                chain => chain with { Rules = chain.Rules.Remove(rule) },
                after);
        foreach (var rule in come.Distinct())
            yield return Change(
                $"the rule \"{Command(after.Id, rule.Text)}\" added",
                after.Id,
                chain => chain with { Rules = Added(chain.Rules, rule, after.Rules) },
                after);
        if (gone.Count + come.Count > 1
            || gone.Count + come.Count == 0 && !before.Rules.AsSpan().SequenceEqual(after.Rules.AsSpan()))
            yield return Change(
                $"the rules of {after.Id}", after.Id, chain => chain with { Rules = after.Rules }, after);
        if (before.Base != after.Base)
            yield return Change($"the place of {after.Id}", after.Id, chain => chain with { Base = after.Base }, after);
    }

    // The rules that only the first chain has, or has more often.
    private static List<Rule> Left(RuleChain one, RuleChain other) =>
        other.Rules.Aggregate(one.Rules.ToList(), (left, rule) =>
        {
            left.Remove(rule);
            return left;
        });

    // Inserts the rule after its nearest predecessor in the wanted order.
    private static ImmutableArray<Rule> Added(ImmutableArray<Rule> rules, Rule rule, ImmutableArray<Rule> wanted)
    {
        for (var before = wanted.IndexOf(rule) - 1; before >= 0; before--)
            if (rules.LastIndexOf(wanted[before]) is var place and >= 0)
                return rules.Insert(place + 1, rule);
        return rules.Insert(0, rule);
    }

    private static HostDifference Change(
        string title, ChainId id, Func<RuleChain, RuleChain> change, RuleChain model) =>
        new(title, null, null, host =>
            host.With(profile => profile with { Rules = Changed(profile.Rules, id, change, model) }));

    private static RuleSet Changed(RuleSet rules, ChainId id, Func<RuleChain, RuleChain> change, RuleChain model) =>
        rules.Find(id) is { } chain
            ? new(rules.Chains.Replace(chain, change(chain)))
            : new(rules.Chains.Add(change(Empty(model))));

    private static RuleChain Empty(RuleChain chain) => chain with
    {
        Rules = [],
        Policy = chain.Policy == Policy.None ? Policy.None : Policy.Accept,
    };

    private static string Docker(HostProfile host) => DockerSets.Nearest(host) is { } set ? set.Name : "no Docker";

    private static IEnumerable<(ChainId, string)> Lines(RuleSet rules) =>
        rules.Chains.SelectMany(chain => chain.Rules.Select(rule => (chain.Id, rule.Text)));

    private static string Name(Policy policy) => policy.ToString().ToUpperInvariant();

    private static string Command(ChainId id, string text) => id.Layer == Layer.Nftables
        ? $"nft add rule {id.Table} {id.Name} {text}"
        : $"{id.Layer.Name()} -t {id.Table} {text}";
}
