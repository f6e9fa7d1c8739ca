using System.Text.Json;

namespace Hooktrail.Records;

/// <summary>A JSON value and its place, so that a message can name the file and the JSON path.</summary>
internal readonly record struct JsonPlace(string File, string Path, JsonElement Value)
{
    public JsonPlace this[string name] =>
        Value.TryGetProperty(name, out var member)
            ? new(File, $"{Path}.{name}", member)
            : throw Wrong($"lacks the member \"{name}\"");

    public JsonPlace? Optional(string name) =>
        Value.TryGetProperty(name, out var member) ? new(File, $"{Path}.{name}", member) : null;

    /// <summary>Requires an object that has no members except these.</summary>
    public JsonPlace Object(params ReadOnlySpan<string> members)
    {
        Insist(Value.ValueKind == JsonValueKind.Object, "an object");
        foreach (var member in Value.EnumerateObject())
            if (!members.Contains(member.Name))
                throw Wrong($"has a member \"{member.Name}\", which {TrailsFile.Schema} does not know");
        return this;
    }

    public IEnumerable<(string Name, JsonPlace Value)> Members()
    {
        Insist(Value.ValueKind == JsonValueKind.Object, "an object");
        var place = this;
        return Value.EnumerateObject().Select(member => (member.Name, place[member.Name]));
    }

    public ImmutableArray<T> Each<T>(Func<JsonPlace, T> read)
    {
        Insist(Value.ValueKind == JsonValueKind.Array, "an array");
        var elements = ImmutableArray.CreateBuilder<T>(Value.GetArrayLength());
        foreach (var element in Value.EnumerateArray())
            elements.Add(read(new(File, $"{Path}[{elements.Count}]", element)));
        return elements.MoveToImmutable();
    }

    public T? Nullable<T>(Func<JsonPlace, T> read) where T : class =>
        Value.ValueKind == JsonValueKind.Null ? null : read(this);

    public string Text()
    {
        Insist(Value.ValueKind == JsonValueKind.String, "a string");
        return Value.GetString()!;
    }

    public bool Bool()
    {
        Insist(Value.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
        return Value.GetBoolean();
    }

    /// <summary>A whole number from 1.</summary>
    public int Count()
    {
        var number = 0;
        Insist(
            Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out number) && number > 0,
            "a whole number from 1");
        return number;
    }

    public int Integer()
    {
        var number = 0;
        Insist(Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out number), "a whole number of 32 bits");
        return number;
    }

    public ulong Number()
    {
        var number = 0UL;
        Insist(Value.ValueKind == JsonValueKind.Number && Value.TryGetUInt64(out number), "a whole number from 0");
        return number;
    }

    /// <summary>Parses a word; an error gets the place.</summary>
    public T Word<T>(Func<string, T> parse)
    {
        var word = Text();
        return Place(() => parse(word));
    }

    /// <summary>Adds the place to the message of an error.</summary>
    public T Place<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (HooktrailException wrong)
        {
            throw new HooktrailException($"{File}, at {Path}: {wrong.Message}", wrong);
        }
    }

    public HooktrailException Wrong(string what) =>
        new($"{File}: {Path} {what}; see schema/trails.schema.json, or write the file again.");

    private void Insist(bool condition, string wanted)
    {
        if (!condition)
            throw Wrong($"is {Shown} and must be {wanted}");
    }

    private string Shown => Value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String when Value.GetRawText().Length > 40 => "a long string",
        _ => Value.GetRawText(),
    };
}
