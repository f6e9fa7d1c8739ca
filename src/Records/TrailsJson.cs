namespace Hooktrail.Records;

/// <summary>Reads and writes <c>trails.json</c>; schema/trails.schema.json describes it for other programs.</summary>
public static class TrailsJson
{
    /// <summary>UTF-8, the same bytes for equal content; <paramref name="stream"/> stays open.</summary>
    public static void Write(Stream stream, TrailsFile file, int indentation = 2)
    {
        using var writer = new TrailsWriter(stream, file.HostProfile, file.Facts, file.Hooks, indentation);
        foreach (var leg in file.Legs)
            writer.Add(leg);
    }

    /// <summary>Reads a whole file, UTF-8. Messages call it <paramref name="name"/>, usually its path.</summary>
    /// <exception cref="HooktrailException">
    /// The file is not JSON, has another version of the format, or contains an impossible value.
    /// </exception>
    public static TrailsFile Read(Stream stream, string name) => new TrailsReader(name).Read(stream);
}
