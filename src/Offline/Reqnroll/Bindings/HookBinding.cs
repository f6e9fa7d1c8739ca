using System.Reflection;

namespace Reqnroll.Offline.Bindings;

/// <summary>When a hook runs.</summary>
internal enum HookKind
{
    BeforeTestRun,
    AfterTestRun,
    BeforeFeature,
    AfterFeature,
    BeforeScenario,
    AfterScenario,
    BeforeStep,
    AfterStep,
}

/// <summary>A hook.</summary>
/// <param name="Method">What it runs.</param>
/// <param name="Kind">When it runs.</param>
/// <param name="Tags">Where it runs: one of these must be present; empty for everywhere. Without @.</param>
/// <param name="Order">Lower numbers run first.</param>
internal sealed record HookBinding(MethodInfo Method, HookKind Kind, IReadOnlyList<string> Tags, int Order)
{
    /// <summary>Whether it runs where these tags are present.</summary>
    public bool AppliesTo(IEnumerable<string> tags) => Tags.Count == 0 || Tags.Intersect(tags).Any();
}

/// <summary>A transformation of step arguments.</summary>
/// <param name="Method">What it runs.</param>
/// <param name="Target">The type that it makes.</param>
/// <param name="Name">Its name as a parameter type, or null.</param>
/// <param name="Regex">The arguments that it takes; null for all.</param>
/// <param name="Order">Lower numbers are tried first.</param>
internal sealed record TransformationBinding(
    MethodInfo Method, Type Target, string? Name, System.Text.RegularExpressions.Regex? Regex, int Order);
