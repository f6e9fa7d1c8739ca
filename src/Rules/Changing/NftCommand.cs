using System.Text.RegularExpressions;
using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules.Changing;

/// <summary>A command of nft that adds, inserts or deletes a rule, or gives a base chain a policy.</summary>
internal sealed partial class NftCommand(RuleSet rules, string command, INames names)
{
    private static readonly ImmutableArray<string> Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

    /// <param name="words">The words of the command, «nft» the first.</param>
    public RuleSet Apply(ImmutableArray<string> words)
    {
        if (words is ["nft", "add", "chain", ..])
            words = words.RemoveAt(1);
        if (words is ["nft", "chain", .. var ofChain])
            return WithPolicy(ofChain);
        if (words is not ["nft", "add" or "insert" or "delete", "rule", .. var ofRule])
            throw Wrong("is no change of a rule; it needs add rule, insert rule or delete rule, or chain with a policy, and for tables there is --nft");
        var (chain, family, table, spec) = In(ofRule, "rule");
        var number = 1;
        if (words[1] == "add")
            number = RuleChains.Last(chain) + 1;
        if (spec is ["handle", var text, .. var behind])
            (number, spec) = (NumberOf(chain, text) + (words[1] == "add" ? 1 : 0), behind);
        else if (words[1] == "delete")
            throw Wrong("deletes no rule; write handle and its number, which nft -a list ruleset shows");
        return RuleChains.With(rules, words[1] == "delete"
            ? RuleChains.Deleted(chain, number)
            : RuleChains.Inserted(chain, Read(chain, family, table, spec), number));
    }

    private (RuleChain Chain, string Family, string Table, ImmutableArray<string> Spec) In(
        ImmutableArray<string> words, string rest)
    {
        if (words.IsEmpty || !Families.Contains(words[0]))
            words = words.Insert(0, "ip");
        if (words is not [var family, var table, var name, .. var spec] || spec.IsEmpty)
            throw Wrong($"is not complete; write family, table, chain and {rest}");
        var chain = Find(family, table, name)
            ?? throw Wrong($"names the chain {family} {table} {name}, which this host does not have");
        return (chain, family, table, spec);
    }

    private RuleSet WithPolicy(ImmutableArray<string> words)
    {
        var (chain, _, _, spec) = In(words, "policy");
        if (Policies().Match(string.Join(' ', spec)) is not { Success: true, Groups: [_, var policy] })
            throw Wrong("is no policy of a chain; write { policy accept; } or { policy drop; } after its name");
        // net/netfilter/nf_tables_api.c, nf_tables_updchain.
        if (chain.Policy == Policy.None)
            throw Wrong($"gives a policy to {chain.Id.Name}, which is at no hook");
        return RuleChains.With(
            rules, chain with { Policy = policy.Value == "drop" ? Policy.Drop : Policy.Accept });
    }

    /// <summary>A chain of nft, or of a tool of iptables that has its rules in nft.</summary>
    private RuleChain? Find(string family, string table, string name) =>
        rules.Find(new(Layer.Nftables, $"{family} {table}", name))
        ?? rules.Chains.FirstOrDefault(chain => chain.Id.Layer != Layer.Nftables
            && chain.Id.Layer.Family() == family && chain.Id.Table == table && chain.Id.Name == name);

    private IEnumerable<Rule> Read(RuleChain chain, string family, string table, ImmutableArray<string> spec)
    {
        // The words lost their quotes, so the rule is read as it was written.
        var text = command[command.IndexOf(spec[0], CommandBefore(chain.Id.Name), StringComparison.Ordinal)..];
        var read = RuleReader.Nftables(
            [$"table {family} \"{table}\" {{", $"chain \"{chain.Id.Name}\" {{", text, "}", "}"], names, $"\"{command}\"");
        return read.Chains.Single().Rules.Select(rule => chain.Id.Layer == Layer.Nftables
            ? rule
            : NftLine.Text($"{family} {table}", chain.Id.Name, rule));
    }

    private int CommandBefore(string chain) => command.IndexOf(chain, StringComparison.Ordinal) + chain.Length;

    private int NumberOf(RuleChain chain, string handle) =>
        RuleChains.ByNumber(chain)
            .FirstOrDefault(rule => rule.First().Handle?.ToString(CultureInfo.InvariantCulture) == handle)?.Key
        ?? throw Wrong($"names the handle {handle}, which no rule of {chain.Id.Name} has");

    private HooktrailException Wrong(string what) => new($"\"{command}\" {what}.");

    [GeneratedRegex(@"^\{\s*policy\s+(accept|drop)\s*;?\s*\}$")]
    private static partial Regex Policies();
}
