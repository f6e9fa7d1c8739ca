using Hooktrail.Questions.Changes;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions;

/// <summary>A question, its answer, and all else that is told of them.</summary>
public sealed record CheckResult(Question Question, Answer Answer)
{
    /// <summary>The answer before the changes that the user asks about; null if there are none.</summary>
    public Answer? Before { get; init; }

    /// <summary>The changes that would turn the answer; null if they were not asked for.</summary>
    public SmallestChange? Change { get; init; }

    /// <summary>What a twin of the host did; null if none was asked.</summary>
    public Verified? Verified { get; init; }

    /// <summary>What could not be read of the host.</summary>
    public ImmutableArray<NotKnown> NotKnown { get; init; } = [];

    /// <summary>
    /// Whether it is what the user expects, and what the twin did; null if the model, or the twin, cannot tell.
    /// </summary>
    /// <param name="expected">The ending that is expected; null if any will do.</param>
    public bool? Meets(Ending? expected)
    {
        if (Verified is { Agrees: false })
            return false;
        if (Answer.Ending is Ending.Unknown or Ending.Depends)
            return null;
        return expected is not null && expected != Answer.Ending ? false
            : Verified is { Agrees: null } ? null
            : true;
    }
}
