using Hooktrail.Text;

namespace Hooktrail.Judging;

/// <summary>Trails in the columns of one table: one hook point a line, and last their outcomes.</summary>
public static class SideBySide
{
    /// <summary>Marks the first divergence.</summary>
    public static string Text(Trail predicted, Trail observed) =>
        Text(predicted, observed, Voice.All(null, predicted, observed));

    /// <summary>Two trails that do not predict each other, under their names.</summary>
    public static string Text(Trail before, string beforeName, Trail after, string afterName) =>
        Text(before, after, [.. Voice.All(null, before, after).Zip(
            [beforeName, afterName], (voice, name) => voice with { Name = name })]);

    private static string Text(Trail predicted, Trail observed, ImmutableArray<Voice> voices)
    {
        var rows = Alignment.Of(null, predicted, observed);
        var first = Enumerable.Range(0, rows.Length).Where(row => Parting.At(row, rows, voices) is not null)
            .FirstOrDefault(Parting.OfOutcomes(voices) is null ? -1 : rows.Length);
        return Text(voices, rows, first);
    }

    /// <summary>First is the line to mark: a row's, their number for the outcome, or -1 for none.</summary>
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

    /// <summary>Always the devices; another field only if the feature names it, or if two voices differ.</summary>
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
