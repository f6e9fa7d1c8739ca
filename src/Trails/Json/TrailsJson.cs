namespace Hooktrail.Trails.Json;

/// <summary>Reads and writes <c>trails.json</c>; schema/trails.schema.json describes it for other programs.</summary>
public static class TrailsJson
{
    /// <summary>Writes a whole file, UTF-8, always the same bytes for equal content.</summary>
    /// <param name="stream">Where it goes; it stays open.</param>
    /// <param name="file">What is written.</param>
    /// <param name="indentation">How many blanks a line has for each level.</param>
    public static void Write(Stream stream, TrailsFile file, int indentation = 2)
    {
        using var writer = new TrailsWriter(stream, file.HostProfile, file.Facts, file.Hooks, indentation);
        foreach (var leg in file.Legs)
            writer.Add(leg);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="stream">The file's bytes, UTF-8.</param>
    /// <param name="name">How a message names the file to the user: usually its path.</param>
    /// <exception cref="HooktrailException">It is not JSON, not this version of the format, or says something impossible.</exception>
    public static TrailsFile Read(Stream stream, string name) => new TrailsReader(name).Read(stream);
}
