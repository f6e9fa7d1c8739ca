namespace Hooktrail.Rules.Reading;

/// <summary>
/// Reads the tables of nft, also those that iptables-nft and its relatives share with nft. nft shows every rule of
/// them, and the save tools show the text that users know, but not what nft wrote: they leave out a lookup in a set
/// (<c>tcp dport { 80, 81 } drop</c> becomes <c>-p tcp -j DROP</c>), turn a range into one address, or refuse the table
/// (iptables 1.8.9, measured). On the other hand nft has no words for extensions of iptables.
/// </summary>
/// <param name="saved">What the save tools printed, by layer; tables of other layers are nft's own.</param>
/// <param name="translated">
/// The tables as nft prints them for people, with extensions of iptables in nft's words where it has any; empty if the
/// save tools printed all tables.
/// </param>
internal sealed class SharedTables(Dictionary<Layer, SavedTables> saved, ImmutableArray<NftTable> translated)
{
    public IEnumerable<RuleChain> Read(NftTable table)
    {
        var ofTools = ChainsOfTools(table);
        // A chain of a tool that a chain of nft calls too is both: each layer has its own chains.
        var ofNft = table.Chains.Select(chain => chain.Id.Name).Where(name => !ofTools.Contains(name)).ToList();
        if (ofTools.Count > 0)
            ofNft = [.. Reached(table, ofNft)];
        foreach (var chain in table.Chains.Where(chain => ofNft.Contains(chain.Id.Name) && !IsMark(chain)))
            yield return chain with { Base = WithDevice(table, chain), Rules = [.. OfNft(table, chain.Id.Name)] };
        foreach (var chain in XtablesReader.Ordered(
            table.Chains.Where(chain => ofTools.Contains(chain.Id.Name) && !IsMark(chain))
                .Select(chain => OfTool(table, chain))))
            yield return chain;
    }

    // The JSON of nft 1.0.6 has no device of an ingress chain of family inet.
    private BaseChain? WithDevice(NftTable table, RuleChain chain) =>
        chain.Base is { Hook: "ingress" or "egress", Device: null }
        && translated.FirstOrDefault(one => one.Name == table.Name) is { } listed
            ? listed.Chains.FirstOrDefault(one => one.Id == chain.Id)?.Base ?? chain.Base
            : chain.Base;

    // A chain by whose name a run marks what it made in a table.
    private static bool IsMark(RuleChain chain) =>
        chain.Base is null && chain.Id.Name.StartsWith("hooktrail", StringComparison.Ordinal);

    /// <summary>
    /// The chains where a tool has its own, the chains that these call, and those that no chain calls. A table with
    /// none of them is nft's, whatever its name.
    /// </summary>
    private HashSet<string> ChainsOfTools(NftTable table)
    {
        if (!XtablesChains.IsTable(table.Family, table.OwnName)
            || !saved.ContainsKey(XtablesChains.LayerOf(table.Family)))
            return [];
        var theirs = table.Chains.Where(chain => XtablesChains.Has(table.Family, table.OwnName, chain)).ToList();
        var others = table.Chains.Where(chain => chain.Base is not null).Except(theirs).ToList();
        if (theirs.Count == 0 && others.Count > 0)
            return [];
        var called = Reached(table, theirs.Select(chain => chain.Id.Name));
        var calledByOthers = Reached(table, others.Select(chain => chain.Id.Name));
        return
        [
            .. table.Chains.Select(chain => chain.Id.Name)
                .Where(name => called.Contains(name) || !calledByOthers.Contains(name)),
        ];
    }

    private static HashSet<string> Reached(NftTable table, IEnumerable<string> from)
    {
        var reached = from.ToHashSet();
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var name))
            foreach (var called in table.Called(name).Where(reached.Add))
                open.Enqueue(called);
        return reached;
    }

    private IEnumerable<Rule> OfNft(NftTable table, string chain)
    {
        var rules = table.Written(chain);
        var inWords = translated.FirstOrDefault(one => one.Name == table.Name)?.Written(chain);
        return rules.SelectMany((rule, at) => table.Read(
            !HasExtension(rule) ? rule
            : inWords?.Count == rules.Count && !HasExtension(inWords[at]) ? [.. WithHandle(rule, inWords[at])]
            : Unshown(table, rule)).Select(one => one with { Number = at + 1 }));
    }

    private static IEnumerable<NftToken> WithHandle(ImmutableArray<NftToken> rule, ImmutableArray<NftToken> inWords) =>
        inWords.Select((token, at) => at == 0 ? token with { Handle = rule[0].Handle } : token);

    private RuleChain OfTool(NftTable table, RuleChain chain)
    {
        var layer = XtablesChains.LayerOf(table.Family);
        var from = saved[layer];
        var id = new ChainId(layer, table.OwnName, chain.Id.Name);
        var (rules, policy) = (table.Written(chain.Id.Name), chain.Policy);
        // ebtables-nft keeps the policy of a user's chain as a last rule, which it does not print (nft-bridge.c,
        // ebt_add_policy_rule).
        if (layer == Layer.Ebtables && chain.Base is null && from.PolicyOf(id) is not Policy.None and var kept)
            (rules, policy) = ([.. rules.SkipLast(1)], kept);
        return new(id, policy, [.. Joined(table, id, rules, from)]);
    }

    private IEnumerable<Rule> Joined(
        NftTable table, ChainId id, IReadOnlyList<ImmutableArray<NftToken>> rules, SavedTables from)
    {
        bool IsChain(string name) => table.Chains.Any(chain => chain.Id.Name == name);
        var lines = from.RulesOf(id) is { } printed && printed.Length == rules.Count ? printed : default;
        var pairs = rules.Select((rule, at) =>
            (Nft: rule, Saved: lines.IsDefault ? default : from.Read(lines[at], IsChain))).ToList();
        if (lines.IsDefault)
            return OfNft(table, id.Name).Select(one => NftLine.Text(table, id.Name, one));
        // A save with as many lines has them in the same order. Only a line that says something else is not its rule's.
        return pairs.SelectMany((pair, at) => (IsLike(table, pair.Nft, pair.Saved)
            ? Better(pair.Nft, Read(pair.Nft), pair.Saved)
            : Read(Unshown(table, pair.Nft))).Select(one => one with { Number = at + 1 }));

        ImmutableArray<Rule> Read(ImmutableArray<NftToken> rule) =>
            [.. table.Read(rule).Select(one => NftLine.Text(table, id.Name, one))];
    }

    /// <summary>Whether the rules may be the same: the save has all that can be read of nft's.</summary>
    private static bool IsLike(NftTable table, ImmutableArray<NftToken> nft, ImmutableArray<Rule> saved) =>
        !HasExtension(nft)
        || saved.IsEmpty
        || table.Read([.. nft.TakeWhile(token => !token.Is("xt"))])
            .All(one => one.Matches.All(match =>
                match is UnknownMatch || saved.Any(rule => rule.Matches.Any(other => IsSame(match, other)))));

    private static ImmutableArray<Rule> Better(
        ImmutableArray<NftToken> tokens, ImmutableArray<Rule> nft, ImmutableArray<Rule> saved) =>
        HasExtension(tokens) || IsSame(nft, saved) ? saved : nft;

    private static bool HasExtension(ImmutableArray<NftToken> rule) => rule.Any(token => token.Is("xt"));

    /// <summary>The rule with a name for each extension, which no tool showed.</summary>
    private static ImmutableArray<NftToken> Unshown(NftTable table, ImmutableArray<NftToken> rule)
    {
        var tool = XtablesChains.LayerOf(table.Family).Name();
        var tokens = ImmutableArray.CreateBuilder<NftToken>();
        for (var at = 0; at < rule.Length; at++)
            if (rule[at].Is("xt") && at + 2 < rule.Length && !NftRule.IsWithoutEffect(rule[at + 2].Text))
            {
                var word = rule[at + 1].Is("match") ? NftRule.UnreadableMatch : NftRule.Unreadable;
                tokens.Add(rule[at] with { Text = word });
                tokens.Add(rule[at] with
                {
                    Text = $"{rule[at + 2].Text} in {table.Name}, whose rules {tool}-save does not show one by one",
                    Quoted = true,
                });
                at += 2;
            }
            else
            {
                tokens.Add(rule[at]);
            }

        return tokens.ToImmutable();
    }

    private static bool IsSame(ImmutableArray<Rule> nft, ImmutableArray<Rule> saved) =>
        nft.Length == saved.Length && nft.Zip(saved).All(pair => IsSame(pair.First, pair.Second));

    private static bool IsSame(Rule nft, Rule saved) =>
        (nft.Target == saved.Target || nft.Target is ContinueTarget && saved.Target is ContinueTarget)
        && nft.Matches.OfType<UnknownMatch>().Count() == saved.Matches.OfType<UnknownMatch>().Count()
        && nft.Matches.All(match => saved.Matches.Any(other => IsSame(match, other)))
        && saved.Matches.All(match => nft.Matches.Any(other => IsSame(other, match)));

    private static bool IsSame(Match nft, Match saved) => (nft, saved) switch
    {
        (DeviceMatch one, DeviceMatch other) => Plain(one) == Plain(other),
        // The tools have different names for what the model does not know.
        (UnknownMatch, UnknownMatch) => true,
        _ => nft == saved,
    };

    // iptables writes eth+ where nft has eth*.
    private static DeviceMatch Plain(DeviceMatch match) =>
        match with
        {
            Devices = [.. match.Devices.Select(device => device is [.. var name, '+'] ? $"{name}*" : device)],
        };
}
