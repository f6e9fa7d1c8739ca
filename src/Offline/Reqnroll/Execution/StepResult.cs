using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>How a step or hook ended, in the words of Cucumber Messages.</summary>
internal enum ResultStatus
{
    Passed,
    Skipped,
    Pending,
    Undefined,
    Ambiguous,
    Failed,
}

/// <summary>How a step or hook ended.</summary>
internal sealed record StepResult(ResultStatus Status, TimeSpan Duration = default, Exception? Error = null)
{
    /// <summary>It was not run.</summary>
    public static StepResult Skipped { get; } = new(ResultStatus.Skipped);
}

/// <summary>A step or hook that a scenario is going to run.</summary>
/// <param name="Hook">The hook, or null for a step.</param>
/// <param name="Step">The step; for a hook around a step, too.</param>
/// <param name="Matches">The definitions that fit the step: one is right, none is undefined, more are ambiguous.</param>
internal sealed record PlannedStep(HookBinding? Hook, PickleStep? Step, IReadOnlyList<StepMatch> Matches);
