using System.Text.Json.Nodes;
using Gherkin.Ast;
using Reqnroll.Offline.Features;
using static Reqnroll.Offline.Messages.MessageWriter;

namespace Reqnroll.Offline.Messages;

/// <summary>Source, GherkinDocument and Pickle messages of one feature.</summary>
internal sealed class GherkinMessages(FeatureFile feature, MessageWriter writer)
{
    private readonly Dictionary<object, string> ids = new(ReferenceEqualityComparer.Instance);

    /// <summary>The id of a pickle or of a step of a pickle, or of a node of the syntax tree.</summary>
    public string Id(object node) => ids.TryGetValue(node, out string? id) ? id : ids[node] = writer.NewId();

    /// <summary>Writes all of them.</summary>
    public void Write()
    {
        writer.Write("source", new JsonObject
        {
            ["uri"] = feature.Uri,
            ["data"] = feature.Text,
            ["mediaType"] = "text/x.cucumber.gherkin+plain",
        });
        writer.Write("gherkinDocument", new JsonObject
        {
            ["uri"] = feature.Uri,
            ["feature"] = feature.Document.Feature is { } root ? Feature(root) : null,
            ["comments"] = List(feature.Document.Comments.Select(c => new JsonObject
            {
                ["location"] = Location(c.Location),
                ["text"] = c.Text,
            })),
        });
        foreach (var pickle in feature.Pickles)
            writer.Write("pickle", Pickle(pickle));
    }

    private JsonObject Pickle(Pickle pickle)
    {
        string[] origin = pickle.Row is null ? [Id(pickle.Scenario)] : [Id(pickle.Scenario), Id(pickle.Row)];
        int own = pickle.Steps.Count - pickle.Scenario.Steps.Count();
        return new JsonObject
        {
            ["id"] = Id(pickle),
            ["uri"] = feature.Uri,
            ["location"] = Location(pickle.Row?.Location ?? pickle.Scenario.Location),
            ["name"] = pickle.Name,
            ["language"] = feature.Document.Feature.Language,
            ["astNodeIds"] = Strings(origin),
            ["tags"] = List(pickle.Tags.Select(t => new JsonObject { ["name"] = t.Name, ["astNodeId"] = Id(t) })),
            ["steps"] = List(pickle.Steps.Select((step, i) => new JsonObject
            {
                ["id"] = Id(step),
                ["text"] = step.Text,
                ["type"] = step.Type,
                ["argument"] = Argument(step),
                // A background step is the same in every row of the examples.
                ["astNodeIds"] = Strings(pickle.Row is null || i < own ? [Id(step.Source)] : [Id(step.Source), Id(pickle.Row)]),
            })),
        };
    }

    private static JsonObject? Argument(PickleStep step) => step switch
    {
        { DocString: { } content } => new JsonObject
        {
            ["docString"] = new JsonObject { ["mediaType"] = step.MediaType, ["content"] = content },
        },
        { Table: { } rows } => new JsonObject
        {
            ["dataTable"] = new JsonObject
            {
                ["rows"] = List(rows.Select(row => new JsonObject
                {
                    ["cells"] = List(row.Select(cell => new JsonObject { ["value"] = cell })),
                })),
            },
        },
        _ => null,
    };

    private JsonObject Feature(Feature node) => new()
    {
        ["tags"] = Tags(node.Tags),
        ["location"] = Location(node.Location),
        ["language"] = node.Language,
        ["keyword"] = node.Keyword,
        ["name"] = node.Name,
        ["description"] = node.Description ?? "",
        ["children"] = Children(node.Children),
    };

    private JsonArray Children(IEnumerable<IHasLocation> children) => List(children.Select(child => child switch
    {
        Background background => new JsonObject { ["background"] = Steps(background) },
        Scenario scenario => new JsonObject { ["scenario"] = Scenario(scenario) },
        Rule rule => new JsonObject { ["rule"] = Rule(rule) },
        _ => throw new NotSupportedException($"{child.GetType().Name} in a feature"),
    }));

    private JsonObject Rule(Rule node) => new()
    {
        ["id"] = Id(node),
        ["tags"] = Tags(node.Tags),
        ["location"] = Location(node.Location),
        ["keyword"] = node.Keyword,
        ["name"] = node.Name,
        ["description"] = node.Description ?? "",
        ["children"] = Children(node.Children),
    };

    private JsonObject Scenario(Scenario node)
    {
        var message = Steps(node);
        message["tags"] = Tags(node.Tags);
        message["examples"] = List(node.Examples.Select(examples => new JsonObject
        {
            ["id"] = Id(examples),
            ["tags"] = Tags(examples.Tags),
            ["location"] = Location(examples.Location),
            ["keyword"] = examples.Keyword,
            ["name"] = examples.Name,
            ["description"] = examples.Description ?? "",
            ["tableHeader"] = examples.TableHeader is { } header ? Row(header) : null,
            ["tableBody"] = List((examples.TableBody ?? []).Select(Row)),
        }));
        return message;
    }

    private JsonObject Steps(StepsContainer node) => new()
    {
        ["id"] = Id(node),
        ["location"] = Location(node.Location),
        ["keyword"] = node.Keyword,
        ["name"] = node.Name,
        ["description"] = node.Description ?? "",
        ["steps"] = List(node.Steps.Select(step => new JsonObject
        {
            ["id"] = Id(step),
            ["location"] = Location(step.Location),
            ["keyword"] = step.Keyword,
            ["keywordType"] = step.KeywordType.ToString(),
            ["text"] = step.Text,
            ["docString"] = step.DocString is { } doc
                ? new JsonObject
                {
                    ["location"] = Location(doc.Location),
                    ["mediaType"] = doc.ContentType is { Length: > 0 } media ? media : null,
                    ["content"] = doc.Content,
                    ["delimiter"] = doc.Delimiter,
                }
                : null,
            ["dataTable"] = step.DataTable is { } table
                ? new JsonObject { ["location"] = Location(table.Location), ["rows"] = List(table.Rows.Select(Row)) }
                : null,
        })),
    };

    private JsonObject Row(TableRow row) => new()
    {
        ["id"] = Id(row),
        ["location"] = Location(row.Location),
        ["cells"] = List(row.Cells.Select(cell => new JsonObject
        {
            ["location"] = Location(cell.Location),
            ["value"] = cell.Value,
        })),
    };

    private JsonArray Tags(IEnumerable<Tag> tags) => List(tags.Select(tag => new JsonObject
    {
        ["id"] = Id(tag),
        ["location"] = Location(tag.Location),
        ["name"] = tag.Name,
    }));

    private static JsonArray Strings(string[] values) => List(values.Select(value => (JsonNode)value));

    private static JsonObject Location(Location location) => new()
    {
        ["line"] = location.Line,
        ["column"] = location.Column == 0 ? null : location.Column,
    };
}
