using System.Text.Json;
using Hooktrail.Text;

namespace Hooktrail.Report.Messages;

/// <summary>
/// Reads Cucumber Messages (ndjson) of any runner. It ignores unknown messages and members, so it also reads newer
/// versions of the protocol.
/// </summary>
public sealed class MessagesReader
{
    // From best to worst, as the protocol's own reports rank them.
    private static readonly ImmutableArray<string> Ranks =
        ["passed", "skipped", "pending", "undefined", "ambiguous", "unknown", "failed"];

    // A feature's text is in one message, and an attachment, too.
    private const int LongestMessage = 64 << 20;

    private readonly List<string> _uris = [];
    private readonly Dictionary<string, string> _sources = [];
    private readonly Dictionary<string, JsonElement> _documents = [];
    private readonly List<JsonElement> _pickles = [];
    private readonly Dictionary<string, string> _pickleOfCase = [];
    private readonly Dictionary<string, string> _pickleOfAttempt = [];
    private readonly Dictionary<string, string> _lastAttempt = [];
    private readonly Dictionary<string, (int Rank, string? Message)> _results = [];

    private MessagesReader()
    {
    }

    /// <summary>Reads UTF-8. The name is for messages.</summary>
    /// <exception cref="HooktrailException">A line is not JSON, or none of them is a message.</exception>
    public static CucumberRun Read(Stream stream, string name)
    {
        var reader = new MessagesReader();
        using var text = new StreamReader(stream);
        using var lines = BoundedLines.Of(text, LongestMessage).GetEnumerator();
        var number = 0;
        var more = lines.MoveNext();
        while (more)
        {
            var line = lines.Current;
            more = lines.MoveNext();
            number++;
            if (line.Length == 0)
                continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                reader.Take(document.RootElement);
            }
            // A run that was killed leaves an incomplete line after its last message.
            catch (JsonException) when (number > 1 && !more)
            {
                break;
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
            {
                throw new HooktrailException(
                    $"{name} is not a file of Cucumber Messages: line {number} is not a message; use the messages.ndjson of a run, or remove this file.",
                    wrong);
            }
        }
        return number == 0
            ? throw new HooktrailException($"{name} is empty; run the features again, or remove this file.")
            : reader.Run();
    }

    private void Take(JsonElement message)
    {
        foreach (var member in message.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "source" when Text(value, "uri") is { } uri && Text(value, "data") is { } data:
                    _sources[uri] = data;
                    break;
                case "gherkinDocument" when Text(value, "uri") is { } uri:
                    if (_documents.TryAdd(uri, value.Clone()))
                        _uris.Add(uri);
                    break;
                case "pickle":
                    _pickles.Add(value.Clone());
                    break;
                case "testCase" when Text(value, "id") is { } id && Text(value, "pickleId") is { } pickle:
                    _pickleOfCase[id] = pickle;
                    break;
                case "testCaseStarted" when Text(value, "id") is { } id && Text(value, "testCaseId") is { } of
                    && _pickleOfCase.TryGetValue(of, out var pickle):
                    _pickleOfAttempt[id] = pickle;
                    _lastAttempt[pickle] = id;
                    _results[id] = (0, null);
                    break;
                case "testStepFinished" when Text(value, "testCaseStartedId") is { } attempt
                    && value.TryGetProperty("testStepResult", out var result) && Text(result, "status") is { } status:
                    Rate(attempt, status.ToLowerInvariant(), Text(result, "message") ?? OfException(result));
                    break;
            }
        }
    }

    private void Rate(string attempt, string status, string? message)
    {
        var rank = Ranks.IndexOf(status) is var known and >= 0 ? known : Ranks.IndexOf("unknown");
        var before = _results.GetValueOrDefault(attempt);
        // The steps after a failed or skipped one are skipped without a message.
        if (rank > before.Rank || (rank == before.Rank && before.Message is null))
            _results[attempt] = (rank, message);
    }

    private CucumberRun Run()
    {
        var scenarios = _pickles
            .Where(pickle => Text(pickle, "uri") is not null && Text(pickle, "name") is not null)
            .GroupBy(pickle => Text(pickle, "uri")!)
            .ToDictionary(group => group.Key, group => group.ToList());
        return new([.. _uris.Select(uri => Feature(uri, scenarios.GetValueOrDefault(uri) ?? []))]);
    }

    private CucumberFeature Feature(string uri, List<JsonElement> pickles)
    {
        var outlines = new Dictionary<string, (string Title, int Line)>();
        var rows = new Dictionary<string, string>();
        var starts = new SortedSet<int>();
        var title = uri;
        if (_documents[uri].TryGetProperty("feature", out var feature))
        {
            title = Text(feature, "name") ?? uri;
            Walk(feature);
        }
        return new(uri, title, _sources.GetValueOrDefault(uri), [.. starts], [.. pickles.Select(Scenario)]);

        void Walk(JsonElement holder)
        {
            foreach (var child in Each(holder, "children"))
            {
                if (child.TryGetProperty("background", out var background))
                    _ = Start(background);
                if (child.TryGetProperty("rule", out var rule))
                {
                    _ = Start(rule);
                    Walk(rule);
                }
                if (child.TryGetProperty("scenario", out var scenario))
                {
                    var line = Start(scenario);
                    if (Text(scenario, "id") is { } id)
                        outlines[id] = (Text(scenario, "name") ?? "", line);
                    foreach (var examples in Each(scenario, "examples"))
                        Rows(examples);
                }
            }
        }

        int Start(JsonElement node)
        {
            var line = Each(node, "tags").Select(Line).Append(Line(node)).Where(one => one > 0).DefaultIfEmpty(0).Min();
            if (line > 0)
                starts.Add(line);
            return line;
        }

        void Rows(JsonElement examples)
        {
            if (!examples.TryGetProperty("tableHeader", out var header))
                return;
            var names = Cells(header);
            foreach (var row in Each(examples, "tableBody"))
                if (Text(row, "id") is { } id)
                    rows[id] = string.Join(", ", names.Zip(Cells(row), (name, value) => $"{name}={value}"));
        }

        CucumberScenario Scenario(JsonElement pickle)
        {
            var nodes = Each(pickle, "astNodeIds").Select(node => node.GetString() ?? "").ToList();
            var name = Text(pickle, "name")!;
            var (outline, line) = nodes.Count > 0 && outlines.TryGetValue(nodes[0], out var found) ? found : (name, 0);
            var result = Text(pickle, "id") is { } id && _lastAttempt.TryGetValue(id, out var attempt)
                ? _results[attempt]
                : ((int Rank, string? Message)?)null;
            return new(
                name,
                outline,
                nodes.Count > 1 ? rows.GetValueOrDefault(nodes[1]) : null,
                line,
                [.. Each(pickle, "tags").Select(tag => Text(tag, "name")).OfType<string>()],
                result is { } known ? Ranks[known.Rank] : null,
                result?.Message);
        }
    }

    // Reqnroll gives the reason for a skipped step only here.
    private static string? OfException(JsonElement result) =>
        result.TryGetProperty("exception", out var exception) && exception.ValueKind == JsonValueKind.Object
            ? Text(exception, "message")
            : null;

    private static IEnumerable<string> Cells(JsonElement row) =>
        Each(row, "cells").Select(cell => Text(cell, "value") ?? "");

    private static int Line(JsonElement node) =>
        node.TryGetProperty("location", out var location)
        && location.TryGetProperty("line", out var line)
        && line.TryGetInt32(out var number)
            ? number
            : 0;

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static IEnumerable<JsonElement> Each(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
}
