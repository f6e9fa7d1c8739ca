using System.Collections.Immutable;
using System.Text.Json;

namespace Hooktrail.Trails.Json;

/// <summary>
/// A value in a file that is being read, and where it is: what is wrong with it can be said with the file's name and a JSON path.
/// </summary>
internal readonly record struct JsonPlace(string File, string Path, JsonElement Value)
{
    /// <summary>The member of that name.</summary>
    public JsonPlace this[string name] =>
        Value.TryGetProperty(name, out var member)
            ? new(File, $"{Path}.{name}", member)
            : throw Wrong($"lacks the member \"{name}\"");

    /// <summary>The member of that name; null where it is absent.</summary>
    public JsonPlace? Optional(string name) =>
        Value.TryGetProperty(name, out var member) ? new(File, $"{Path}.{name}", member) : null;

    /// <summary>Insists on an object that has no other members than these.</summary>
    public JsonPlace Object(params ReadOnlySpan<string> members)
    {
        Insist(Value.ValueKind == JsonValueKind.Object, "an object");
        foreach (var member in Value.EnumerateObject())
            if (!members.Contains(member.Name))
                throw Wrong($"has a member \"{member.Name}\", which {TrailsFile.Schema} does not know");
        return this;
    }

    /// <summary>The members of an object that may have any.</summary>
    public IEnumerable<(string Name, JsonPlace Value)> Members()
    {
        Insist(Value.ValueKind == JsonValueKind.Object, "an object");
        var place = this;
        return Value.EnumerateObject().Select(member => (member.Name, place[member.Name]));
    }

    /// <summary>Reads each element of an array.</summary>
    public ImmutableArray<T> Each<T>(Func<JsonPlace, T> read)
    {
        Insist(Value.ValueKind == JsonValueKind.Array, "an array");
        var elements = ImmutableArray.CreateBuilder<T>(Value.GetArrayLength());
        foreach (var element in Value.EnumerateArray())
            elements.Add(read(new(File, $"{Path}[{elements.Count}]", element)));
        return elements.MoveToImmutable();
    }

    /// <summary>Reads the value unless it is null.</summary>
    public T? Nullable<T>(Func<JsonPlace, T> read) where T : class =>
        Value.ValueKind == JsonValueKind.Null ? null : read(this);

    /// <summary>Reads text.</summary>
    public string Text()
    {
        Insist(Value.ValueKind == JsonValueKind.String, "a string");
        return Value.GetString()!;
    }

    /// <summary>Reads true or false.</summary>
    public bool Bool()
    {
        Insist(Value.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
        return Value.GetBoolean();
    }

    /// <summary>Reads a whole number from 1.</summary>
    public int Count()
    {
        var number = 0;
        Insist(
            Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out number) && number > 0,
            "a whole number from 1");
        return number;
    }

    /// <summary>Reads a whole number that may be negative.</summary>
    public int Integer()
    {
        var number = 0;
        Insist(Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out number), "a whole number of 32 bits");
        return number;
    }

    /// <summary>Reads a record's number.</summary>
    public ulong Number()
    {
        var number = 0UL;
        Insist(Value.ValueKind == JsonValueKind.Number && Value.TryGetUInt64(out number), "a whole number from 0");
        return number;
    }

    /// <summary>Reads a word that the shared language knows; its own complaint is told with the place.</summary>
    public T Word<T>(Func<string, T> parse)
    {
        var word = Text();
        return Place(() => parse(word));
    }

    /// <summary>Adds the place to what is wrong.</summary>
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

    /// <summary>What is wrong with this value, told with its place and with what to do.</summary>
    public HooktrailException Wrong(string what) =>
        new($"{File}: {Path} {what}; schema/trails.schema.json says what belongs there, or write the file anew.");

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
