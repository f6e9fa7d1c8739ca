using System.Collections.Immutable;
using Hooktrail.Report.Messages;
using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Json;

namespace Hooktrail.Report.Html;

/// <summary>A leg and where it is shown.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Record">What the run knows of it.</param>
/// <param name="Host">The host that it holds for.</param>
/// <param name="Account">Why it is predicted so; null where nobody can say.</param>
internal sealed record ShownLeg(string Id, LegRecord Record, HostProfile Host, Account? Account)
{
    /// <summary>The trail that stands for the leg: the observed one where there is one.</summary>
    public Trail? Trail => Record.Observed ?? Record.Predicted;

    /// <summary>What came of it.</summary>
    public Result Result => Results.Of(Record);
}

/// <summary>A scenario, or legs of one flow that no scenario claims, and where it is shown.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Of">What it belongs to: the feature's title, or the journey's.</param>
internal sealed record ShownScenario(string Id, string Title, string Of)
{
    /// <summary>The row of an outline; null where there is none.</summary>
    public string? Example { get; init; }

    /// <summary>The line of the feature file at which it begins; 0 where that is not known.</summary>
    public int Line { get; init; }

    /// <summary>Its tags, each with its @.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>What came of it.</summary>
    public Result Result { get; init; }

    /// <summary>Why; null where all was well.</summary>
    public string? Message { get; init; }

    /// <summary>Its legs.</summary>
    public ImmutableArray<ShownLeg> Legs { get; init; } = [];

    /// <summary>The title with the row.</summary>
    public string FullTitle => Example is null ? Title : $"{Title} ({Example})";
}

/// <summary>A feature and where it is shown.</summary>
internal sealed record ShownFeature(string Id, string Title, CucumberFeature? Source, ImmutableArray<ShownScenario> Scenarios);

/// <summary>Who speaks to whom: the row of the heat map, and its page.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">Both ends.</param>
/// <param name="Unclaimed">The flows whose legs no scenario claims, each shown like a scenario.</param>
/// <param name="Legs">All legs between the two, claimed or not, each with what it is shown in.</param>
internal sealed record ShownJourney(
    string Id, string Title, ImmutableArray<ShownScenario> Unclaimed, ImmutableArray<(ShownScenario In, ShownLeg Leg)> Legs);

/// <summary>A run, sorted into pages.</summary>
/// <param name="Prefix">What all its ids begin with; empty for the first run.</param>
/// <param name="Run">What was read.</param>
/// <param name="Features">Its features.</param>
/// <param name="Journeys">Its journeys.</param>
internal sealed record ShownRun(
    string Prefix, ReportRun Run, ImmutableArray<ShownFeature> Features, ImmutableArray<ShownJourney> Journeys)
{
    /// <summary>The run's first host.</summary>
    public HostProfile Host => Run.Trails.HostProfile;

    /// <summary>What the kernel said is registered at its hooks; empty where it was not asked.</summary>
    public ImmutableArray<Registration> Hooks => Run.Trails.Hooks;

    /// <summary>What the lab measured of the host, for people.</summary>
    public ImmutableArray<Fact> Facts => Run.Trails.Facts;

    /// <summary>All that is shown like a scenario.</summary>
    public IEnumerable<ShownScenario> Scenarios =>
        Features.SelectMany(feature => feature.Scenarios).Concat(Journeys.SelectMany(journey => journey.Unclaimed));
}

/// <summary>Sorts what was read into what is shown.</summary>
internal sealed class Contents(ReportInput input)
{
    private readonly Names _names = new();

    /// <summary>The runs, sorted into pages.</summary>
    public ImmutableArray<ShownRun> Runs() =>
        [.. input.Runs.Select((run, index) => Run(run, index == 0 ? "" : $"run-{index + 1}/"))];

    private ShownRun Run(ReportRun run, string prefix)
    {
        var claimed = run.Trails.Legs.Where(leg => leg.Scenario is not null).ToLookup(leg => leg.Scenario!.Feature);
        var told = run.Messages?.Features ?? [];
        var features = ImmutableArray.CreateBuilder<ShownFeature>();
        foreach (var feature in told)
            features.Add(Feature(run, prefix, feature.Title, feature, claimed[feature.Title]));
        foreach (var legs in claimed.Where(legs => told.All(feature => feature.Title != legs.Key)))
            features.Add(Feature(run, prefix, legs.Key, null, legs));

        // Features in the order of their titles, for messages are in the order in which runners happen to take the files.
        var sorted = features.OrderBy(feature => feature.Source?.Uri ?? feature.Title, StringComparer.Ordinal).ToImmutableArray();
        var shown = sorted.SelectMany(feature => feature.Scenarios).SelectMany(scenario => scenario.Legs.Select(leg => (scenario, leg))).ToList();
        var rest = run.Trails.Legs.Where(leg => leg.Scenario is null).ToLookup(leg => Title(leg.Flow));
        var titles = shown.Select(one => Title(one.leg.Record.Flow)).Concat(rest.Select(legs => legs.Key)).Distinct();
        return new(
            prefix,
            run,
            sorted,
            [.. titles.Select(title => Journey(run, prefix, title, rest[title], shown.Where(one => Title(one.leg.Record.Flow) == title)))]);
    }

    private static string Title(Flow flow) => $"{flow.From} → {flow.To}";

    private ShownFeature Feature(ReportRun run, string prefix, string title, CucumberFeature? source, IEnumerable<LegRecord> legs)
    {
        var id = _names.Take($"{prefix}feature/", title);
        var left = legs.ToList();
        var scenarios = ImmutableArray.CreateBuilder<ShownScenario>();
        foreach (var scenario in source?.Scenarios ?? [])
        {
            var own = left.Where(leg => IsOf(leg.Scenario!, scenario)).ToList();
            left.RemoveAll(own.Contains);
            var shown = Shown(run, _names.Take($"{id}/", scenario.Example is null ? scenario.Title : $"{scenario.Title} {scenario.Example}"), scenario.Title, title, own);
            scenarios.Add(shown with
            {
                Example = scenario.Example,
                Line = scenario.Line,
                Tags = scenario.Tags,
                Result = Of(scenario.Status, shown.Legs),
                Message = scenario.Message ?? shown.Message,
            });
        }
        // Without messages, or where they are those of another run.
        foreach (var more in left.GroupBy(leg => leg.Scenario!))
            scenarios.Add(
                Shown(run, _names.Take($"{id}/", more.Key.Example is { } row ? $"{more.Key.Scenario} {row}" : more.Key.Scenario), more.Key.Scenario, title, [.. more])
                    with
                { Example = more.Key.Example });
        return new(id, title, source, scenarios.ToImmutable());
    }

    private static bool IsOf(ScenarioTitle title, CucumberScenario scenario) =>
        (title.Scenario == scenario.Title || title.Scenario == scenario.Outline)
        && (title.Example == scenario.Example || (title.Example is null && title.Scenario == scenario.Title));

    private ShownJourney Journey(
        ReportRun run, string prefix, string title, IEnumerable<LegRecord> unclaimed, IEnumerable<(ShownScenario, ShownLeg)> claimed)
    {
        var id = _names.Take($"{prefix}journey/", title);
        var flows = unclaimed
            .GroupBy(leg => (leg.Flow, leg.HostProfile))
            .Select(legs => Shown(run, _names.Take($"{id}/", legs.Key.Flow.ToString()), legs.Key.Flow.ToString(), title, [.. legs]))
            .ToImmutableArray();
        return new(id, title, flows, [.. claimed, .. flows.SelectMany(flow => flow.Legs.Select(leg => (flow, leg)))]);
    }

    private ShownScenario Shown(ReportRun run, string id, string title, string of, IReadOnlyList<LegRecord> legs)
    {
        var shown = legs.Select(leg => Leg(run, id, leg)).ToImmutableArray();
        var result = Of(null, shown);
        return new(id, title, of)
        {
            Legs = shown,
            Result = result,
            Message = shown.FirstOrDefault(leg => leg.Result == result)?.Record.Reason,
        };
    }

    private ShownLeg Leg(ReportRun run, string id, LegRecord leg)
    {
        var host = leg.HostProfile ?? run.Trails.HostProfile;
        return new(_names.Take($"{id}/", leg.Leg.ToString()), leg, host, input.Account(host, leg.Flow, leg.Leg));
    }

    /// <summary>What came of a scenario: what its steps say, or the worst of its legs.</summary>
    private static Result Of(string? status, ImmutableArray<ShownLeg> legs)
    {
        var worst = legs.IsEmpty ? (Result?)null : legs.Max(leg => leg.Result);
        return status switch
        {
            null => worst ?? Result.Predicted,
            "passed" => worst is null or Result.Predicted or Result.Observed ? Result.Passed : worst.Value,
            "skipped" => Result.Skipped,
            // A failure is called by the leg that it is about, if it is about one.
            _ => worst is Result.Inconclusive or Result.ObserversDisagree or Result.Disagreed ? worst.Value : Result.Failed,
        };
    }
}
