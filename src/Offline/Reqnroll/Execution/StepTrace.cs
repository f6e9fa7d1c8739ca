using System.Reflection;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>Shows each step and its outcome in the output of the test, in Reqnroll's form.</summary>
internal sealed class StepTrace(ITestOutput output)
{
    /// <summary>The step itself.</summary>
    public void Step(PickleStep step, Table? table)
    {
        output.WriteLine(step.Source.Keyword + step.Text);
        if (step.DocString is not null)
            output.WriteLine(Indent("--- multiline step argument ---\n" + step.DocString));
        if (table is not null)
            output.WriteLine(Indent("--- table step argument ---\n" + table));
    }

    /// <summary>What became of it.</summary>
    public void Result(PlannedStep planned, StepResult result, object?[] arguments)
    {
        string call = planned.Matches is [var match] ? Call(match.Binding.Method, arguments) : "";
        output.WriteLine("-> " + result switch
        {
            { Status: ResultStatus.Passed } => $"done: {call} ({Seconds(result)})",
            { Status: ResultStatus.Skipped, Error: { } reason } => $"skipped: {reason.Message}",
            { Status: ResultStatus.Skipped } => "skipped because of previous errors",
            { Status: ResultStatus.Pending } => $"pending: {call}: {result.Error!.Message}",
            { Status: ResultStatus.Undefined } => "undefined: No matching step definition found for the step. "
                + $"Use the following code to create one:\n{Indent(Snippet.For(planned.Step!))}",
            { Error: BindingException error } => $"binding error: {error.Message}",
            _ => $"error: {result.Error!.Message} ({Seconds(result)})",
        });
    }

    /// <summary>A hook that failed.</summary>
    public void HookFailed(HookBinding hook, StepResult result) =>
        output.WriteLine($"-> error in {hook.Kind}: {Call(hook.Method, [])}: {result.Error!.Message} ({Seconds(result)})");

    /// <summary>The error for a step that several definitions fit.</summary>
    public AmbiguousBindingException Ambiguous(PlannedStep planned) => new(
        $"Ambiguous step definitions found for step '{planned.Step!.Kind} {planned.Step.Text}': "
        + string.Join(", ", planned.Matches.Select(match => BindingRegistry.Describe(match.Binding.Method))));

    private static string Call(MethodInfo method, object?[] arguments) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", arguments.Select(Show))})";

    private static string Show(object? argument) => argument switch
    {
        null => "null",
        string text => $"\"{Short(text.ReplaceLineEndings(@"\n"))}\"",
        Table => "<table>",
        _ => Short(argument.ToString() ?? ""),
    };

    private static string Short(string text) => text.Length <= 20 ? text : text[..17] + "...";

    private static string Seconds(StepResult result) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{result.Duration.TotalSeconds:F1}s");

    private static string Indent(string text) => "  " + text.TrimEnd().ReplaceLineEndings("\n  ");
}
