using System.Collections.Immutable;

namespace Hooktrail.Report.Messages;

/// <summary>What a run of features said in Cucumber Messages, as far as a report wants it.</summary>
/// <param name="Features">The features, in the order in which they ran.</param>
public sealed record CucumberRun(ImmutableArray<CucumberFeature> Features);

/// <summary>One feature file.</summary>
/// <param name="Uri">Its path, as the runner names it.</param>
/// <param name="Title">What follows the keyword Feature.</param>
/// <param name="Source">The file's text as written; null where the runner did not hand it on.</param>
/// <param name="Starts">The lines (from 1) at which a background, a rule or a scenario begins, its tags included, in order.</param>
/// <param name="Scenarios">What ran: a scenario, or a row of an outline.</param>
public sealed record CucumberFeature(
    string Uri, string Title, string? Source, ImmutableArray<int> Starts, ImmutableArray<CucumberScenario> Scenarios);

/// <summary>A scenario, or one row of an outline, and what became of it.</summary>
/// <param name="Title">Its title, with the row's values in it.</param>
/// <param name="Outline">The title as it is written; the same but for outlines.</param>
/// <param name="Example">The row as <c>from=client, to=server</c>; null where there is none.</param>
/// <param name="Line">The line at which it begins, one of <see cref="CucumberFeature.Starts"/>; 0 where that is not known.</param>
/// <param name="Tags">Its tags with those that it inherits, each with its @.</param>
/// <param name="Status">The worst status of its steps in the last attempt, in lower case: <c>passed</c>, <c>skipped</c>, <c>failed</c>, …; null where it did not run.</param>
/// <param name="Message">What the step said that ended so.</param>
public sealed record CucumberScenario(
    string Title, string Outline, string? Example, int Line, ImmutableArray<string> Tags, string? Status, string? Message);
