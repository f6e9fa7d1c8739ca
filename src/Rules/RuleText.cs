using Hooktrail.Rules.Reading;

namespace Hooktrail.Rules;

/// <summary>
/// The rules as the tools would print them if the host used the lab's names; reading them again gives the same rules.
/// </summary>
public static class RuleText
{
    public static IEnumerable<Layer> Layers(RuleSet rules) =>
        rules.Chains.Select(chain => chain.Id.Layer).Distinct().Order();

    public static ImmutableArray<string> Write(RuleSet rules, Layer layer)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var chains = rules.InOrder.Where(chain => chain.Id.Layer == layer).ToList();
        for (var from = 0; from < chains.Count;)
        {
            var table = chains[from].Id.Table;
            var count = chains.Skip(from).TakeWhile(chain => chain.Id.Table == table).Count();
            if (layer == Layer.Nftables)
                WriteNft(table, chains[from..(from + count)], lines);
            else
                WriteXtables(table, chains[from..(from + count)], lines);
            from += count;
        }

        return lines.ToImmutable();
    }

    /// <exception cref="HooktrailException">The lines are not of this tool.</exception>
    public static RuleSet Read(
        Layer layer, IEnumerable<string> lines, string source, ImmutableArray<IpSet> sets = default) =>
        layer == Layer.Nftables
            ? RuleReader.Nftables(lines, LabNamesAsTheyAre.Instance, source)
            : RuleReader.Xtables(layer, lines, LabNamesAsTheyAre.Instance, source, sets);

    /// <summary>The sets as <c>ipset save</c> would print them if the host used the lab's names.</summary>
    public static IEnumerable<string> Sets(RuleSet rules) => rules.Sets.SelectMany(set => set.Lines);

    /// <exception cref="HooktrailException">The lines are not of ipset.</exception>
    public static ImmutableArray<IpSet> ReadSets(IEnumerable<string> lines, string source) =>
        RuleReader.Sets(lines, LabNamesAsTheyAre.Instance, source);

    private static void WriteXtables(string table, List<RuleChain> chains, ImmutableArray<string>.Builder lines)
    {
        lines.Add($"*{table}");
        foreach (var chain in chains)
            if (chain.Policy == Policy.Drop || !ChainOrder.IsBuiltIn(chain.Id))
                lines.Add($":{chain.Id.Name} {PolicyOf(chain).ToUpperInvariant()}");
        foreach (var chain in chains)
            lines.AddRange(chain.Rules.Select(rule => rule.Text));
    }

    private static void WriteNft(string table, List<RuleChain> chains, ImmutableArray<string>.Builder lines)
    {
        var (family, name) = table.Split(' ', 2) is [var first, var second] ? (first, second) : ("ip", table);
        lines.Add($"table {family} {NftName(name)} {{");
        foreach (var chain in chains)
        {
            lines.Add($"  chain {NftName(chain.Id.Name)} {{");
            if (chain.Base is { } hook)
            {
                var device = hook.Device is null ? "" : $"device \"{hook.Device}\" ";
                var priority = hook.Priority.ToString(CultureInfo.InvariantCulture);
                lines.Add(
                    $"    type {hook.Type} hook {hook.Hook} {device}priority {priority}; policy {PolicyOf(chain)};");
                if (hook.BeforeBridges)
                    lines.Add($"    comment \"{NftReader.BeforeBridges}\"");
            }

            lines.AddRange(chain.Rules.Select(rule => rule.Text.Length == 0 ? "    counter" : $"    {rule.Text}"));
            lines.Add("  }");
        }

        lines.Add("}");
    }

    private static string NftName(string name) =>
        name.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.') && name is not ""
            ? name
            : $"\"{name}\"";

    private static string PolicyOf(RuleChain chain) => chain.Policy switch
    {
        Policy.Accept => "accept",
        Policy.Drop => "drop",
        _ => "-",
    };
}
