using System.Runtime.ExceptionServices;
using Reqnroll.BoDi;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>One scenario: its hooks and steps in order, and what becomes of them.</summary>
internal sealed class ScenarioRun
{
    private readonly TestRun run;
    private readonly Pickle pickle;
    private readonly ObjectContainer container;
    private readonly ScenarioContext context;
    private readonly ArgumentConverter converter;
    private readonly StepTrace trace;
    private readonly List<string> missing = [];
    private readonly List<string> pending = [];
    private string attempt = "";

    public ScenarioRun(FeatureRun feature, Pickle pickle)
    {
        this.pickle = pickle;
        run = feature.Run;
        container = new ObjectContainer(feature.Container);
        converter = new ArgumentConverter(run.Bindings.Transformations);
        trace = new StepTrace(run.Output);
        string[] ruleTags = Pickle.Names(pickle.Rule?.Tags ?? []);
        var info = new ScenarioInfo(
            pickle.Scenario.Name,
            pickle.Scenario.Description ?? "",
            Pickle.Names([.. pickle.Scenario.Tags, .. pickle.Examples?.Tags ?? []]),
            [.. feature.Context.FeatureInfo.Tags, .. ruleTags],
            pickle.Arguments);
        var rule = pickle.Rule is { } node ? new RuleInfo(node.Name, node.Description ?? "", ruleTags) : null;
        context = new ScenarioContext(info, rule!, container);
        container.RegisterInstanceAs(context);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="Exception">The error that failed it, or NUnit's exception that skipped it.</exception>
    public async Task RunAsync()
    {
        run.Bindings.Validate();
        var before = Hooks(HookKind.BeforeScenario);
        var steps = Steps();
        var after = Hooks(HookKind.AfterScenario);
        attempt = run.Messages.TestCaseStarted(
            pickle, [.. before, .. steps.SelectMany(step => step.InOrder), .. after]);

        await RunHooksAsync(before);
        foreach (var step in steps)
            await RunStepAsync(step);
        var scenarioError = Error();
        var afterError = await RunHooksAsync(after) ?? Disposed();

        run.Messages.TestCaseFinished(attempt);
        Throw(scenarioError, afterError);
    }

    private List<PlannedStep> Hooks(HookKind kind, PickleStep? step = null) =>
        [.. run.Bindings.HooksFor(kind, context.ScenarioInfo.CombinedTags).Select(hook => new PlannedStep(hook, step, []))];

    private List<StepWithHooks> Steps()
    {
        var matcher = new StepMatcher(run.Bindings, converter);
        return
        [
            .. pickle.Steps.Select(step => new StepWithHooks(
                Hooks(HookKind.BeforeStep, step),
                new PlannedStep(null, step, matcher.Find(step)),
                Hooks(HookKind.AfterStep, step))),
        ];
    }

    /// <summary>Runs hooks until one fails; the others are reported as skipped.</summary>
    private async Task<Exception?> RunHooksAsync(IEnumerable<PlannedStep> hooks)
    {
        Exception? failed = null;
        foreach (var planned in hooks)
        {
            run.Messages.StepStarted(attempt, planned);
            var result = failed is null ? await run.RunHookAsync(planned.Hook!, container) : StepResult.Skipped;
            run.Messages.StepFinished(result);
            if (result.Error is { } error)
            {
                failed = error;
                context.TestError ??= error;
                context.ScenarioExecutionStatus = Outcome.ScenarioStatus(result);
                trace.HookFailed(planned.Hook!, result);
            }
        }
        return failed;
    }

    private async Task RunStepAsync(StepWithHooks step)
    {
        var (before, planned, after) = step;
        var table = StepMatcher.Table(planned.Step!);
        var info = new StepInfo(planned.Step!.Kind, planned.Step.Text, table, planned.Step.DocString);
        context.StepContext = new ScenarioStepContext(info);
        trace.Step(planned.Step, table);

        var (prevented, arguments) = await PrepareAsync(planned, table);
        bool hooked = prevented is null;
        if (await RunHooksAsync(hooked ? before : []) is not null)
            prevented = StepResult.Skipped;
        if (!hooked)
            Skip(before);

        run.Messages.StepStarted(attempt, planned);
        var result = prevented ?? await ExecuteAsync(planned.Matches[0], arguments);
        if (result.Status == ResultStatus.Undefined)
            run.Messages.Suggestion(planned.Step, Snippet.For(planned.Step));
        Note(planned, result, arguments);
        run.Messages.StepFinished(result);

        await RunHooksAsync(hooked ? after : []);
        if (!hooked)
            Skip(after);
        context.StepContext = null;
    }

    /// <summary>Either why the step cannot run, or its arguments.</summary>
    private async Task<(StepResult? Prevented, object?[] Arguments)> PrepareAsync(PlannedStep planned, Table? table)
    {
        // Once a scenario is to be skipped, its other steps are of no interest. After a failure, though, they are still
        // matched: whoever mends the one step wants to know of the next.
        if (context.ScenarioExecutionStatus == ScenarioExecutionStatus.Skipped)
            return (StepResult.Skipped, []);
        if (planned.Matches is [])
            return (new StepResult(ResultStatus.Undefined), []);
        if (planned.Matches is not [var match])
            return (new StepResult(ResultStatus.Ambiguous, Error: trace.Ambiguous(planned)), []);
        if (context.ScenarioExecutionStatus != ScenarioExecutionStatus.OK)
            return (StepResult.Skipped, []);
        try
        {
            return (null, await ArgumentsAsync(match, planned.Step!, table));
        }
        catch (Exception error)
        {
            return (new StepResult(Outcome.Of(error), Error: error), []);
        }
    }

    private async Task<object?[]> ArgumentsAsync(StepMatch match, PickleStep step, Table? table)
    {
        var values = match.Values(step, table);
        var parameters = match.Binding.Method.GetParameters();
        if (values.Count != parameters.Length)
        {
            throw new BindingException(
                $"Parameter count mismatch! {BindingRegistry.Describe(match.Binding.Method)} should have {values.Count} parameters.");
        }
        object?[] arguments = new object?[values.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = await converter.ConvertAsync(values[i], parameters[i].ParameterType, container);
        return arguments;
    }

    private async Task<StepResult> ExecuteAsync(StepMatch match, object?[] arguments)
    {
        try
        {
            var method = match.Binding.Method;
            object? target = method.IsStatic ? null : container.Resolve(method.ReflectedType!);
            await Invocation.InvokeAsync(method, target, arguments);
            return new StepResult(ResultStatus.Passed, run.Messages.Elapsed());
        }
        catch (Exception error)
        {
            return new StepResult(Outcome.Of(error), run.Messages.Elapsed(), error);
        }
    }

    /// <summary>Keeps what a step means for its scenario.</summary>
    private void Note(PlannedStep planned, StepResult result, object?[] arguments)
    {
        trace.Result(planned, result, arguments);
        var status = Outcome.ScenarioStatus(result);
        context.StepContext.Status = status;
        context.StepContext.StepError = result.Error;
        if (result.Status == ResultStatus.Undefined)
            missing.Add(Snippet.For(planned.Step!));
        if (result.Status == ResultStatus.Pending)
            pending.Add(BindingRegistry.Describe(planned.Matches[0].Binding.Method));

        // A step that is skipped because of an earlier one does not change what that one means.
        bool worse = status == ScenarioExecutionStatus.Skipped
            ? context.ScenarioExecutionStatus == ScenarioExecutionStatus.OK
            : status > context.ScenarioExecutionStatus;
        if (!worse)
            return;
        context.ScenarioExecutionStatus = status;
        context.TestError = result.Error ?? context.TestError;
    }

    private void Skip(IEnumerable<PlannedStep> hooks)
    {
        foreach (var hook in hooks)
        {
            run.Messages.StepStarted(attempt, hook);
            run.Messages.StepFinished(StepResult.Skipped);
        }
    }

    private Exception? Error() => context.ScenarioExecutionStatus switch
    {
        ScenarioExecutionStatus.OK => null,
        ScenarioExecutionStatus.StepDefinitionPending => new PendingStepException(
            $"{context.TestError!.Message}\n{string.Join('\n', pending)}"),
        ScenarioExecutionStatus.UndefinedStep => new MissingStepDefinitionException(
            $"No matching step definition found for one or more steps.\n{string.Join('\n', missing.Distinct())}"),
        _ => context.TestError,
    };

    private Exception? Disposed()
    {
        try
        {
            container.Dispose();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static void Throw(Exception? scenario, Exception? after)
    {
        // A scenario that asked to be skipped has still failed where its clean-up did.
        bool skipped = scenario is not null && Outcome.Of(scenario) == ResultStatus.Skipped;
        if (scenario is not null && after is not null && !skipped)
            throw new AggregateException($"{scenario.Message} And after the scenario: {after.Message}", scenario, after);
        if ((skipped ? after ?? scenario : scenario ?? after) is { } error)
            ExceptionDispatchInfo.Throw(error);
    }

    private sealed record StepWithHooks(List<PlannedStep> Before, PlannedStep Step, List<PlannedStep> After)
    {
        public IEnumerable<PlannedStep> InOrder => [.. Before, Step, .. After];
    }
}
