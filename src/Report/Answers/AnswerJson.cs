using System.Text.Json;
using Hooktrail.Questions;
using Hooktrail.Records;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Report.Answers;

/// <summary>
/// The answer to a question for other programs; schema/check.schema.json describes it. Legs are written as those of
/// <c>trails.json</c>, and each hop has the rules that were asked there.
/// </summary>
public static class AnswerJson
{
    /// <summary>A version has a fixed set of members; a new member needs a new version.</summary>
    public const string Schema = "hooktrail/check/1";

    private const int Indentation = 2;

    /// <summary>UTF-8; <paramref name="stream"/> stays open.</summary>
    public static void Write(Stream stream, CheckResult result)
    {
        using (var json = new Utf8JsonWriter(stream, LegWriter.Lines with { IndentSize = Indentation }))
        using (var legs = new LegWriter(json, Indentation))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            legs.WriteLine("question", result.Question, Write);
            if (result.Before is { } before)
                Write(json, "before", before);
            Write(json, "answer", result.Answer);
            json.WriteStartArray("legs");
            foreach (var leg in result.Answer.Legs)
                legs.Write(
                    new(result.Question.Flow, leg.Leg, leg.Trail, Observed: null) { Ways = leg.Ways }, leg.RulesOf);
            json.WriteEndArray();
            if (result.Verified is { } verified)
                legs.WriteLine("verified", verified, static (line, one) =>
                {
                    if (one.Agrees is { } agrees)
                        line.WriteBoolean("agrees", agrees);
                    else
                        line.WriteNull("agrees");
                    line.WriteString("reason", one.Says);
                    line.WriteStartArray("differences");
                    foreach (var difference in one.Differences)
                        line.WriteStringValue(difference);
                    line.WriteEndArray();
                });
            if (result.Change is { } change)
                legs.WriteLine("change", change, static (line, one) =>
                {
                    line.WriteString("wanted", one.Wanted.Name());
                    line.WriteStartArray("commands");
                    foreach (var command in one.Commands)
                        line.WriteStringValue(command);
                    line.WriteEndArray();
                });
            if (!result.NotKnown.IsEmpty)
            {
                json.WriteStartArray("notKnown");
                foreach (var missing in result.NotKnown)
                    legs.WriteLine(null, missing, static (line, one) =>
                    {
                        line.WriteString("what", one.What.Name());
                        line.WriteString("why", one.Why);
                    });
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, Question question)
    {
        json.WriteString("from", question.From);
        json.WriteString("to", question.To);
        json.WriteString("protocol", question.Flow.Protocol.Name());
        json.WriteString("ip", question.Flow.Ip.Name());
        if (question.Flow.IsEstablished)
            json.WriteBoolean("established", true);
    }

    private static void Write(Utf8JsonWriter json, string name, Answer answer)
    {
        json.WriteStartObject(name);
        json.WriteString("outcome", answer.Ending.Name());
        if (answer.Ending == Ending.Delivered)
            LegWriter.WriteIfAny(json, "to", answer.Legs[0].Trail.Outcome.To?.Name);
        if (answer.Rule is { } rule)
        {
            json.WriteStartObject("rule");
            LegWriter.WriteMembers(json, rule);
            json.WriteEndObject();
        }

        json.WriteString("reason", answer.Says);
        if (answer.Connection?.IsTracked is { } tracked)
            json.WriteBoolean("tracked", tracked);
        json.WriteEndObject();
    }
}
