using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>
/// Writes <c>trails.json</c> leg by leg, so that a long run need not be held in memory. Small parts (a hop, a rule, an
/// outcome) take one line each, for diff. The writer is written by hand: the order of members is the format's, and a
/// prediction saves a serializer's start-up time.
/// </summary>
public sealed class TrailsWriter : IDisposable
{
    // Arrows and quotes stay readable; a page that embeds the file must escape it, like any other text.
    private static readonly JsonWriterOptions Lines = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonWriterOptions OneLine = Lines with { Indented = false };

    private readonly Stream _stream;
    private readonly int _indentation;
    private readonly HostProfile _first;
    private HostProfile _host;
    private readonly Utf8JsonWriter _json;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _inLine;

    /// <summary>Begins a file; <paramref name="stream"/> stays open after its end.</summary>
    public TrailsWriter(
        Stream stream, HostProfile profile, ImmutableArray<Fact>? facts = null,
        ImmutableArray<Registration>? hooks = null, int indentation = 2)
    {
        _stream = stream;
        _indentation = indentation;
        _first = _host = profile;
        _json = new(stream, Lines with { IndentSize = indentation });
        _inLine = new(_line, OneLine);

        _json.WriteStartObject();
        _json.WriteString("schema", TrailsFile.Schema);
        _json.WriteStartArray("hosts");
        BeginHost(basis: null, facts ?? [], hooks ?? []);
    }

    /// <summary>Writes one more leg to the stream.</summary>
    public void Add(LegRecord leg)
    {
        // Comparing rules takes time, and a run passes the same profile again and again.
        var host = leg.HostProfile ?? _first;
        if (!ReferenceEquals(host, _host) && host != _host)
        {
            EndHost();
            _host = host;
            BeginHost(_first, [], []);
        }

        _json.WriteStartObject();
        if (leg.Scenario is { } scenario)
            WriteLine("scenario", scenario, static (json, one) =>
            {
                json.WriteString("feature", one.Feature);
                json.WriteString("title", one.Scenario);
                WriteIfAny(json, "example", one.Example);
            });
        WriteLine("flow", leg.Flow, static (json, flow) =>
        {
            json.WriteString("from", flow.From.Name);
            json.WriteString("to", flow.To.Name);
            json.WriteString("protocol", flow.Protocol.Name());
            WriteRest(json, flow);
        });
        WriteLine("leg", leg.Leg, static (json, one) =>
        {
            json.WriteString("direction", one.Direction.Name());
            json.WriteNumber("packet", one.Packet);
        });
        Write("predicted", leg.Predicted);
        if (leg.Observed is not null && leg.Observed == leg.Predicted)
            _json.WriteString("observed", TrailsFile.AsPredicted);
        else
            Write("observed", leg.Observed);
        if (leg.Verdict is { } verdict)
            _json.WriteString("verdict", verdict.Name());
        if (leg.Reason is { } reason)
            _json.WriteString("reason", reason);
        if (!leg.Evidence.IsEmpty)
        {
            _json.WriteStartArray("evidence");
            foreach (var record in leg.Evidence)
                WriteLine(null, record, Write);
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Ends the file.</summary>
    public void Dispose()
    {
        EndHost();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Dispose();
        _inLine.Dispose();
        _stream.WriteByte((byte)'\n');
    }

    private void BeginHost(HostProfile? basis, ImmutableArray<Fact> facts, ImmutableArray<Registration> hooks)
    {
        _json.WriteStartObject();
        Write(_host, basis);
        if (!facts.IsEmpty)
        {
            _json.WriteStartObject("facts");
            foreach (var fact in facts)
                _json.WriteString(fact.Name, fact.Value);
            _json.WriteEndObject();
        }

        if (!hooks.IsEmpty)
        {
            _json.WriteStartArray("hooks");
            foreach (var hook in hooks)
                WriteLine(null, hook, Write);
            _json.WriteEndArray();
        }

        _json.WriteStartArray("legs");
    }

    private void EndHost()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    // Usual values are left out.
    private static void WriteRest(Utf8JsonWriter json, Flow flow)
    {
        if (flow.Ip != IpVersion.V4)
            json.WriteString("ip", flow.Ip.Name());
        if (flow.Via is { } via)
            json.WriteString("via", via);
        if (flow.As is { } own)
            json.WriteString("as", own);
        if (flow.Port != Flow.ServicePort)
            json.WriteNumber("port", flow.Port);
        if (flow.Ttl != Flow.DefaultTtl)
            json.WriteNumber("ttl", flow.Ttl);
        if (flow.Fragments != 1)
            json.WriteNumber("fragments", flow.Fragments);
        if (flow.Encapsulation != Encapsulation.None)
            json.WriteString("encapsulation", flow.Encapsulation.Name());
    }

    /// <summary>Writes a whole profile, or its differences from <paramref name="basis"/>.</summary>
    private void Write(HostProfile profile, HostProfile? basis)
    {
        _json.WriteStartObject("hostProfile");
        if (profile.Kernel != basis?.Kernel)
            _json.WriteString("kernel", profile.Kernel.ToString());
        if (profile.Iptables != basis?.Iptables)
            _json.WriteString("iptables", profile.Iptables.Name());
        if (profile.Ebtables != basis?.Ebtables)
            _json.WriteString("ebtables", profile.Ebtables.Name());
        WriteSwitches([.. Switch.All.Where(one => basis is null || one.Read(profile) != one.Read(basis))], profile);
        if (basis is null || !profile.Published.AsSpan().SequenceEqual(basis.Published.AsSpan()))
        {
            _json.WriteStartArray("published");
            foreach (var published in profile.Published)
                WriteLine(null, published, static (json, one) =>
                {
                    json.WriteNumber("port", one.Port);
                    json.WriteString("to", one.To.Name);
                });
            _json.WriteEndArray();
        }
        if (profile.Rules != basis?.Rules)
            Write(profile.Rules);
        _json.WriteEndObject();
    }

    private void WriteSwitches(ImmutableArray<Switch> switches, HostProfile profile)
    {
        if (switches.IsEmpty)
            return;
        _json.WriteStartObject("switches");
        foreach (var one in switches)
            _json.WriteBoolean(one.Name, one.Read(profile));
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

        if (!rules.Sets.IsEmpty)
        {
            _json.WriteStartArray("ipset");
            foreach (var line in RuleText.Sets(rules))
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
        WriteIfAny(json, "in", hop.In);
        WriteIfAny(json, "out", hop.Out);
        WriteIfAny(json, "physIn", hop.PhysIn);
        WriteIfAny(json, "physOut", hop.PhysOut);
        WriteIfAny(json, "source", hop.Source);
        WriteIfAny(json, "destination", hop.Destination);
    }

    private static void Write(Utf8JsonWriter json, Evidence record)
    {
        if (record.Hop > 0)
            json.WriteNumber("hop", record.Hop);
        json.WriteString("channel", record.Channel);
        json.WriteNumber("number", record.Number);
        json.WriteString("line", record.Line);
    }

    private static void Write(Utf8JsonWriter json, Registration one)
    {
        json.WriteString("family", one.Family);
        json.WriteString("hook", one.Hook);
        json.WriteNumber("priority", one.Priority);
        json.WriteString("what", one.What);
        WriteIfAny(json, "module", one.Module);
        WriteIfAny(json, "device", one.Device);
        if (one.Points.IsEmpty)
            return;
        json.WriteStartArray("points");
        foreach (var point in one.Points)
        {
            json.WriteStartObject();
            WriteMembers(json, point);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Outcome outcome)
    {
        json.WriteString("result", outcome.Kind.Name());
        WriteIfAny(json, "to", outcome.To?.Name);
        if (outcome.At is { } at)
        {
            json.WriteStartObject("at");
            WriteMembers(json, at);
            json.WriteEndObject();
        }
        WriteIfAny(json, "reason", outcome.Reason);
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
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
        // The writer indents the values that it writes itself, but not a raw element of an array.
        if (name is null)
            _line.Write([(byte)'\n', .. Enumerable.Repeat((byte)' ', _json.CurrentDepth * _indentation)]);
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
