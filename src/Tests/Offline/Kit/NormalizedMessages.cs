using System.Text.Json.Nodes;

namespace Hooktrail.Tests.Offline.Kit;

/// <summary>
/// Cucumber Messages without what may differ between implementations: ids become names of what they stand for; times,
/// texts of errors, the code of snippets and places in source code go.
/// </summary>
internal sealed class NormalizedMessages
{
    private static readonly string[] Declarations =
        ["meta", "source", "gherkinDocument", "pickle", "parameterType", "stepDefinition", "hook", "testCase"];

    // fileName: Reqnroll always sends it, the kit only where a sample names the file.
    // useForSnippets: the snippets of both profiles know only the built-in parameter types.
    private static readonly string[] Dropped =
        ["timestamp", "duration", "sourceReference", "message", "fileName", "useForSnippets"];

    private readonly Dictionary<string, string> names = [];

    /// <summary>Reads messages, a line each.</summary>
    public NormalizedMessages(IEnumerable<string> lines)
    {
        var messages = lines.Select(line => JsonNode.Parse(line)!.AsObject().Single()).ToList();
        var counts = new Dictionary<string, int>();
        foreach (var (type, message) in messages)
        {
            int number = counts[type] = counts.GetValueOrDefault(type) + 1;
            Name($"{type} {number}", message!);
        }
        var normalized = messages.Select(m => (m.Key, Text: $"{m.Key} {Normalize(m.Key, m.Value!)}")).ToList();
        // The kit declares every test case before it runs the first; Reqnroll each before it runs. The protocol allows both.
        Declared = [.. Declarations.SelectMany(type => normalized.Where(m => m.Key == type)).Select(m => m.Text)];
        Events = [.. normalized.Where(m => !Declarations.Contains(m.Key)).Select(m => m.Text)];
    }

    /// <summary>What there is: by type, in order.</summary>
    public IReadOnlyList<string> Declared { get; }

    /// <summary>What happens, in order.</summary>
    public IReadOnlyList<string> Events { get; }

    private void Name(string path, JsonNode node)
    {
        if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
                Name($"{path}[{i}]", items[i]!);
        }
        if (node is not JsonObject members)
            return;
        foreach (var (key, value) in members)
        {
            if (key == "id")
                names[value!.GetValue<string>()] = path;
            else
                Name($"{path}.{key}", value!);
        }
    }

    private string Normalize(string type, JsonNode message)
    {
        if (type == "meta")
            return message["protocolVersion"]!.GetValue<string>();
        return Normalize("", message, id: false)!.ToJsonString();
    }

    private JsonNode? Normalize(string key, JsonNode node, bool id)
    {
        switch (node)
        {
            case JsonArray array when key == "snippets":
                return array.Count > 0;
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Normalize("", item!, id))]);
            case JsonObject members:
                var kept = members.OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Where(member => !Dropped.Contains(member.Key) && !IsOtherException(member.Key, members));
                return new JsonObject(kept.Select(member => KeyValuePair.Create(
                    member.Key, member.Key == "exception" ? true : Normalize(member.Key, member.Value!, IsId(member.Key)))));
            default:
                return id ? names[node.GetValue<string>()] : node.DeepClone();
        }
    }

    // Only for a failure does every implementation send the exception.
    private static bool IsOtherException(string key, JsonObject result) =>
        key == "exception" && result["status"]?.GetValue<string>() != "FAILED";

    private static bool IsId(string key) =>
        key == "id" || key.EndsWith("Id", StringComparison.Ordinal) || key.EndsWith("Ids", StringComparison.Ordinal);
}
