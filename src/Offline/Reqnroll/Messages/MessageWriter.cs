using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reqnroll.Offline.Messages;

/// <summary>Writes Cucumber Messages, one JSON object a line, as they happen.</summary>
internal sealed class MessageWriter(Stream stream) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock gate = new();
    private int lastId;

    /// <summary>An id that no other object of this stream has.</summary>
    public string NewId() => Interlocked.Increment(ref lastId).ToString();

    /// <summary>Writes one message. Properties without a value are left out, as the protocol wants.</summary>
    public void Write(string type, JsonObject message)
    {
        Compact(message);
        byte[] line = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { [type] = message }, Json);
        lock (gate)
        {
            stream.Write(line);
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>Hands over what was written so far, so that it survives the end of the process.</summary>
    public void Flush()
    {
        lock (gate)
            stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>The present moment.</summary>
    public static JsonObject Now()
    {
        long ticks = DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks;
        return Time(TimeSpan.FromTicks(ticks));
    }

    /// <summary>A duration, or the time since 1970.</summary>
    public static JsonObject Time(TimeSpan time) => new()
    {
        ["seconds"] = time.Ticks / TimeSpan.TicksPerSecond,
        ["nanos"] = time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
    };

    /// <summary>A JSON array.</summary>
    public static JsonArray List(IEnumerable<JsonNode> items) => [.. items];

    private static void Compact(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                Compact(item);
        }
        if (node is not JsonObject members)
            return;
        foreach (string empty in members.Where(member => member.Value is null).Select(member => member.Key).ToList())
            members.Remove(empty);
        foreach (var member in members)
            Compact(member.Value);
    }
}
