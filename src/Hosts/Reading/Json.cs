using System.Text.Json;

namespace Hooktrail.Hosts.Reading;

/// <summary>Looks into what tools print as JSON: a member that is missing is null, never an error.</summary>
internal static class Json
{
    /// <summary>The objects of a part that a command printed as one array, or one a line.</summary>
    /// <exception cref="HooktrailException">The part is no JSON.</exception>
    public static IEnumerable<JsonElement> Objects(SnapshotPart? part)
    {
        if (part is null or { Lines.IsEmpty: true })
            return [];
        try
        {
            return part.Lines[0].StartsWith('[')
                ? [.. Parsed(part.Text).EnumerateArray()]
                : [.. part.Lines.Where(line => line.Length > 0).Select(Parsed)];
        }
        catch (JsonException wrong)
        {
            throw new HooktrailException(
                $"The snapshot's part \"{part.Name}\" is not what \"{part.Command}\" prints: it is no JSON; write the snapshot again.",
                wrong);
        }
    }

    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
            && member.ValueKind != JsonValueKind.Null
                ? member
                : null;

    /// <summary>Also for null, which iproute2 prints of a flag.</summary>
    public static bool IsThere(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static int? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value)
            ? value
            : null;

    /// <summary>Also for the words on and off, which some releases of iproute2 print.</summary>
    public static bool IsOn(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Number } number => number.TryGetInt32(out var value) && value != 0,
        { ValueKind: JsonValueKind.String } text => text.GetString() == "on",
        _ => false,
    };

    public static IEnumerable<JsonElement> Each(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Whether a word is in a list: <c>"flags": ["UP"]</c>.</summary>
    public static bool Has(this JsonElement element, string name, string word) =>
        element.Each(name).Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(word));

    public static IEnumerable<(string Name, JsonElement Value)> Members(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Object } members
            ? members.EnumerateObject().Select(member => (member.Name, member.Value))
            : [];

    private static JsonElement Parsed(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
