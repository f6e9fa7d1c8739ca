namespace Hooktrail.Judging;

/// <summary>
/// Finds where voices part, and describes it in one sentence, in which voices that agree are grouped.
/// </summary>
internal static class Parting
{
    /// <summary>The disagreement in one line; null if all agree.</summary>
    public static string? At(int index, ImmutableArray<AlignedHops> rows, ImmutableArray<Voice> voices)
    {
        var row = rows[index];
        var speaking = voices.Where(voice => voice.SpeaksOf(row.Point)).ToList();
        var crossing = speaking.Where(voice => voice.Hop(row) is not null).ToList();
        var missing = speaking.Except(crossing).ToList();
        if (missing.Count > 0)
            return $"First divergence at hop {index + 1}, {row.Point}: {Subjects(crossing)} {(crossing.Count == 1 ? "crosses" : "cross")} it, "
                + $"{Subjects(missing)} {(missing.Count == 1 ? "does not and goes" : "do not and go")} on to {Next(index, rows, missing[0])}.";

        foreach (var field in HopFields.All)
        {
            var values = crossing
                .SelectMany(voice => voice.Hop(row)!.Fields
                    .Where(said => said.Field == field)
                    .Select(said => (Voice: voice, said.Value)))
                .GroupBy(said => said.Value, said => said.Voice)
                .ToList();
            if (values.Count > 1)
                return $"First divergence at hop {index + 1}, {row.Point}: "
                    + string.Join(", ", values.Select(value =>
                        $"{field.Name()} is {value.Key ?? "empty"} for {Subjects([.. value])}"))
                    + ".";
        }
        return null;
    }

    /// <summary>The disagreement about the outcome; null if all agree.</summary>
    public static string? OfOutcomes(ImmutableArray<Voice> voices)
    {
        var speaking = voices.Where(voice => voice.Outcome is not null).ToList();
        var minds = new List<List<Voice>>();
        foreach (var voice in speaking)
            if (minds.Find(mind => mind[0].Outcome!.LooksLike(voice.Outcome!)) is { } same)
                same.Add(voice);
            else
                minds.Add([voice]);
        return minds.Count > 1
            ? "All hops agree, but the outcomes differ: "
                + string.Join(", ", minds.Select(mind => $"{mind[0].Outcome} for {Subjects(mind)}"))
                + "."
            : null;
    }

    private static string Next(int index, ImmutableArray<AlignedHops> rows, Voice voice)
    {
        for (var next = index + 1; next < rows.Length; next++)
            if (voice.Hop(rows[next]) is { } hop)
                return hop.Point.ToString();
        return voice.Outcome is { } outcome ? $"the end ({outcome})" : "the end";
    }

    private static string Subjects(List<Voice> voices) => voices.Count switch
    {
        1 => voices[0].Subject,
        2 => $"{voices[0].Subject} and {voices[1].Subject}",
        _ => $"{string.Join(", ", voices.SkipLast(1).Select(voice => voice.Subject))} and {voices[^1].Subject}",
    };
}
