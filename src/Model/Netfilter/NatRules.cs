
namespace Hooktrail.Model.Netfilter;

internal static class NatRules
{
    /// <summary>The chains of the tables nat, the base chains of type nat, and all chains that these call.</summary>
    public static IEnumerable<RuleChain> Of(RuleSet rules)
    {
        var reached = new HashSet<ChainId>(
            rules.BaseChains.Where(chain => chain.Base!.Type == "nat").Select(chain => chain.Id));
        var open = new Queue<ChainId>(reached);
        while (open.TryDequeue(out var id))
            foreach (var rule in rules.Find(id)?.Rules ?? [])
                if (rule.Target is JumpTarget jump && reached.Add(id with { Name = jump.Chain }))
                    open.Enqueue(id with { Name = jump.Chain });
        return rules.Chains.Where(chain =>
            chain.Id is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "nat" } || reached.Contains(chain.Id));
    }

    /// <summary>
    /// Whether a rule can decide anything. One that only counts cannot, nor one that calls a chain without such rules.
    /// </summary>
    public static bool Decides(Rule rule, ChainId chain, RuleSet rules) => rule.Target switch
    {
        ContinueTarget => false,
        JumpTarget jump =>
            rules.Find(chain with { Name = jump.Chain })?.Rules.Any(called => Decides(called, chain, rules)) ?? true,
        _ => true,
    };

    /// <summary>
    /// Whether the order of two neighbours cannot matter: they decide the same, or no packet matches both.
    /// </summary>
    public static bool Commute(Rule one, Rule other, ChainId chain, RuleSet rules) =>
        Decisions(one, chain, rules).All(first => Decisions(other, chain, rules).All(second =>
            first.Target == second.Target
            || first.Matches.Any(match => second.Matches.Any(with => Exclude(match, with)))));

    // A RETURN in a called chain decides nothing for the caller.
    private static IEnumerable<Rule> Decisions(Rule rule, ChainId chain, RuleSet rules) => rule.Target switch
    {
        ContinueTarget => [],
        JumpTarget { Goto: false } jump =>
            (rules.Find(chain with { Name = jump.Chain })?.Rules ?? [])
                .SelectMany(called => Decisions(called, chain, rules))
                .Where(called => called.Target is not ReturnTarget)
                .Select(called => called with { Matches = [.. rule.Matches, .. called.Matches] }),
        _ => [rule],
    };

    private static bool Exclude(Match one, Match other) => (one, other) switch
    {
        (ProtocolMatch { Negated: false } a, ProtocolMatch { Negated: false } b) => a.Protocol != b.Protocol,
        (PortMatch { Negated: false } a, PortMatch { Negated: false } b) =>
            a.Role == b.Role
            && a.Ranges.All(range => b.Ranges.All(with => range.Last < with.First || with.Last < range.First)),
        (AddressMatch a, AddressMatch b) when a.Role == b.Role =>
            Disjoint(a.Addresses, a.Negated, b.Addresses, b.Negated),
        (AddressTypeMatch { Negated: false } a, AddressTypeMatch { Negated: false } b) =>
            a.Role == b.Role && !a.Kinds().Any(b.Kinds().Contains),
        (DeviceMatch a, DeviceMatch b)
            when a.Role == b.Role && a.Devices.Concat(b.Devices).All(name => name[^1] is not ('+' or '*')) =>
            Disjoint(a.Devices, a.Negated, b.Devices, b.Negated),
        _ => false,
    };

    private static bool Disjoint(
        ImmutableArray<string> one, bool butOne, ImmutableArray<string> other, bool butOther) =>
        (butOne, butOther) switch
        {
            (false, false) => !one.Any(other.Contains),
            (false, true) => one.All(other.Contains),
            (true, false) => other.All(one.Contains),
            _ => false,
        };
}
