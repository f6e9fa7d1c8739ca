namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>The result of comparing a leg of two runs.</summary>
public enum LegStatus
{
    Same,

    /// <summary>In both runs, with another trail or another outcome.</summary>
    Changed,

    /// <summary>Only in the later run.</summary>
    Appeared,

    /// <summary>Only in the earlier run.</summary>
    Gone,

    /// <summary>One run has no result: the leg was not sent there, or the observation proves nothing.</summary>
    Incomparable,

    /// <summary>Neither run observed it; both only asked the model.</summary>
    PredictedOnly,
}

public static class LegStatuses
{
    private static readonly string[] Names =
        ["same", "changed", "appeared", "no longer possible", "cannot be compared", "predicted only"];

    /// <summary>The name in text and JSON.</summary>
    public static string Name(this LegStatus status) => Names[(int)status];

    public static bool IsDifference(this LegStatus status) =>
        status is LegStatus.Changed or LegStatus.Appeared or LegStatus.Gone;
}
