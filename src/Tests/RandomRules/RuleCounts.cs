using System.Text.RegularExpressions;

namespace Hooktrail.Tests.RandomRules;

/// <summary>How many packets each rule of a chain has seen, as the save commands print them with <c>-c</c>.</summary>
internal static partial class RuleCounts
{
    public static ImmutableDictionary<ChainId, ImmutableArray<long>> Read(Layer layer, string saved)
    {
        var counts = new Dictionary<ChainId, ImmutableArray<long>>();
        var table = "";
        foreach (var line in saved.Split('\n'))
            if (line.StartsWith('*'))
                table = line[1..];
            else if (Counted().Match(line) is { Success: true } rule)
            {
                var chain = new ChainId(layer, table, rule.Groups[2].Value);
                counts[chain] = counts.GetValueOrDefault(chain, []).Add(
                    long.Parse(rule.Groups[1].Value, CultureInfo.InvariantCulture));
            }

        return counts.ToImmutableDictionary();
    }

    [GeneratedRegex(@"\A\[(\d+):\d+\] -A (\S+)")]
    private static partial Regex Counted();
}
