using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions.Reach;

public enum Verdict
{
    /// <summary>The request arrives, and its answer too.</summary>
    Yes,

    No,

    /// <summary>It depends on a match that the model cannot decide.</summary>
    Depends,

    /// <summary>The model does not know, or the host could not be read.</summary>
    NotKnown,

    /// <summary>
    /// There is no such question: the source has no address of that version, or is the service itself.
    /// </summary>
    None,
}

/// <summary>What the model found.</summary>
/// <param name="Verdict">Whether it arrives.</param>
/// <param name="Ending">How it ends by the model; null where that was not asked.</param>
/// <param name="Says">The same in a sentence.</param>
/// <param name="Rule">The rule that turns it away; null if none does.</param>
public sealed record Found(Verdict Verdict, Ending? Ending, string Says, RuleStep? Rule = null);

/// <summary>Whether a source reaches a service.</summary>
/// <param name="Source">The column.</param>
/// <param name="Service">The row.</param>
/// <param name="Found">The answer.</param>
/// <param name="Question">What was asked; null for <see cref="Verdict.None"/>, and where nothing could be.</param>
public sealed record Cell(Source Source, Service Service, Found Found, Question? Question)
{
    public Verdict Verdict => Found.Verdict;

    public override string ToString() => $"{Source} → {Service}";
}
