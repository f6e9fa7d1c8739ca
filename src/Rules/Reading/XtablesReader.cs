namespace Hooktrail.Rules.Reading;

internal sealed class XtablesReader(Layer layer, INames names, string source, ImmutableArray<IpSet> sets)
{
    private readonly NameTranslation _translation = new(names);
    private IpSets _sets = IpSets.None;

    /// <exception cref="HooktrailException">A line is not of such a tool.</exception>
    public ImmutableArray<RuleChain> Read(IEnumerable<string> lines)
    {
        var (chains, rules) = Lines(lines);
        return Assemble(chains, rules);
    }

    /// <summary>The chains that are declared, and the rules as they are written.</summary>
    /// <exception cref="HooktrailException">A line is not of such a tool.</exception>
    public (List<(ChainId Id, Policy Policy)> Chains, List<XtablesLine> Rules) Lines(IEnumerable<string> lines)
    {
        var chains = new List<(ChainId Id, Policy Policy)>();
        var rules = new List<XtablesLine>();
        var table = "filter";
        var number = 0;
        foreach (var line in lines)
        {
            var where = $"{source}, line {++number}";
            var tokens = RuleTokens.Split(line);
            if (tokens.IsEmpty || tokens[0].StartsWith('#') || tokens[0] == "COMMIT")
                continue;
            if (tokens[0].StartsWith('*'))
                table = tokens[0][1..];
            else if (tokens[0].StartsWith(':'))
                chains.Add(Declared(table, tokens, where));
            else if (NftLine.Of(layer, table, line, where) is { } nft)
                rules.Add(nft);
            else
                Command(table, tokens, where, chains, rules);
        }

        _sets = IpSets.Of(IpSets.Unchanged(
            sets, rules.Where(rule => !rule.Tokens.IsDefault).Select(rule => rule.Tokens)));
        return (chains, rules);
    }

    private (ChainId Id, Policy Policy) Declared(string table, ImmutableArray<string> tokens, string where) =>
        (new(layer, table, tokens[0][1..]), tokens.ElementAtOrDefault(1) switch
        {
            "ACCEPT" => Policy.Accept,
            "DROP" => Policy.Drop,
            "-" or "RETURN" => Policy.None,
            var other => throw new HooktrailException(
                $"{where}: the chain {tokens[0][1..]} has the policy \"{other}\", which is neither ACCEPT, DROP nor -; give the output of {layer.Name()}-save as it is."),
        });

    /// <summary>A rule, or one of the commands that <c>iptables -S</c> prints and people write into scripts.</summary>
    private void Command(
        string table, ImmutableArray<string> tokens, string where,
        List<(ChainId Id, Policy Policy)> chains, List<XtablesLine> rules)
    {
        // With --counters a rule begins with [packets:bytes].
        var rest = tokens[0].StartsWith('[') || IsTool(tokens[0]) ? tokens.RemoveAt(0) : tokens;
        if (rest is ["-t" or "--table", var named, ..])
            (table, rest) = (named, rest[2..]);
        switch (rest)
        {
            case ["-A" or "--append", var chain, ..]:
                rules.Add(new(new(layer, table, chain), rest[2..], where));
                break;
            case ["-I" or "--insert", var chain, var number, ..]
                when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var place):
                Insert(rules, new(new(layer, table, chain), rest[3..], where), place);
                break;
            case ["-I" or "--insert", var chain, ..]:
                Insert(rules, new(new(layer, table, chain), rest[2..], where), 1);
                break;
            case ["-N" or "--new-chain", var chain, "-P", var policy]:
                chains.Add(Declared(table, [":" + chain, policy], where));
                break;
            case ["-N" or "--new-chain", var chain]:
                // A user's chain of ebtables accepts at its end, unless -P gives another policy.
                chains.Add((new(layer, table, chain), layer == Layer.Ebtables ? Policy.Accept : Policy.None));
                break;
            case ["-P" or "--policy", var chain, var policy, ..]:
                chains.Add(Declared(table, [":" + chain, policy], where));
                break;
            default:
                throw new HooktrailException(
                    $"{where}: \"{string.Join(' ', tokens.Take(3))}\" begins no rule; give the output of {layer.Name()}-save as it is.");
        }
    }

    private bool IsTool(string word) =>
        word == layer.Name() || word == $"{layer.Name()}-nft" || word == $"{layer.Name()}-legacy";

    private static void Insert(List<XtablesLine> rules, XtablesLine rule, int number)
    {
        var places = rules.Index().Where(one => one.Item.Chain == rule.Chain).Select(one => one.Index).ToList();
        rules.Insert(number <= places.Count ? places[Math.Max(number, 1) - 1] : rules.Count, rule);
    }

    private ImmutableArray<RuleChain> Assemble(
        List<(ChainId Id, Policy Policy)> declared, List<XtablesLine> appended)
    {
        var order = new List<ChainId>();
        var policies = new Dictionary<ChainId, Policy>();
        var rules = new Dictionary<ChainId, ImmutableArray<Rule>.Builder>();
        foreach (var (id, policy) in declared.Concat(
            appended.Select(one => (one.Chain, BuiltIn(one.Chain) ? Policy.Accept : Policy.None))))
            if (policies.TryAdd(id, policy))
            {
                order.Add(id);
                rules.Add(id, ImmutableArray.CreateBuilder<Rule>());
            }

        var numbers = new Dictionary<ChainId, int>();
        foreach (var line in appended)
        {
            var number = numbers[line.Chain] = numbers.GetValueOrDefault(line.Chain) + 1;
            rules[line.Chain].AddRange(
                Rules(line, name => policies.ContainsKey(line.Chain with { Name = name }))
                    .Select(rule => rule with { Number = number }));
        }

        return Ordered(order.Select(id => new RuleChain(id, policies[id], rules[id].ToImmutable())));
    }

    /// <summary>
    /// The chains that say anything. The order of tables and chains changes no trail, and each backend prints another.
    /// </summary>
    public static ImmutableArray<RuleChain> Ordered(IEnumerable<RuleChain> chains) =>
    [
        .. chains
            .OrderBy(chain => ChainOrder.Table(chain.Id))
            .ThenBy(chain => ChainOrder.BuiltIn(chain.Id))
            .ThenBy(chain => chain.Id.Name, StringComparer.Ordinal)
            .Where(chain => !chain.Rules.IsEmpty || chain.Policy == Policy.Drop || !BuiltIn(chain.Id)),
    ];

    /// <summary>
    /// Reads a rule. A part that would have another meaning when its text in the lab's names is read again becomes
    /// unknown.
    /// </summary>
    public IEnumerable<Rule> Rules(XtablesLine line, Func<string, bool> isChain)
    {
        var (chain, tokens, where) = (line.Chain, line.Tokens, line.Where);
        if (line.Nft is { } nft)
            return NftLine.Read(chain, nft);
        var rules = new XtablesRule(chain, tokens, _translation, _sets, isChain, where).Read().ToList();
        return rules.All(rule => InLab(rule.Text).SequenceEqual([rule]))
            ? rules
            : new XtablesRule(chain, tokens, _translation, _sets, isChain, where, careful: true).Read();

        IEnumerable<Rule> InLab(string text) =>
            new XtablesRule(
                chain, RuleTokens.Split(text)[2..], _translation.OfWritten, _sets, isChain, where).Read();
    }

    /// <summary>Reads a rule that no tool has listed yet.</summary>
    public IEnumerable<Rule> One(XtablesLine line, Func<string, bool> isChain)
    {
        _sets = IpSets.Of(IpSets.Unchanged(sets, [line.Tokens]));
        return Rules(line, isChain);
    }

    private static bool BuiltIn(ChainId id) => ChainOrder.IsBuiltIn(id);
}
