namespace Hooktrail.Judging;

/// <summary>A source of claims about a leg: the feature, the prediction or the observation.</summary>
/// <param name="Name">The heading of its column.</param>
/// <param name="Subject">Its name in a sentence.</param>
/// <param name="Hop">Its hop in a line, with the fields that it claims; null if it has none.</param>
/// <param name="SpeaksOf">Whether it makes a claim about a hook point; if not, a missing hop means nothing.</param>
/// <param name="Outcome">The outcome that it claims; null if it claims none.</param>
internal sealed record Voice(
    string Name, string Subject, Func<AlignedHops, ExpectedHop?> Hop, Func<HookPoint, bool> SpeaksOf, Outcome? Outcome)
{
    public static ImmutableArray<Voice> All(ExpectedTrail? feature, Trail predicted, Trail? observed)
    {
        var voices = ImmutableArray.CreateBuilder<Voice>();
        if (feature is not null)
            voices.Add(new("feature", "the feature", row => row.Feature, feature.SpeaksOf, feature.Outcome));
        voices.Add(new("predicted", "the prediction", row => Whole(row.Predicted), _ => true, predicted.Outcome));
        if (observed is not null)
            voices.Add(new("observed", "the observation", row => Whole(row.Observed), _ => true, observed.Outcome));
        return voices.ToImmutable();
    }

    /// <summary>The text of the voice for its column in one line.</summary>
    public string Cell(AlignedHops row, ImmutableArray<HopField> fields)
    {
        if (Hop(row) is not { } hop)
            return SpeaksOf(row.Point) ? "–" : "";
        var said = hop.Fields
            .Where(one => one.Value is not null && fields.Contains(one.Field))
            .Select(one => $"{one.Field.Name()}={one.Value}");
        return string.Join(" ", said) is { Length: > 0 } cell ? cell : "crossed";
    }

    private static ExpectedHop? Whole(Hop? hop) => hop is null ? null : ExpectedHop.Of(hop);
}
