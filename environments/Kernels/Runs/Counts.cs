using System.Text.Json;
using System.Text.RegularExpressions;
using Hooktrail.Records;

namespace Hooktrail.Kernels.Runs;

/// <summary>The features' result on one guest.</summary>
/// <remarks>
/// Passed, failed and skipped count scenarios. A diverged leg differs from the prediction or the feature, or the
/// observers disagree about it; an inconclusive leg has a gap in the observation, or the
/// model does not predict its end.
/// </remarks>
public sealed partial record Counts(int Passed, int Failed, int Skipped, int Legs, int Diverged, int Inconclusive)
{
    /// <summary>Why scenarios were skipped, the most frequent reason first.</summary>
    public ImmutableArray<(string Reason, int Scenarios)> Reasons { get; init; } = [];

    public bool IsWithoutFault => Failed == 0 && Diverged == 0 && Inconclusive == 0;

    /// <summary>Whether at least one scenario ran and all that ran have passed.</summary>
    public bool IsGood => IsWithoutFault && Passed > 0;

    /// <summary>Reads what a run left in its folder; null where it left nothing.</summary>
    public static Counts? Of(string folder)
    {
        var said = Path.Combine(folder, "counts.txt");
        if (!File.Exists(said) || Scenarios().Match(File.ReadAllText(said)) is not { Success: true } match)
            return null;
        var verdicts = Verdicts(Path.Combine(folder, "trails.json"));
        return new(
            Number(1), Number(2), Number(3), verdicts.Length,
            verdicts.Count(verdict => verdict is LegVerdict.Disagreed or LegVerdict.ObserversDisagree),
            verdicts.Count(verdict => verdict is LegVerdict.Inconclusive or LegVerdict.NotPredicted))
        {
            Reasons =
            [
                .. SkippedFor(Path.Combine(folder, "messages.ndjson"))
                    .CountBy(reason => reason)
                    .OrderByDescending(pair => pair.Value)
                    .Select(pair => (pair.Key, pair.Value))
            ],
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

    // In a skipped scenario, the step that could not run has the reason; the steps after it have none.
    private static IEnumerable<string> SkippedFor(string messages) =>
        from line in File.Exists(messages) ? File.ReadLines(messages) : []
        where line.StartsWith("{\"testStepFinished\"", StringComparison.Ordinal)
        let message = Whole(line)
        where message is not null
        let result = message.RootElement.GetProperty("testStepFinished").GetProperty("testStepResult")
        where result.GetProperty("status").GetString() == "SKIPPED" && result.TryGetProperty("exception", out _)
        select result.GetProperty("exception").GetProperty("message").GetString();

    // A run that was ended because a test hung may leave an incomplete last line.
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
