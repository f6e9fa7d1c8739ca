using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules.Changing;

/// <summary>A command of iptables or a relative.</summary>
internal sealed class XtablesCommand(RuleSet rules, Layer layer, string command, INames names)
{
    private string _table = "filter";

    /// <param name="words">The command without the tool.</param>
    public RuleSet Apply(ImmutableArray<string> words)
    {
        if (words.FirstOrDefault(word => word is "-t" or "--table") is { } option
            && words.IndexOf(option) is var at && at + 1 < words.Length)
            (_table, words) = (words[at + 1], words.RemoveRange(at, 2));
        // -w waits for a lock, which the model has not.
        if (words is ["-w" or "--wait", ..])
            words = words.RemoveAt(0);
        return words switch
        {
            ["-A" or "--append", var name, .. var spec] =>
                Changed(name, chain => RuleChains.Inserted(chain, Read(chain, spec), RuleChains.Last(chain) + 1)),
            ["-I" or "--insert", var name, var number, .. var spec] when Number(number) is { } place =>
                Changed(name, chain => RuleChains.Inserted(chain, Read(chain, spec), Existing(chain, place, more: 1))),
            ["-I" or "--insert", var name, .. var spec] =>
                Changed(name, chain => RuleChains.Inserted(chain, Read(chain, spec), 1)),
            ["-D" or "--delete", var name, var number] when Number(number) is { } place =>
                Changed(name, chain => RuleChains.Deleted(chain, Existing(chain, place, more: 0))),
            ["-D" or "--delete", var name, .. var spec] =>
                Changed(name, chain => RuleChains.Deleted(chain, NumberOf(chain, [.. Read(chain, spec)]))),
            ["-F" or "--flush", var name] => Changed(name, chain => chain with { Rules = [] }),
            ["-N" or "--new-chain", var name] => New(name),
            ["-P" or "--policy", var name, "ACCEPT" or "DROP"] => Changed(
                name, chain => chain with { Policy = words[2] == "DROP" ? Policy.Drop : Policy.Accept }),
            _ => throw Wrong("is no change of a rule; it needs -A, -I, -D, -F, -N or -P, and a chain"),
        };
    }

    private RuleSet Changed(string name, Func<RuleChain, RuleChain> change)
    {
        var id = new ChainId(layer, _table, name);
        var chain = rules.Find(id)
            ?? (ChainOrder.IsBuiltIn(id) ? new RuleChain(id, Policy.Accept, []) : null)
            ?? throw Wrong($"names the chain {name}, which the table {_table} of this host's {layer.Name()} does not have");
        return RuleChains.With(rules, change(chain));
    }

    private RuleSet New(string name)
    {
        var id = new ChainId(layer, _table, name);
        if (rules.Find(id) is not null || ChainOrder.IsBuiltIn(id))
            throw Wrong($"makes the chain {name}, which is there already");
        // A user's chain of ebtables accepts at its end, unless -P gives another policy.
        return RuleChains.With(rules, new(id, layer == Layer.Ebtables ? Policy.Accept : Policy.None, []));
    }

    private IEnumerable<Rule> Read(RuleChain chain, ImmutableArray<string> spec)
    {
        var reader = new XtablesReader(layer, names, "the rule", rules.Sets);
        return reader.One(
            new(chain.Id, spec, $"\"{command}\""), name => rules.Find(chain.Id with { Name = name }) is not null);
    }

    private int Existing(RuleChain chain, int number, int more) =>
        number >= 1 && number <= RuleChains.Last(chain) + more
            ? number
            : throw Wrong(
                $"names rule {number.ToString(CultureInfo.InvariantCulture)} of {chain.Id.Name}, which has {RuleChains.Last(chain).ToString(CultureInfo.InvariantCulture)}");

    private int NumberOf(RuleChain chain, ImmutableArray<Rule> wanted) =>
        RuleChains.ByNumber(chain).FirstOrDefault(one => IsSame([.. one], wanted))?.Key
        ?? throw Wrong($"names a rule that {chain.Id.Name} does not have");

    // A user may write a rule in another order than its tool prints it.
    private static bool IsSame(ImmutableArray<Rule> one, ImmutableArray<Rule> other) =>
        one.Length == other.Length && one.Zip(other).All(pair =>
            pair.First.Target == pair.Second.Target
            && pair.First.Matches.Length == pair.Second.Matches.Length
            && pair.First.Matches.All(pair.Second.Matches.Contains));

    private static int? Number(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private HooktrailException Wrong(string what) => new($"\"{command}\" {what}.");
}
