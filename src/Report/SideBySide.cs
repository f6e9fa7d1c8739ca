using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>Trails in the columns of one table: a hook point a line, and last how they ended.</summary>
public static class SideBySide
{
    /// <summary>A prediction and an observation, with the first divergence marked.</summary>
    public static string Text(Trail predicted, Trail observed) => Text(predicted, observed, Voice.All(null, predicted, observed));

    /// <summary>Two trails of which neither is a prediction of the other, under the names that they have.</summary>
    public static string Text(Trail before, string beforeName, Trail after, string afterName) =>
        Text(before, after, [.. Voice.All(null, before, after).Zip([beforeName, afterName], (voice, name) => voice with { Name = name })]);

    private static string Text(Trail predicted, Trail observed, ImmutableArray<Voice> voices)
    {
        var rows = Alignment.Of(null, predicted, observed);
        var first = Enumerable.Range(0, rows.Length).Where(row => Parting.At(row, rows, voices) is not null)
            .FirstOrDefault(Parting.OfOutcomes(voices) is null ? -1 : rows.Length);
        return Text(voices, rows, first);
    }

    /// <summary>Any voices, with a mark in front of a line.</summary>
    /// <param name="voices">Who has a column.</param>
    /// <param name="rows">The lines.</param>
    /// <param name="first">The line to mark: a row's, their number for the outcome, or -1 for none.</param>
    internal static string Text(ImmutableArray<Voice> voices, ImmutableArray<AlignedHops> rows, int first)
    {
        var fields = Fields(rows);
        var table = new TextTable(["", "hop", "hook point", .. voices.Select(voice => voice.Name)]);
        foreach (var (index, row) in rows.Index())
            table.Add([
                index == first ? ">" : "",
                $"{index + 1,3}",
                row.Point.ToString(),
                .. voices.Select(voice => voice.Cell(row, fields)),
            ]);
        table.Add([
            first == rows.Length ? ">" : "", "", "outcome", .. voices.Select(voice => voice.Outcome?.ToString() ?? ""),
        ]);
        return table.Text();
    }

    /// <summary>In and out always; another field where the feature says it, or where two voices differ in it.</summary>
    private static ImmutableArray<HopField> Fields(ImmutableArray<AlignedHops> rows)
    {
        var fields = ImmutableArray.CreateBuilder<HopField>();
        foreach (var field in HopFields.All)
            if (field is HopField.In or HopField.Out
                || rows.Any(row =>
                    row.Feature is { } hop && hop.Fields.Any(said => said.Field == field)
                    || row is { Predicted: { } predicted, Observed: { } observed }
                    && field.Of(predicted) != field.Of(observed)))
                fields.Add(field);
        return fields.ToImmutable();
    }
}
