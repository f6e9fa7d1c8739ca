using System.Collections.Specialized;
using Io.Cucumber.Messages.Types;
using Reqnroll;
using DataTable = Reqnroll.DataTable;

namespace Hooktrail.Fixtures;

/// <summary>One scenario or row: the fixture calls it for each step, so that each has its line.</summary>
public sealed class SpecScenario(SpecFeature feature)
{
    private readonly Queue<PickleStep> _steps = new();
    private ITestRunner _runner = null!;

    public async Task StartAsync(string pickleIndex)
    {
        var pickle = feature.File.Pickles.ElementAt(int.Parse(pickleIndex));
        var scenario = feature.File.Scenarios.First(one => one.Scenario.Id == pickle.AstNodeIds[0]);
        foreach (var step in pickle.Steps)
            _steps.Enqueue(step);

        _runner = feature.Runner();
        await StartFeatureAsync();
        var row = scenario.RowOf(pickle);
        string[] ruleTags = SpecFeature.Names(scenario.Rule?.Tags ?? []);
        _runner.OnScenarioInitialize(
            new ScenarioInfo(
                scenario.Scenario.Name,
                scenario.Scenario.Description,
                SpecFeature.Names([.. scenario.Scenario.Tags, .. row?.Examples.Tags ?? []]),
                Arguments(row),
                [.. feature.Info.Tags, .. ruleTags],
                pickleIndex),
            scenario.Rule is { } rule ? new RuleInfo(rule.Name, rule.Description, ruleTags) : null);
        await _runner.OnScenarioStartAsync();
    }

    /// <summary>After a failed step the others are skipped, and the error is thrown here, at the step's line.</summary>
    public async Task StepAsync()
    {
        await PlayAsync(_steps.Dequeue());
        if (_runner.ScenarioContext.ScenarioExecutionStatus == ScenarioExecutionStatus.OK)
            return;
        while (_steps.TryDequeue(out var next))
            await PlayAsync(next);
        await _runner.CollectScenarioErrorsAsync();
    }

    /// <summary>Throws what became of the scenario, if it did not pass.</summary>
    public Task CompleteAsync() => _runner.CollectScenarioErrorsAsync();

    public async Task EndAsync()
    {
        try
        {
            await _runner.OnScenarioEndAsync();
        }
        finally
        {
            TestRunnerManager.ReleaseTestRunner(_runner);
        }
    }

    private async Task StartFeatureAsync()
    {
        if (_runner.FeatureContext is { } other && !ReferenceEquals(other.FeatureInfo, feature.Info))
            await _runner.OnFeatureEndAsync();
        if (_runner.FeatureContext is null)
            await _runner.OnFeatureStartAsync(feature.Info);
        if (_runner.FeatureContext!.BeforeFeatureHookError is { } error)
            throw new ReqnrollException($"A hook before the feature failed: {error.Message}", error);
    }

    private Task PlayAsync(PickleStep step)
    {
        var source = feature.File.SourceOf(step);
        Func<string, string?, Table?, string, Task> play = source.KeywordType switch
        {
            StepKeywordType.CONTEXT => _runner.GivenAsync,
            StepKeywordType.ACTION => _runner.WhenAsync,
            StepKeywordType.OUTCOME => _runner.ThenAsync,
            _ => _runner.AndAsync,
        };
        return play(step.Text, step.Argument?.DocString?.Content, TableOf(step.Argument?.DataTable), source.Keyword);
    }

    private static DataTable? TableOf(PickleTable? rows)
    {
        if (rows is null)
            return null;
        var cells = rows.Rows.Select(row => row.Cells.Select(cell => cell.Value).ToArray()).ToList();
        var table = new DataTable(cells[0]);
        foreach (string[] row in cells.Skip(1))
            table.AddRow(row);
        return table;
    }

    private static OrderedDictionary Arguments((Examples Examples, TableRow Row)? row)
    {
        var arguments = new OrderedDictionary();
        foreach (var (column, cell) in row?.Examples.TableHeader.Cells.Zip(row.Value.Row.Cells) ?? [])
            arguments.Add(column.Value, cell.Value);
        return arguments;
    }
}
