namespace Hooktrail.Rules.Reading;

/// <summary>
/// A rule that nft wrote into a chain of iptables-nft or a relative, as a command of nft:
/// <c>nft add rule ip filter INPUT tcp dport { 9998, 9999 } drop</c>. The tools have no words for it.
/// </summary>
internal static class NftLine
{
    private const string Command = "nft add rule ";

    public static Rule Text(NftTable table, string chain, Rule rule) => Text(table.Name, chain, rule);

    /// <param name="table">Family and name.</param>
    /// <param name="chain">The chain of the rule.</param>
    /// <param name="rule">The rule in nft's words.</param>
    public static Rule Text(string table, string chain, Rule rule) =>
        rule with { Text = $"{Command}{table} {chain} {(rule.Text.Length == 0 ? "counter" : rule.Text)}" };

    /// <summary>Null for any other line.</summary>
    public static XtablesLine? Of(Layer layer, string table, string line, string where)
    {
        if (!line.StartsWith(Command, StringComparison.Ordinal))
            return null;
        var words = line[Command.Length..].Split(' ', 4);
        return words is [var family, var name, var chain, var rule]
            && layer.Family() == family && name == table
            ? new(new(layer, table, chain), [], where) { Nft = rule }
            : null;
    }

    /// <summary>Reads the rule behind the command; it is in the lab's names.</summary>
    public static IEnumerable<Rule> Read(ChainId chain, string rule)
    {
        var family = chain.Layer.Family();
        var table = new NftTable(
            Enum.Parse<NftFamily>(family, ignoreCase: true), $"{family} {chain.Table}",
            new(LabNamesAsTheyAre.Instance));
        ImmutableArray<NftToken> tokens = [.. NftTokens.Split([rule]).Where(token => !token.Is("\n"))];
        return table.Read(tokens).Select(one => Text(table, chain.Name, one));
    }
}
