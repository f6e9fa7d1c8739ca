namespace Hooktrail.Comparison.Legs;

/// <summary>What comparing a leg of two runs gave.</summary>
public enum LegStatus
{
    /// <summary>Both trails are the same.</summary>
    Same,

    /// <summary>It comes about in both, by another trail or with another outcome.</summary>
    Changed,

    /// <summary>It comes about in the later run alone.</summary>
    Appeared,

    /// <summary>It came about in the earlier run alone.</summary>
    Gone,

    /// <summary>One of the runs says nothing of it: it was not sent there, or what was observed proves nothing.</summary>
    Incomparable,

    /// <summary>Neither run observed it; both only asked the model.</summary>
    PredictedOnly,
}

/// <summary>The names of what comparing a leg can give.</summary>
public static class LegStatuses
{
    private static readonly string[] Names = ["same", "changed", "appeared", "no longer possible", "cannot be compared", "predicted only"];

    /// <summary>The name in text and JSON.</summary>
    public static string Name(this LegStatus status) => Names[(int)status];

    /// <summary>Whether it is a difference between the runs.</summary>
    public static bool IsDifference(this LegStatus status) => status is LegStatus.Changed or LegStatus.Appeared or LegStatus.Gone;
}
