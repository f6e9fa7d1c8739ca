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

    /// <summary>What could not be read of the host.</summary>
    public ImmutableArray<NotKnown> NotKnown { get; init; } = [];

    /// <summary>Whether it is what the user expects; null if the model cannot tell.</summary>
    /// <param name="expected">The ending that is expected; null if any will do.</param>
    public bool? Meets(Ending? expected) => Answer.Ending is Ending.Unknown or Ending.Depends
        ? null
        : expected is null || expected == Answer.Ending;
}
