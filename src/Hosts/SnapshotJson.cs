using System.Text.Encodings.Web;
using System.Text.Json;
using Hooktrail.Text;

namespace Hooktrail.Hosts;

/// <summary>The format of a snapshot's file; schema/snapshot.schema.json describes it.</summary>
public static class SnapshotJson
{
    /// <summary>The version that is written. Every earlier one is read.</summary>
    public const string Schema = "hooktrail/snapshot/1";

    private const string Family = "hooktrail/snapshot/";

    private static readonly JsonWriterOptions Readable =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <param name="stream">The file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HooktrailException">It is no snapshot, or one of a later version.</exception>
    public static Snapshot Read(Stream stream, string name)
    {
        try
        {
            return new Reader(name, Bytes(stream, name)).Read();
        }
        catch (JsonException wrong) when (wrong is { LineNumber: { } line, BytePositionInLine: { } at })
        {
            throw new HooktrailException(
                $"{name} is not JSON: the mistake is at line {line + 1}, byte {at + 1}; the file may be cut short or edited, so write it again.",
                wrong);
        }
        catch (InvalidOperationException wrong)
        {
            // For text that no string can hold: bytes that are not UTF-8, half of a surrogate pair.
            throw new HooktrailException($"{name} holds text that is not valid Unicode; write the file again.", wrong);
        }
    }

    /// <summary>Writes a snapshot as the script does; <paramref name="stream"/> stays open.</summary>
    public static void Write(Stream stream, Snapshot snapshot)
    {
        using var json = new Utf8JsonWriter(stream, Readable);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteStartArray("parts");
        foreach (var part in snapshot.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteString("command", part.Command);
            json.WriteNumber("exit", part.ExitCode);
            Lines("lines", part.Lines);
            Lines("errors", part.Errors);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');

        void Lines(string member, ImmutableArray<string> lines)
        {
            if (lines.IsEmpty)
                return;
            json.WriteStartArray(member);
            foreach (var line in lines)
                json.WriteStringValue(line);
            json.WriteEndArray();
        }
    }

    private static ReadOnlyMemory<byte> Bytes(Stream stream, string name)
    {
        var (bytes, count) = (new byte[1 << 16], 0);
        while (stream.Read(bytes.AsSpan(count)) is var read and > 0)
        {
            count += read;
            if (count > Limits.Bytes)
                throw new HooktrailException(
                    $"{name} is larger than {Limits.Bytes >> 20} MB, which no snapshot is; name a snapshot.");
            if (count == bytes.Length)
                Array.Resize(ref bytes, Math.Min(bytes.Length * 2, Limits.Bytes + 1));
        }

        var isMarked = bytes.AsSpan(0, count).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]);
        return bytes.AsMemory(0, count)[(isMarked ? 3 : 0)..];
    }

    /// <summary>
    /// A host with 200 containers and 10,000 rules takes less than 20 MB. Both bounds together keep what reads a
    /// snapshot below 400 MB.
    /// </summary>
    private static class Limits
    {
        public const int Bytes = 32 << 20;

        public const int Lines = 1_000_000;
    }

    private sealed class Reader(string name, ReadOnlyMemory<byte> bytes)
    {
        private int _lines;

        public Snapshot Read()
        {
            var json = new Utf8JsonReader(bytes.Span);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject
                || !json.Read() || json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("schema"))
                throw No("it does not begin with \"schema\"");
            json.Read();
            Version(ref json);
            ImmutableArray<SnapshotPart>? parts = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (!json.ValueTextEquals("parts") || parts is not null)
                    throw No($"it has a member \"{json.GetString()}\" that the format does not know, or has twice");
                parts = Parts(ref json);
            }

            // A mistake behind the end is one too.
            json.Read();
            return new(parts ?? throw No("it lacks the member \"parts\""));
        }

        private void Version(ref Utf8JsonReader json)
        {
            if (json.TokenType != JsonTokenType.String)
                throw No("its \"schema\" is no string");
            if (json.GetString() is not Schema and var schema)
                throw schema!.StartsWith(Family, StringComparison.Ordinal)
                    ? new HooktrailException(
                        $"{name} has the schema \"{schema}\", but this version reads \"{Schema}\"; use the release that wrote the file, or a later one.")
                    : No($"its schema is \"{Shown(schema)}\"");
        }

        private ImmutableArray<SnapshotPart> Parts(ref Utf8JsonReader json)
        {
            Begin(ref json, JsonTokenType.StartArray, "\"parts\" is no array");
            var parts = ImmutableArray.CreateBuilder<SnapshotPart>();
            var names = new HashSet<string>();
            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                parts.Add(Part(ref json, parts.Count));
                if (!names.Add(parts[^1].Name))
                    throw No($"it has two parts \"{Shown(parts[^1].Name)}\"");
                Count();
            }

            return json.TokenType == JsonTokenType.EndArray
                ? parts.ToImmutable()
                : throw No($"part {parts.Count + 1} is no object");
        }

        private SnapshotPart Part(ref Utf8JsonReader json, int index)
        {
            string? part = null, command = null;
            int? exit = null;
            ImmutableArray<string>? lines = null, errors = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var member = json.GetString();
                json.Read();
                switch (member)
                {
                    case "name" when part is null && json.TokenType == JsonTokenType.String:
                        part = json.GetString();
                        break;
                    case "command" when command is null && json.TokenType == JsonTokenType.String:
                        command = json.GetString();
                        break;
                    case "exit" when exit is null && json.TokenType == JsonTokenType.Number
                        && json.TryGetInt32(out var code):
                        exit = code;
                        break;
                    case "lines" when lines is null && json.TokenType == JsonTokenType.StartArray:
                        lines = Lines(ref json, index);
                        break;
                    case "errors" when errors is null && json.TokenType == JsonTokenType.StartArray:
                        errors = Lines(ref json, index);
                        break;
                    default:
                        throw No($"\"{Shown(member!)}\" of part {index + 1} is not as the format has it");
                }
            }

            return new(
                part ?? throw Lacks("name"), command ?? throw Lacks("command"), exit ?? throw Lacks("exit"),
                lines ?? [], errors ?? []);

            HooktrailException Lacks(string member) => No($"part {index + 1} lacks the member \"{member}\"");
        }

        private ImmutableArray<string> Lines(ref Utf8JsonReader json, int index)
        {
            var lines = ImmutableArray.CreateBuilder<string>();
            while (json.Read() && json.TokenType == JsonTokenType.String)
            {
                lines.Add(json.GetString()!);
                Count();
            }

            return json.TokenType == JsonTokenType.EndArray
                ? lines.ToImmutable()
                : throw No($"a line of part {index + 1} is no string");
        }

        private void Begin(ref Utf8JsonReader json, JsonTokenType type, string otherwise)
        {
            if (!json.Read() || json.TokenType != type)
                throw No(otherwise);
        }

        private void Count()
        {
            if (++_lines > Limits.Lines)
                throw new HooktrailException(
                    $"{name} has more than a million lines, which no snapshot has; name a snapshot.");
        }

        private static string Shown(string text) =>
            PlainText.Of(text.Length > 60 ? text[..60] + "…" : text);

        private HooktrailException No(string why) => new(
            $"{name} is no snapshot: {why}; write one with ./specs snapshot, or with the script that ./specs snapshot --script prints.");
    }
}
