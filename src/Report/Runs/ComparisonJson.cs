using System.Text.Encodings.Web;
using System.Text.Json;
using Hooktrail.Judging;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Hosts;
using Hooktrail.Judging.Comparison.Legs;

namespace Hooktrail.Report.Runs;

/// <summary>A comparison as JSON; schema/comparison.schema.json describes it.</summary>
public static class ComparisonJson
{
    /// <summary>
    /// The format's name and version. A version's members are fixed; a new member means a new version.
    /// </summary>
    public const string Schema = "hooktrail/comparison/1";

    public static void Write(Stream stream, ComparisonMatrix matrix)
    {
        using var json = new Utf8JsonWriter(
            stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        Write(json, "first", matrix.First);
        json.WriteStartArray("comparisons");
        foreach (var runs in matrix.Others)
            Write(json, runs);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, RunComparison runs)
    {
        json.WriteStartObject();
        Write(json, "run", runs.After);
        json.WriteStartObject("counts");
        foreach (var status in Enum.GetValues<LegStatus>())
            json.WriteNumber(status.Name(), runs.Count(status));
        json.WriteEndObject();
        json.WriteStartArray("facts");
        foreach (var fact in runs.Facts)
        {
            json.WriteStartObject();
            json.WriteString("name", fact.Name);
            WriteIfAny(json, "before", fact.Before);
            WriteIfAny(json, "after", fact.After);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteLines(json, "hosts", runs.Hosts.Select(one => one.Title));
        WriteLines(json, "hooks", RegistrationChange.Lines(runs.Hooks));
        json.WriteStartArray("expected");
        foreach (var group in runs.Expected)
            Write(json, group);
        json.WriteEndArray();
        WriteLegs(json, "unexplained", runs.Unexplained);
        WriteLegs(json, "incomparable", runs.Legs.Where(leg => leg.Status == LegStatus.Incomparable));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CauseGroup group)
    {
        json.WriteStartObject();
        WriteLines(json, "cause", group.Cause.Together.Select(one => one.Title));
        WriteLines(json, "alternatives", group.Cause.Alternatives.Select(one => one.Title));
        json.WriteStartArray("grounds");
        foreach (var ground in group.Grounds)
        {
            json.WriteStartObject();
            json.WriteString("says", ground.Says);
            WriteIfAny(json, "source", ground.Source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteLines(json, "registrations", RegistrationChange.Lines(group.Cause.Registrations));
        WriteLegs(json, "legs", group.Legs);
        json.WriteEndObject();
    }

    private static void WriteLegs(Utf8JsonWriter json, string name, IEnumerable<LegComparison> legs)
    {
        json.WriteStartArray(name);
        foreach (var leg in legs)
        {
            Write(json, leg);
            // There may be many; the writer keeps what is not flushed.
            json.Flush();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, LegComparison leg)
    {
        json.WriteStartObject();
        if (leg.Scenario is { } scenario)
        {
            json.WriteString("feature", scenario.Feature);
            json.WriteString("title", scenario.Scenario);
            WriteIfAny(json, "example", scenario.Example);
        }
        json.WriteString("flow", leg.Flow.ToString());
        json.WriteString("direction", leg.Leg.Direction.Name());
        json.WriteNumber("packet", leg.Leg.Packet);
        json.WriteString("status", leg.Status.Name());
        if (leg.Difference is { } difference)
        {
            json.WriteStartArray("hops");
            foreach (var hop in difference.Hops)
                Write(json, hop);
            json.WriteEndArray();
            if (difference.Outcome is { } outcome)
            {
                json.WriteStartObject("outcome");
                json.WriteString("before", outcome.Before.ToString());
                json.WriteString("after", outcome.After.ToString());
                json.WriteEndObject();
            }
        }
        WriteIfAny(json, "reason", leg.Reason);
        WriteIfAny(json, "explanation", leg.Explanation);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, HopChange hop)
    {
        json.WriteStartObject();
        json.WriteString("change", hop.Kind.ToString().ToLowerInvariant());
        json.WriteString("layer", hop.Point.Layer.Name());
        json.WriteString("table", hop.Point.Table);
        json.WriteString("chain", hop.Point.Chain);
        if (hop.Before is { } was)
            json.WriteNumber("before", was);
        if (hop.After is { } now)
            json.WriteNumber("after", now);
        if (!hop.Fields.IsEmpty)
        {
            json.WriteStartArray("fields");
            foreach (var field in hop.Fields)
            {
                json.WriteStartObject();
                json.WriteString("field", field.Field.Name());
                WriteIfAny(json, "before", field.Before);
                WriteIfAny(json, "after", field.After);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ComparedRun run)
    {
        json.WriteStartObject(name);
        json.WriteString("name", run.Name);
        json.WriteString("kernel", run.Trails.HostProfile.Kernel.ToString());
        json.WriteString("iptables", run.Trails.HostProfile.Iptables.Name());
        json.WriteString("ebtables", run.Trails.HostProfile.Ebtables.Name());
        json.WriteEndObject();
    }

    private static void WriteLines(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines)
            json.WriteStringValue(line);
        json.WriteEndArray();
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
