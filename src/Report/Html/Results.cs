using Hooktrail.Records;

namespace Hooktrail.Report.Html;

/// <summary>The result of a scenario or a leg. Worse results come later.</summary>
internal enum Result
{
    /// <summary>Nothing was observed.</summary>
    Predicted,

    /// <summary>It was observed, and nothing was compared.</summary>
    Observed,

    /// <summary>It cannot run on this host.</summary>
    Skipped,

    /// <summary>It passed, and none of its legs was compared.</summary>
    Passed,

    /// <summary>Feature, prediction and observation are the same.</summary>
    Agreed,

    /// <summary>The model does not know how it ends.</summary>
    NotPredicted,

    /// <summary>The observation proves nothing.</summary>
    Inconclusive,

    ObserversDisagree,

    /// <summary>It failed for another reason than a trail.</summary>
    Failed,

    /// <summary>The trails part.</summary>
    Disagreed,
}

internal static class Results
{
    /// <summary>Also the value of data-result and of the filter.</summary>
    public static string Word(this Result result) => result switch
    {
        Result.Predicted => "predicted only",
        Result.ObserversDisagree => LegVerdict.ObserversDisagree.Name(),
        Result.NotPredicted => LegVerdict.NotPredicted.Name(),
        _ => result.ToString().ToLowerInvariant(),
    };

    /// <summary>Colour must never be the only sign.</summary>
    public static string Sign(this Result result) => result switch
    {
        Result.Agreed or Result.Passed => "✓",
        Result.Disagreed or Result.Failed => "✗",
        Result.ObserversDisagree => "≠",
        Result.Inconclusive or Result.NotPredicted => "?",
        Result.Skipped => "–",
        Result.Observed => "●",
        _ => "○",
    };

    /// <summary>The CSS class of its colour.</summary>
    public static string Class(this Result result) => result switch
    {
        Result.Agreed or Result.Passed => "good",
        Result.Disagreed or Result.Failed or Result.ObserversDisagree => "bad",
        Result.Inconclusive or Result.NotPredicted => "doubt",
        _ => "none",
    };

    public static Result Of(LegRecord leg) => leg.Verdict switch
    {
        LegVerdict.Agreed when leg.Observed is not null => Result.Agreed,
        LegVerdict.Disagreed => Result.Disagreed,
        LegVerdict.Inconclusive => Result.Inconclusive,
        LegVerdict.Skipped => Result.Skipped,
        LegVerdict.ObserversDisagree => Result.ObserversDisagree,
        LegVerdict.NotPredicted => Result.NotPredicted,
        _ => leg.Observed is not null ? Result.Observed : Result.Predicted,
    };
}
