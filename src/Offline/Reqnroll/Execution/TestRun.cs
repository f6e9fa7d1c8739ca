using System.Runtime.ExceptionServices;
using Reqnroll.BoDi;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;
using Reqnroll.Offline.Messages;

namespace Reqnroll.Offline.Execution;

/// <summary>A run: the hooks around it, and its features one after the other.</summary>
internal sealed class TestRun(BindingRegistry bindings, RunMessages messages, ITestOutput output)
{
    /// <summary>The objects that live as long as the run.</summary>
    public ObjectContainer Container { get; } = new();

    /// <summary>All bindings.</summary>
    public BindingRegistry Bindings => bindings;

    /// <summary>Where the run is written down.</summary>
    public RunMessages Messages => messages;

    /// <summary>Where the running test shows what it does.</summary>
    public ITestOutput Output => output;

    /// <summary>Runs the hooks before everything.</summary>
    public async Task StartAsync()
    {
        messages.RunStarted(bindings);
        await RunHooksAsync(HookKind.BeforeTestRun, [], Container);
    }

    /// <summary>Runs the hooks before a feature.</summary>
    public async Task<FeatureRun> StartFeatureAsync(FeatureFile file)
    {
        messages.FeatureStarted(file);
        var feature = new FeatureRun(this, file);
        await feature.StartAsync();
        return feature;
    }

    /// <summary>Runs the hooks after everything, and closes the messages.</summary>
    public async Task EndAsync()
    {
        using (messages)
        {
            try
            {
                await RunHooksAsync(HookKind.AfterTestRun, [], Container);
                Container.Dispose();
            }
            finally
            {
                messages.RunFinished();
            }
        }
    }

    /// <summary>Runs the hooks around the run or a feature. The first that fails is the last to run, as in Reqnroll.</summary>
    public async Task RunHooksAsync(HookKind kind, IReadOnlyCollection<string> tags, ObjectContainer container)
    {
        bindings.Validate();
        foreach (var hook in bindings.HooksFor(kind, tags))
        {
            messages.RunHookStarted(hook);
            var result = await RunHookAsync(hook, container);
            messages.RunHookFinished(result);
            if (result.Error is { } error)
                ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>Runs one hook.</summary>
    public async Task<StepResult> RunHookAsync(HookBinding hook, ObjectContainer container)
    {
        try
        {
            object?[] arguments = [.. hook.Method.GetParameters().Select(p => container.Resolve(p.ParameterType))];
            object? target = hook.Method.IsStatic ? null : container.Resolve(hook.Method.ReflectedType!);
            await Invocation.InvokeAsync(hook.Method, target, arguments);
            return new StepResult(ResultStatus.Passed, messages.Elapsed());
        }
        catch (Exception error)
        {
            return new StepResult(Outcome.Of(error), messages.Elapsed(), error);
        }
    }
}
