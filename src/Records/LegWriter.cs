using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>
/// Writes legs as JSON, in the same form wherever a file has some: <c>trails.json</c>, and the answers of <c>check</c>.
/// </summary>
public sealed class LegWriter : IDisposable
{
    // Arrows and quotes stay readable; a page that embeds the file must escape it, like any other text.
    public static readonly JsonWriterOptions Lines = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Utf8JsonWriter _json;
    private readonly int _indentation;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _inLine;

    /// <param name="json">Writes with the options of <see cref="Lines"/>; it stays open.</param>
    /// <param name="indentation">The writer's indentation.</param>
    public LegWriter(Utf8JsonWriter json, int indentation)
    {
        _json = json;
        _indentation = indentation;
        _inLine = new(_line, Lines with { Indented = false });
    }

    /// <summary>Writes one leg as an object.</summary>
    /// <param name="leg">The leg; its host is not written.</param>
    /// <param name="rulesOf">
    /// The rules that were asked on the predicted trail, or on that of one of the ways; null if hops are written
    /// without rules.
    /// </param>
    public void Write(LegRecord leg, Func<Trail, ImmutableArray<RuleStep>>? rulesOf = null)
    {
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
        Write("predicted", leg.Predicted, rulesOf);
        if (!leg.Ways.IsEmpty)
            Write(leg.Ways, rulesOf);
        if (leg.Observed is not null && leg.Observed == leg.Predicted)
            _json.WriteString("observed", TrailsFile.AsPredicted);
        else
            Write("observed", leg.Observed);
        if (leg.Verdict is { } verdict)
            _json.WriteString("verdict", verdict.Name());
        if (leg.Reason is { } reason)
            _json.WriteString("reason", reason);
        if (!leg.Rules.IsEmpty)
        {
            _json.WriteStartArray("rules");
            foreach (var rule in leg.Rules)
                WriteLine(null, rule, static (json, one) =>
                {
                    json.WriteNumber("hop", one.Hop);
                    WriteMembers(json, one);
                });
            _json.WriteEndArray();
        }

        if (!leg.Evidence.IsEmpty)
        {
            _json.WriteStartArray("evidence");
            foreach (var record in leg.Evidence)
                WriteLine(null, record, Write);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    public void Dispose() => _inLine.Dispose();

    // Usual values are left out.
    private static void WriteRest(Utf8JsonWriter json, Flow flow)
    {
        if (flow.Ip != IpVersion.V4)
            json.WriteString("ip", flow.Ip.Name());
        if (flow.Via is { } via)
            json.WriteString("via", via);
        if (flow.By is { } by)
            json.WriteString("by", by);
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

    private void Write(string name, Trail? trail, Func<Trail, ImmutableArray<RuleStep>>? rulesOf = null)
    {
        if (trail is null)
        {
            _json.WriteNull(name);
            return;
        }

        var rules = rulesOf?.Invoke(trail);
        _json.WriteStartObject(name);
        _json.WriteStartArray("hops");
        foreach (var (index, hop) in trail.Hops.Index())
            WriteLine(null, (Hop: hop, Rules: rules?.Where(rule => rule.Hop == index + 1)), static (json, one) =>
            {
                Write(json, one.Hop);
                if (one.Rules is { } asked)
                    Write(json, asked);
            });
        _json.WriteEndArray();
        WriteLine("outcome", trail.Outcome, Write);
        _json.WriteEndObject();
    }

    private void Write(ImmutableArray<Way> ways, Func<Trail, ImmutableArray<RuleStep>>? rulesOf)
    {
        _json.WriteStartArray("ways");
        foreach (var way in ways)
        {
            _json.WriteStartObject();
            Write("trail", way.Trail, rulesOf);
            _json.WriteStartArray("supposing");
            foreach (var supposition in way.Supposing)
                WriteLine(null, supposition, Write);
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Supposition one)
    {
        json.WriteStartObject("at");
        WriteMembers(json, one.At);
        json.WriteEndObject();
        json.WriteString("question", one.Question);
        json.WriteString("answer", one.Answer);
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

    private static void Write(Utf8JsonWriter json, IEnumerable<RuleStep> rules)
    {
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            WriteMembers(json, rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a rule that was asked: its place, its text and its verdict. A policy has no number.</summary>
    public static void WriteMembers(Utf8JsonWriter json, RuleStep rule)
    {
        var (family, table) = rule.Layer == Layer.Nftables && rule.Table.Split(' ', 2) is [var own, var name]
            ? (own, name)
            : (rule.Layer.Family(), rule.Table);
        json.WriteString("layer", rule.Layer.Name());
        json.WriteString("family", family);
        json.WriteString("table", table);
        json.WriteString("chain", rule.Chain);
        if (rule.Number is { } number)
            json.WriteNumber("number", number);
        if (rule.Handle is { } handle)
            json.WriteNumber("handle", handle);
        json.WriteString("text", rule.Text);
        json.WriteString("verdict", rule.Verdict.Name());
    }

    public static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    public static void WriteMembers(Utf8JsonWriter json, HookPoint point)
    {
        json.WriteString("layer", point.Layer.Name());
        json.WriteString("table", point.Table);
        json.WriteString("chain", point.Chain);
    }

    /// <summary>Writes an object in one line; without a name it is an element of an array.</summary>
    public void WriteLine<T>(string? name, T value, Action<Utf8JsonWriter, T> members)
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
