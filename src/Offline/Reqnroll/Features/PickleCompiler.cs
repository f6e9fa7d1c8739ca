using Gherkin;
using Gherkin.Ast;
using Reqnroll.Bindings;

namespace Reqnroll.Offline.Features;

/// <summary>Makes pickles of a feature: backgrounds joined, outlines filled in, tags inherited.</summary>
internal static class PickleCompiler
{
    /// <summary>All pickles of a feature in the order of the file.</summary>
    public static IReadOnlyList<Pickle> Compile(Feature? feature)
    {
        var pickles = new List<Pickle>();
        if (feature is not null)
            AddChildren(pickles, feature.Children, rule: null, background: [], [.. feature.Tags]);
        return pickles;
    }

    /// <summary>A row of examples by column.</summary>
    public static IEnumerable<(string Column, string Cell)> Values(Examples? examples, TableRow? row) =>
        examples is null || row is null
            ? []
            : examples.TableHeader.Cells.Zip(row.Cells, (column, cell) => (column.Value, cell.Value));

    private static void AddChildren(
        List<Pickle> pickles, IEnumerable<IHasLocation> children, Rule? rule, Step[] background, Tag[] tags)
    {
        foreach (var child in children)
        {
            switch (child)
            {
                case Background own:
                    background = [.. background, .. own.Steps];
                    break;
                case Rule inner:
                    AddChildren(pickles, inner.Children, inner, background, [.. tags, .. inner.Tags]);
                    break;
                case Scenario scenario when scenario.Examples.Any():
                    foreach (var examples in scenario.Examples)
                    {
                        foreach (var row in examples.TableBody)
                            Add(scenario, examples, row);
                    }
                    break;
                case Scenario scenario:
                    Add(scenario, null, null);
                    break;
            }
        }

        void Add(Scenario scenario, Examples? examples, TableRow? row) => pickles.Add(new Pickle(
            pickles.Count,
            Fill(scenario.Name, examples, row),
            scenario,
            rule,
            examples,
            row,
            [.. tags, .. scenario.Tags, .. examples?.Tags ?? []],
            scenario.Steps.Any() ? Steps(background, scenario, examples, row) : []));
    }

    private static List<PickleStep> Steps(Step[] background, Scenario scenario, Examples? examples, TableRow? row)
    {
        var steps = new List<PickleStep>();
        var type = StepKeywordType.Unknown;
        var kind = StepDefinitionType.Given;
        foreach (var step in background.Concat(scenario.Steps))
        {
            // Only the steps of the scenario itself take values from the examples.
            var (set, values) = steps.Count < background.Length ? (null, null) : (examples, row);
            if (step.KeywordType != StepKeywordType.Conjunction)
                type = step.KeywordType;

            // And, But and * go on with the kind before them.
            kind = step.KeywordType switch
            {
                StepKeywordType.Context => StepDefinitionType.Given,
                StepKeywordType.Action => StepDefinitionType.When,
                StepKeywordType.Outcome => StepDefinitionType.Then,
                _ => kind,
            };
            steps.Add(new PickleStep(
                step,
                type.ToString(),
                kind,
                Fill(step.Text, set, values),
                step.DocString is { } doc ? Fill(doc.Content, set, values) : null,
                step.DocString?.ContentType is { Length: > 0 } media ? Fill(media, set, values) : null,
                step.DataTable?.Rows
                    .Select(line => line.Cells.Select(cell => Fill(cell.Value, set, values)).ToArray()).ToList()));
        }
        return steps;
    }

    private static string Fill(string text, Examples? examples, TableRow? row) =>
        Values(examples, row).Aggregate(text, (filled, value) => filled.Replace($"<{value.Column}>", value.Cell));
}
