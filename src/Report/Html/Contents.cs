using Hooktrail.Records;
using Hooktrail.Report.Messages;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>A leg and its place in the report.</summary>
/// <remarks>The id is the anchor.</remarks>
internal sealed record ShownLeg(string Id, LegRecord Record, HostProfile Host, Func<ShownLeg, Account?> Ask)
{
    /// <summary>
    /// Null if the model cannot explain the leg. It is asked for when the leg is written: those of a long run would
    /// fill the memory.
    /// </summary>
    public Account? Account => Ask(this);

    /// <summary>The observed trail, else the predicted one.</summary>
    public Trail? Trail => Record.Observed ?? Record.Predicted;

    public Result Result => Results.Of(Record);

    /// <summary>Where the rules are the point: those that are predicted, to stand beside the observed ones.</summary>
    public ShownRules? Rules { get; init; }
}

/// <summary>The rules that are predicted for a leg.</summary>
/// <param name="Predicted">Each with the number of its hop in the predicted trail.</param>
/// <param name="Untold">Those of them of which the observer tells nothing.</param>
internal sealed record ShownRules(ImmutableArray<RuleStep> Predicted, ImmutableArray<RuleStep> Untold);

/// <summary>A scenario, or the legs of one flow that no scenario claims.</summary>
/// <remarks>The id is the anchor; Of is the title of its feature or journey.</remarks>
internal sealed record ShownScenario(string Id, string Title, string Of)
{
    /// <summary>An outline's row; null for none.</summary>
    public string? Example { get; init; }

    /// <summary>Its first line in the feature file; 0 if unknown.</summary>
    public int Line { get; init; }

    /// <summary>The tags, each with its @.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    public Result Result { get; init; }

    /// <summary>Why it failed or was skipped; null otherwise.</summary>
    public string? Message { get; init; }

    public ImmutableArray<ShownLeg> Legs { get; init; } = [];

    public string FullTitle => Example is null ? Title : $"{Title} ({Example})";
}

internal sealed record ShownFeature(
    string Id, string Title, CucumberFeature? Source, ImmutableArray<ShownScenario> Scenarios);

/// <summary>A sender and a receiver: a row of the heat map, and its page.</summary>
/// <remarks>It has all legs between the two; legs without a scenario are grouped by flow.</remarks>
internal sealed record ShownJourney(
    string Id,
    string Title,
    ImmutableArray<ShownScenario> Unclaimed,
    ImmutableArray<(ShownScenario In, ShownLeg Leg)> Legs);

/// <summary>A run, divided into pages. All its ids begin with the prefix, which is empty for the first run.</summary>
internal sealed record ShownRun(
    string Prefix, ReportRun Run, ImmutableArray<ShownFeature> Features, ImmutableArray<ShownJourney> Journeys)
{
    /// <summary>The run's first host.</summary>
    public HostProfile Host => Run.Trails.HostProfile;

    /// <summary>The kernel's registrations; empty if the run did not read them.</summary>
    public ImmutableArray<Registration> Hooks => Run.Trails.Hooks;

    public ImmutableArray<Fact> Facts => Run.Trails.Facts;

    /// <summary>Scenarios, and flows that belong to no scenario.</summary>
    public IEnumerable<ShownScenario> Scenarios =>
        Features.SelectMany(feature => feature.Scenarios).Concat(Journeys.SelectMany(journey => journey.Unclaimed));
}

internal sealed class Contents(ReportInput input)
{
    // A scenario with this tag sends no packet.
    private const string OfModel = "@model";

    private readonly Names _names = new();
    private (LegRecord? Of, Account? Account) _asked;

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

        // By title, because the order of messages depends on the order in which runners take the files.
        var sorted = features.OrderBy(
            feature => feature.Source?.Uri ?? feature.Title, StringComparer.Ordinal).ToImmutableArray();
        var shown = sorted.SelectMany(feature => feature.Scenarios)
            .SelectMany(scenario => scenario.Legs.Select(leg => (scenario, leg)))
            .ToList();
        var rest = run.Trails.Legs.Where(leg => leg.Scenario is null).ToLookup(leg => Title(leg.Flow));
        var titles = shown.Select(one => Title(one.leg.Record.Flow)).Concat(rest.Select(legs => legs.Key)).Distinct();
        return new(
            prefix,
            run,
            sorted,
            [
                .. titles.Select(title => Journey(
                    run, prefix, title, rest[title], shown.Where(one => Title(one.leg.Record.Flow) == title)))
            ]);
    }

    private static string Title(Flow flow) => $"{flow.From} → {flow.To}";

    private ShownFeature Feature(
        ReportRun run, string prefix, string title, CucumberFeature? source, IEnumerable<LegRecord> legs)
    {
        var id = _names.Take($"{prefix}feature/", title);
        var left = legs.ToList();
        var scenarios = ImmutableArray.CreateBuilder<ShownScenario>();
        foreach (var scenario in source?.Scenarios ?? [])
        {
            var own = left.Where(leg => IsOf(leg.Scenario!, scenario)).ToList();
            left.RemoveAll(own.Contains);
            var shown = Shown(run, _names.Take($"{id}/", scenario.Example is null
                ? scenario.Title
                : $"{scenario.Title} {scenario.Example}"), scenario.Title, title, own);
            scenarios.Add(shown with
            {
                Example = scenario.Example,
                Line = scenario.Line,
                Tags = scenario.Tags,
                Result = Of(scenario.Status, shown.Legs, scenario.Tags.Contains(OfModel)),
                Message = scenario.Message ?? shown.Message
                    ?? (scenario.Status is null && own.Count == 0 ? "It did not run." : null),
            });
        }
        // Scenarios without messages, or whose messages belong to another run.
        foreach (var more in left.GroupBy(leg => leg.Scenario!))
            scenarios.Add(
                Shown(run, _names.Take($"{id}/", more.Key.Example is { } row
                    ? $"{more.Key.Scenario} {row}"
                    : more.Key.Scenario), more.Key.Scenario, title, [.. more])
                    with
                { Example = more.Key.Example });
        return new(id, title, source, scenarios.ToImmutable());
    }

    private static bool IsOf(ScenarioTitle title, CucumberScenario scenario) =>
        (title.Scenario == scenario.Title || title.Scenario == scenario.Outline)
        && (title.Example == scenario.Example || (title.Example is null && title.Scenario == scenario.Title));

    private ShownJourney Journey(
        ReportRun run, string prefix, string title, IEnumerable<LegRecord> unclaimed,
        IEnumerable<(ShownScenario, ShownLeg)> claimed)
    {
        var id = _names.Take($"{prefix}journey/", title);
        var flows = unclaimed
            .GroupBy(leg => (leg.Flow, leg.HostProfile))
            .Select(legs => Shown(
                run, _names.Take($"{id}/", legs.Key.Flow.ToString()), legs.Key.Flow.ToString(), title, [.. legs]))
            .ToImmutableArray();
        return new(id, title, flows, [.. claimed, .. flows.SelectMany(flow => flow.Legs.Select(leg => (flow, leg)))]);
    }

    private ShownScenario Shown(ReportRun run, string id, string title, string of, IReadOnlyList<LegRecord> legs)
    {
        var shown = legs.Select(leg => Leg(run, id, leg)).ToImmutableArray();
        var result = Of(null, shown, isOfModel: false);
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
        return new(_names.Take($"{id}/", leg.Leg.ToString()), leg, host, Account);
    }

    /// <summary>Keeps the last one, because each part of a leg's section asks for it.</summary>
    private Account? Account(ShownLeg leg)
    {
        if (!ReferenceEquals(_asked.Of, leg.Record))
            _asked = (leg.Record, input.Account(leg.Host, leg.Record));
        return _asked.Account;
    }

    /// <summary>The steps' status, or the worst of the legs' results.</summary>
    private static Result Of(string? status, ImmutableArray<ShownLeg> legs, bool isOfModel)
    {
        var worst = legs.IsEmpty ? (Result?)null : legs.Max(leg => leg.Result);
        return status switch
        {
            null => worst ?? Result.Skipped,
            "passed" when isOfModel && worst is null or Result.Predicted => Result.Predicted,
            "passed" => worst is null or Result.Predicted or Result.Observed ? Result.Passed : worst.Value,
            "skipped" => Result.Skipped,
            // A failure of a leg gets the name of the leg's result.
            _ => worst is Result.NotPredicted or Result.Inconclusive or Result.ObserversDisagree or Result.Disagreed
                ? worst.Value
                : Result.Failed,
        };
    }
}
