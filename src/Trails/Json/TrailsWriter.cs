using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Trails.Json;

/// <summary>
/// Writes <c>trails.json</c> leg by leg, so that a long run need not be held in memory. Whatever has no parts worth a line each
/// (a hop, a rule, an outcome) is one line, so that two files can be compared by eye and by diff. Written by hand rather
/// than by a serializer: the order of members is the format's, and a prediction starts without its start-up time.
/// </summary>
public sealed class TrailsWriter : IDisposable
{
    // Arrows and quotes stay readable; a page that embeds the file has to escape it, like any other text.
    private static readonly JsonWriterOptions Lines = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonWriterOptions OneLine = Lines with { Indented = false };

    private readonly Stream _stream;
    private readonly HostProfile _usual;
    private readonly Dictionary<HostProfile, int> _others = [];
    private readonly Utf8JsonWriter _json;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _inLine;

    /// <summary>Begins a file; <paramref name="stream"/> stays open after the end of it.</summary>
    public TrailsWriter(Stream stream, HostProfile profile)
    {
        _stream = stream;
        _usual = profile;
        _json = new(stream, Lines);
        _inLine = new(_line, OneLine);

        _json.WriteStartObject();
        _json.WriteString("schema", TrailsFile.Schema);
        _json.WritePropertyName("hostProfile");
        Write(profile, withRules: true);
        _json.WriteStartArray("legs");
    }

    /// <summary>Writes one more leg, and hands it to the stream.</summary>
    public void Add(LegRecord leg)
    {
        _json.WriteStartObject();
        if (leg.Scenario is { } scenario)
            WriteLine("scenario", scenario, static (json, one) =>
            {
                json.WriteString("feature", one.Feature);
                json.WriteString("title", one.Scenario);
            });
        WriteLine("flow", leg.Flow, Write);
        WriteLine("leg", leg.Leg, static (json, one) =>
        {
            json.WriteString("direction", one.Direction.Name());
            json.WriteNumber("packet", one.Packet);
        });
        if (leg.HostProfile is { } profile)
            _json.WriteNumber("hostProfile", NumberOf(profile));
        Write("predicted", leg.Predicted);
        Write("observed", leg.Observed);
        if (leg.Verdict is { } verdict)
            _json.WriteString("verdict", verdict.Name());
        if (leg.Reason is { } reason)
            _json.WriteString("reason", reason);
        if (!leg.Evidence.IsEmpty)
        {
            _json.WriteStartArray("evidence");
            foreach (var line in leg.Evidence)
                _json.WriteStringValue(line);
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Ends the file.</summary>
    public void Dispose()
    {
        _json.WriteEndArray();
        if (_others.Count > 0)
        {
            // Known only now: a leg has gone to the stream before the next one's profile is seen.
            _json.WriteStartArray("hostProfiles");
            foreach (var (profile, _) in _others.OrderBy(one => one.Value))
                Write(profile, withRules: profile.Rules != _usual.Rules);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.Dispose();
        _inLine.Dispose();
        _stream.WriteByte((byte)'\n');
    }

    /// <summary>The number of a profile that is not the file's own, from 1.</summary>
    private int NumberOf(HostProfile profile)
    {
        if (!_others.TryGetValue(profile, out var number))
            _others.Add(profile, number = _others.Count + 1);
        return number;
    }

    private static void Write(Utf8JsonWriter json, Flow flow)
    {
        json.WriteString("from", flow.From.Name);
        json.WriteString("to", flow.To.Name);
        json.WriteString("protocol", flow.Protocol.Name());
        var usual = new Flow(flow.From, flow.To, flow.Protocol);
        if (flow.Ip != usual.Ip)
            json.WriteString("ip", flow.Ip.Name());
        if (flow.Via is { } via)
            json.WriteString("via", via);
        if (flow.HasPorts || flow.Port != usual.Port)
            json.WriteNumber("port", flow.Port);
        if (flow.Ttl != usual.Ttl)
            json.WriteNumber("ttl", flow.Ttl);
        if (flow.Fragments != usual.Fragments)
            json.WriteNumber("fragments", flow.Fragments);
        if (flow.Encapsulation != usual.Encapsulation)
            json.WriteString("encapsulation", flow.Encapsulation.Name());
    }

    private void Write(HostProfile profile, bool withRules)
    {
        _json.WriteStartObject();
        _json.WriteString("kernel", profile.Kernel.ToString());
        _json.WriteString("iptables", profile.Iptables.Name());
        _json.WriteString("ebtables", profile.Ebtables.Name());
        _json.WriteStartObject("switches");
        foreach (var one in Switch.All)
            _json.WriteBoolean(one.Name, one.Read(profile));
        _json.WriteEndObject();
        _json.WriteStartArray("published");
        foreach (var port in profile.Published)
            WriteLine(null, port, static (json, one) =>
            {
                json.WriteNumber("port", one.Port);
                json.WriteString("to", one.To.Name);
            });
        _json.WriteEndArray();
        if (withRules)
            Write(profile.Rules);
        _json.WriteEndObject();
    }

    private void Write(RuleSet rules)
    {
        _json.WriteStartObject("rules");
        foreach (var layer in RuleText.Layers(rules))
        {
            _json.WriteStartArray(layer.Name());
            foreach (var line in RuleText.Write(rules, layer))
                _json.WriteStringValue(line);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void Write(string name, Trail? trail)
    {
        if (trail is null)
        {
            _json.WriteNull(name);
            return;
        }

        _json.WriteStartObject(name);
        _json.WriteStartArray("hops");
        foreach (var hop in trail.Hops)
            WriteLine(null, hop, Write);
        _json.WriteEndArray();
        WriteLine("outcome", trail.Outcome, Write);
        _json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Hop hop)
    {
        WriteMembers(json, hop.Point);
        json.WriteString("in", hop.In);
        json.WriteString("out", hop.Out);
        json.WriteString("physIn", hop.PhysIn);
        json.WriteString("physOut", hop.PhysOut);
        json.WriteString("source", hop.Source);
        json.WriteString("destination", hop.Destination);
    }

    private static void Write(Utf8JsonWriter json, Outcome outcome)
    {
        json.WriteString("result", outcome.Kind.Name());
        json.WriteString("to", outcome.To?.Name);
        if (outcome.At is { } at)
        {
            json.WriteStartObject("at");
            WriteMembers(json, at);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("at");
        }
        json.WriteString("reason", outcome.Reason);
    }

    private static void WriteMembers(Utf8JsonWriter json, HookPoint point)
    {
        json.WriteString("layer", point.Layer.Name());
        json.WriteString("table", point.Table);
        json.WriteString("chain", point.Chain);
    }

    private void WriteLine<T>(string? name, T value, Action<Utf8JsonWriter, T> members)
    {
        _line.ResetWrittenCount();
        // The writer indents whatever it writes itself, but not a raw element of an array.
        if (name is null)
            _line.Write([(byte)'\n', .. Enumerable.Repeat((byte)' ', _json.CurrentDepth * Lines.IndentSize)]);
        _inLine.Reset();
        _inLine.WriteStartObject();
        members(_inLine, value);
        _inLine.WriteEndObject();
        _inLine.Flush();
        if (name is not null)
            _json.WritePropertyName(name);
        _json.WriteRawValue(_line.WrittenSpan, skipInputValidation: true);
    }
}
