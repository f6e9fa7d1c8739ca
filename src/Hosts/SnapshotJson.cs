using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hooktrail.Hosts;

/// <summary>The format of a snapshot's file; schema/snapshot.schema.json describes it.</summary>
public static class SnapshotJson
{
    public const string Format = "hooktrail snapshot";

    public const int Version = 1;

    // A host with 200 containers and 10,000 rules takes less than 20 MB.
    private const int Largest = 128 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    /// <param name="stream">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HooktrailException">It is no snapshot, or one of a later version.</exception>
    public static Snapshot Read(Stream stream, string name)
    {
        try
        {
            var file = JsonSerializer.Deserialize<FileForm>(Bounded(stream, name), Options);
            return file switch
            {
                null => throw No("it is empty"),
                { Format: not Format } => throw No($"its format is not \"{Format}\""),
                { Version: > Version } => throw new HooktrailException(
                    $"{name} is a snapshot of version {file.Version.ToString(CultureInfo.InvariantCulture)}, and this release reads versions up to {Version.ToString(CultureInfo.InvariantCulture)}; use a later release."),
                _ => new Snapshot([.. file.Parts.Select(Part)]),
            };
        }
        catch (JsonException wrong)
        {
            throw No(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it is no such JSON, at {wrong.Path ?? "$"}, line {(wrong.LineNumber ?? 0) + 1}"));
        }

        HooktrailException No(string why) => new(
            $"{name} is no snapshot: {why}; write one with ./specs snapshot, or with the script that ./specs snapshot --script prints.");
    }

    /// <summary>Writes a snapshot as the script does.</summary>
    public static void Write(Stream stream, Snapshot snapshot) => JsonSerializer.Serialize(
        stream,
        new FileForm
        {
            Format = Format,
            Version = Version,
            Parts =
            [
                .. snapshot.Parts.Select(part => new PartForm
                {
                    Name = part.Name,
                    Command = part.Command,
                    Exit = part.ExitCode,
                    Lines = part.Lines.IsEmpty ? null : [.. part.Lines],
                    Errors = part.Errors.IsEmpty ? null : [.. part.Errors],
                }),
            ],
        },
        new JsonSerializerOptions(Options)
        {
            WriteIndented = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    private static SnapshotPart Part(PartForm part) =>
        new(part.Name, part.Command, part.Exit, [.. part.Lines ?? []], [.. part.Errors ?? []]);

    private static byte[] Bounded(Stream stream, string name)
    {
        using var read = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is var count and > 0)
        {
            if (read.Length + count > Largest)
                throw new HooktrailException(
                    $"{name} is larger than {Largest >> 20} MB, which no snapshot is; name a snapshot.");
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private sealed record FileForm
    {
        public required string Format { get; init; }

        public required int Version { get; init; }

        public required PartForm[] Parts { get; init; }
    }

    private sealed record PartForm
    {
        public required string Name { get; init; }

        public required string Command { get; init; }

        public required int Exit { get; init; }

        public string[]? Lines { get; init; }

        public string[]? Errors { get; init; }
    }
}
