using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hooktrail.Trails.Json;

namespace Hooktrail.Kernels.Runs;

/// <summary>What came of the features on one guest.</summary>
/// <param name="Passed">Scenarios that passed.</param>
/// <param name="Failed">Scenarios that failed.</param>
/// <param name="Skipped">Scenarios that this guest could not run.</param>
/// <param name="Legs">Legs that were observed.</param>
/// <param name="Diverged">Legs that went otherwise than predicted or written, or of which the observers disagree.</param>
/// <param name="Inconclusive">Legs whose observation has a gap.</param>
public sealed partial record Counts(int Passed, int Failed, int Skipped, int Legs, int Diverged, int Inconclusive)
{
    /// <summary>Why scenarios were skipped, and how many for each reason, the most frequent first.</summary>
    public ImmutableArray<(string Reason, int Scenarios)> Reasons { get; init; } = [];

    /// <summary>Whether no scenario failed.</summary>
    public bool IsWithoutFault => Failed == 0 && Diverged == 0 && Inconclusive == 0;

    /// <summary>Whether every scenario that could run has passed, and there was one.</summary>
    public bool IsGood => IsWithoutFault && Passed > 0;

    /// <summary>Reads what a run of the features left in its folder; null where it left nothing.</summary>
    public static Counts? Of(string folder)
    {
        var said = Path.Combine(folder, "counts.txt");
        if (!File.Exists(said) || Scenarios().Match(File.ReadAllText(said)) is not { Success: true } match)
            return null;
        var verdicts = Verdicts(Path.Combine(folder, "trails.json"));
        return new(
            Number(1), Number(2), Number(3), verdicts.Length,
            verdicts.Count(verdict => verdict is LegVerdict.Disagreed or LegVerdict.ObserversDisagree),
            verdicts.Count(verdict => verdict == LegVerdict.Inconclusive))
        {
            Reasons = [.. SkippedFor(Path.Combine(folder, "messages.ndjson")).CountBy(reason => reason).OrderByDescending(pair => pair.Value).Select(pair => (pair.Key, pair.Value))],
        };

        int Number(int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private static ImmutableArray<LegVerdict?> Verdicts(string trails)
    {
        if (!File.Exists(trails))
            return [];
        using var stream = File.OpenRead(trails);
        return [.. TrailsJson.Read(stream, trails).Legs.Select(leg => leg.Verdict)];
    }

    // Of the steps of a skipped scenario the one that could not be done says why; those behind it say nothing.
    private static IEnumerable<string> SkippedFor(string messages) =>
        from line in File.Exists(messages) ? File.ReadLines(messages) : []
        where line.StartsWith("{\"testStepFinished\"", StringComparison.Ordinal)
        let message = Whole(line)
        where message is not null
        let result = message.RootElement.GetProperty("testStepFinished").GetProperty("testStepResult")
        where result.GetProperty("status").GetString() == "SKIPPED" && result.TryGetProperty("exception", out _)
        select result.GetProperty("exception").GetProperty("message").GetString();

    // Of a run that was ended, because a test hung, the last line may be half.
    private static JsonDocument? Whole(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // environments/prepare/tests.sh writes it.
    [GeneratedRegex("^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped")]
    private static partial Regex Scenarios();
}
