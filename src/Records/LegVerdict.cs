namespace Hooktrail.Records;

public enum LegVerdict
{
    /// <summary>Feature, prediction and observation are the same.</summary>
    Agreed,

    Disagreed,

    /// <summary>The observation has a gap, so it proves nothing: neither a pass nor a failure.</summary>
    Inconclusive,

    /// <summary>The leg could not be run on this host.</summary>
    Skipped,

    /// <summary>Two observers of the same packet contradict each other; the model plays no part in this.</summary>
    ObserversDisagree,

    /// <summary>
    /// The model does not know how the leg ends, or whether it comes about; the observation does not contradict what it
    /// does know.
    /// </summary>
    NotPredicted,
}

public static class LegVerdicts
{
    private static readonly string[] Names =
        ["agreed", "disagreed", "inconclusive", "skipped", "observers disagree", "not predicted"];

    public static string Name(this LegVerdict verdict) => Names[(int)verdict];

    /// <exception cref="HooktrailException">There is no such verdict.</exception>
    public static LegVerdict Parse(string name) =>
        Array.IndexOf(Names, name) is var index and >= 0
            ? (LegVerdict)index
            : throw new HooktrailException($"Unknown verdict \"{name}\"; the verdicts are {string.Join(", ", Names)}.");
}
