using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Records;

/// <summary>Reads and writes a topology; schema/topology.schema.json describes the format.</summary>
public static class TopologyJson
{
    /// <summary>The version that is written. Every earlier one is read.</summary>
    public const string Schema = "hooktrail/topology/1";

    // A host of 1,000 containers with their routes takes less than 10 MB.
    private const int Largest = 32 << 20;

    /// <summary>How a topology is written within other formats.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new TextConverter<IPAddress>(text => IPAddress.TryParse(text, out var address) ? address : null),
            new TextConverter<HostAddress>(HostAddress.Parse),
            new PrefixConverter(),
        },
    };

    /// <summary>UTF-8; <paramref name="stream"/> stays open.</summary>
    public static void Write(Stream stream, Topology topology)
    {
        JsonSerializer.Serialize(stream, new Form(Schema, topology), Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a whole file. Messages call it <paramref name="name"/>, usually its path.</summary>
    /// <exception cref="HooktrailException">
    /// The file is not JSON, has another version of the format, or contains an impossible value.
    /// </exception>
    public static Topology Read(Stream stream, string name)
    {
        try
        {
            using var bounded = new BoundedStream(stream, Largest, name);
            var form = JsonSerializer.Deserialize<Form>(bounded, Options);
            return form switch
            {
                null => throw No("it is empty"),
                { Schema: Schema } => form.Topology,
                _ => throw No($"its schema is not \"{Schema}\""),
            };
        }
        catch (JsonException wrong)
        {
            throw No(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the mistake is at {wrong.Path ?? "$"}, line {(wrong.LineNumber ?? 0) + 1}"));
        }

        HooktrailException No(string why) => new(
            $"{name} is no topology: {why}; see schema/topology.schema.json, or write the file again.");
    }

    private sealed record Form(string Schema, Topology Topology);

    private sealed class TextConverter<T>(Func<string, T?> parse) : JsonConverter<T> where T : class
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? parse(reader.GetString()!) : null) ?? throw new JsonException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class PrefixConverter : JsonConverter<AddressPrefix>
    {
        public override AddressPrefix Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
            && AddressPrefix.TryParse(reader.GetString()!, IpVersion.V4, out var prefix)
                ? prefix
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, AddressPrefix value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
