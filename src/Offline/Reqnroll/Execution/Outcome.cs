using NUnit.Framework;

namespace Reqnroll.Offline.Execution;

/// <summary>What an exception of a step or hook means.</summary>
internal static class Outcome
{
    /// <summary>In the words of Cucumber Messages.</summary>
    public static ResultStatus Of(Exception error) => error switch
    {
        IgnoreException or InconclusiveException => ResultStatus.Skipped,
        PendingStepException => ResultStatus.Pending,
        AmbiguousBindingException => ResultStatus.Ambiguous,
        _ => ResultStatus.Failed,
    };

    /// <summary>In Reqnroll's words.</summary>
    public static ScenarioExecutionStatus ScenarioStatus(StepResult result) => result switch
    {
        { Status: ResultStatus.Passed } => ScenarioExecutionStatus.OK,
        { Status: ResultStatus.Pending } => ScenarioExecutionStatus.StepDefinitionPending,
        { Status: ResultStatus.Undefined } => ScenarioExecutionStatus.UndefinedStep,
        { Error: BindingException } => ScenarioExecutionStatus.BindingError,
        { Status: ResultStatus.Skipped } => ScenarioExecutionStatus.Skipped,
        _ => ScenarioExecutionStatus.TestError,
    };
}
