using System.Collections.Specialized;
using Gherkin.Ast;
using Reqnroll.Bindings;

namespace Reqnroll.Offline.Features;

/// <summary>One scenario, or one row of a scenario outline, ready to run.</summary>
/// <param name="Index">Its place among the pickles of the feature.</param>
/// <param name="Name">The title with the row's values filled in.</param>
/// <param name="Scenario">Where it comes from.</param>
/// <param name="Rule">The rule around it.</param>
/// <param name="Examples">The examples of an outline.</param>
/// <param name="Row">The row of the examples.</param>
/// <param name="Tags">Of feature, rule, scenario and examples, in this order.</param>
/// <param name="Steps">Those of the backgrounds first.</param>
internal sealed record Pickle(
    int Index,
    string Name,
    Scenario Scenario,
    Rule? Rule,
    Examples? Examples,
    TableRow? Row,
    IReadOnlyList<Tag> Tags,
    IReadOnlyList<PickleStep> Steps)
{
    /// <summary>The row by column; empty for a plain scenario.</summary>
    public IOrderedDictionary Arguments
    {
        get
        {
            var arguments = new OrderedDictionary();
            foreach (var (column, cell) in PickleCompiler.Values(Examples, Row))
                arguments.Add(column, cell);
            return arguments;
        }
    }

    /// <summary>The names without @.</summary>
    public static string[] Names(IEnumerable<Tag> tags) => [.. tags.Select(tag => tag.Name.TrimStart('@'))];
}

/// <summary>A step with the row's values filled in.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Type">Its type in Cucumber Messages: Context, Action, Outcome or Unknown.</param>
/// <param name="Kind">The kind of step definition that it needs.</param>
/// <param name="Text">What follows the keyword.</param>
/// <param name="DocString">The doc string below it.</param>
/// <param name="MediaType">The media type of the doc string.</param>
/// <param name="Table">The cells of the table below it, by row.</param>
internal sealed record PickleStep(
    Step Source,
    string Type,
    StepDefinitionType Kind,
    string Text,
    string? DocString,
    string? MediaType,
    IReadOnlyList<string[]>? Table);
