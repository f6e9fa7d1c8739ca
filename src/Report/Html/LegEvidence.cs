using System.Collections.Immutable;
using Hooktrail.Trails.Json;

namespace Hooktrail.Report.Html;

/// <summary>One record that a hop was read from.</summary>
internal sealed record LegEvidence(int Hop, string Channel, ulong Number, string Line)
{
    public static ImmutableArray<LegEvidence> Of(LegRecord leg)
    {
        var read = ImmutableArray.CreateBuilder<LegEvidence>();
        foreach (var (index, line) in leg.Evidence.Index())
        {
            var words = line.Split(' ', 2);
            read.Add(words.Length == 2 && words[0].StartsWith('#') && ulong.TryParse(words[0].AsSpan(1), out var number)
                ? new(index + 1, "nflog", number, words[1])
                : new(index + 1, "kernel log", 0, line));
        }
        return read.ToImmutable();
    }

    public static string? Example(ScenarioTitle title) => null;
}
