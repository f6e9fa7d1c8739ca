
namespace Hooktrail.Model.Tests;

internal static class Hosts
{
    public static readonly HostProfile Open = HostProfile.Default with { Rules = RuleSet.Empty };

    /// <summary>A host with only these rules, each as <c>iptables filter -A FORWARD -j DROP</c>.</summary>
    public static HostProfile With(params string[] rules) => Open with { Rules = Rules(rules) };

    public static RuleSet Rules(params string[] rules) => rules
        .Select(rule => rule.Split(' ', 3))
        .GroupBy(words => Layers.Parse(words[0]))
        .Select(layer => RuleReader.Xtables(layer.Key, Saved(layer), LabNamesAsTheyAre.Instance, "the test"))
        .Aggregate(RuleSet.Empty, (all, more) => all.With(more));

    private static IEnumerable<string> Saved(IEnumerable<string[]> rules)
    {
        foreach (var table in rules.GroupBy(words => words[1]))
        {
            yield return $"*{table.Key}";
            foreach (var chain in table.Select(words => words[2].Split(' ')[1]).Distinct())
                yield return HookPoints.All.Any(point => point.Chain == chain) ? $":{chain} ACCEPT" : $":{chain} -";
            foreach (var words in table)
                yield return words[2];
            yield return "COMMIT";
        }
    }
}
