using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules.Changing;

/// <summary>A command of nft that adds, inserts or deletes a rule.</summary>
internal sealed class NftCommand(RuleSet rules, string command, INames names)
{
    private static readonly ImmutableArray<string> Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

    /// <param name="words">The words of the command, «nft» the first.</param>
    public RuleSet Apply(ImmutableArray<string> words)
    {
        if (words is not ["nft", "add" or "insert" or "delete", "rule", ..])
            throw Wrong("is no change of a rule; it needs add rule, insert rule or delete rule, and for tables there is --nft");
        var rest = words[3..];
        if (rest.IsEmpty || !Families.Contains(rest[0]))
            rest = rest.Insert(0, "ip");
        if (rest is not [var family, var table, var name, .. var spec] || spec.IsEmpty)
            throw Wrong("is not complete; write family, table, chain and rule");
        var chain = Find(family, table, name)
            ?? throw Wrong($"names the chain {family} {table} {name}, which this host does not have");
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
}
