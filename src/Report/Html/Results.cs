using Hooktrail.Trails.Json;

namespace Hooktrail.Report.Html;

/// <summary>What came of a scenario or of a leg, in the words and signs of the report. Worse ones come later.</summary>
internal enum Result
{
    /// <summary>All was predicted, nothing observed.</summary>
    Predicted,

    /// <summary>It was observed, and nothing compared.</summary>
    Observed,

    /// <summary>It could not run on this host.</summary>
    Skipped,

    /// <summary>It passed, and no leg of it was compared.</summary>
    Passed,

    /// <summary>Feature, prediction and observation are the same.</summary>
    Agreed,

    /// <summary>It proves nothing.</summary>
    Inconclusive,

    /// <summary>Two observers contradict each other.</summary>
    ObserversDisagree,

    /// <summary>It failed for another reason than a trail.</summary>
    Failed,

    /// <summary>Trails part.</summary>
    Disagreed,
}

/// <summary>How results are written.</summary>
internal static class Results
{
    /// <summary>The word: also the value of data-result and of the filter.</summary>
    public static string Word(this Result result) => result switch
    {
        Result.Predicted => "predicted only",
        Result.ObserversDisagree => LegVerdict.ObserversDisagree.Name(),
        _ => result.ToString().ToLowerInvariant(),
    };

    /// <summary>The sign, so that colour is never the only one.</summary>
    public static string Sign(this Result result) => result switch
    {
        Result.Agreed or Result.Passed => "✓",
        Result.Disagreed or Result.Failed => "✗",
        Result.ObserversDisagree => "≠",
        Result.Inconclusive => "?",
        Result.Skipped => "–",
        Result.Observed => "●",
        _ => "○",
    };

    /// <summary>The class that gives it its colour.</summary>
    public static string Class(this Result result) => result switch
    {
        Result.Agreed or Result.Passed => "good",
        Result.Disagreed or Result.Failed or Result.ObserversDisagree => "bad",
        Result.Inconclusive => "doubt",
        _ => "none",
    };

    /// <summary>What came of a leg.</summary>
    public static Result Of(LegRecord leg) => leg.Verdict switch
    {
        LegVerdict.Agreed => Result.Agreed,
        LegVerdict.Disagreed => Result.Disagreed,
        LegVerdict.Inconclusive => Result.Inconclusive,
        LegVerdict.Skipped => Result.Skipped,
        LegVerdict.ObserversDisagree => Result.ObserversDisagree,
        _ => leg.Observed is not null ? Result.Observed : Result.Predicted,
    };
}
