namespace Hooktrail.Report.Messages;

/// <summary>The part of a run's Cucumber Messages that a report needs.</summary>
/// <param name="Features">The features, in the order in which they ran.</param>
public sealed record CucumberRun(ImmutableArray<CucumberFeature> Features);

/// <summary>
/// Starts are the first lines (from 1) of each background, rule and scenario, with their tags. The source is null if
/// the runner did not keep it.
/// </summary>
public sealed record CucumberFeature(
    string Uri, string Title, string? Source, ImmutableArray<int> Starts, ImmutableArray<CucumberScenario> Scenarios);

/// <summary>A scenario, or one row of an outline.</summary>
/// <param name="Title">The title with the row's values.</param>
/// <param name="Outline">The title as written; different only for outlines.</param>
/// <param name="Example">The row as <c>from=client, to=server</c>; null for none.</param>
/// <param name="Line">Its first line, one of <see cref="CucumberFeature.Starts"/>; 0 if unknown.</param>
/// <param name="Tags">The tags, with inherited ones, each with its @.</param>
/// <param name="Status">
/// The worst step status of the last attempt, in lower case (<c>passed</c>, <c>failed</c>, …); null if it did not run.
/// </param>
/// <param name="Message">The message of the step with that status.</param>
public sealed record CucumberScenario(
    string Title, string Outline, string? Example, int Line,
    ImmutableArray<string> Tags, string? Status, string? Message);
