namespace Hooktrail.Judging;

/// <summary>One of those who speak of a leg: the feature, the prediction, the observation.</summary>
/// <param name="Name">What its column is headed.</param>
/// <param name="Subject">What it is called in a sentence.</param>
/// <param name="Hop">Its hop in a line, as far as it says it; null where it has none.</param>
/// <param name="SpeaksOf">Whether it speaks of a hook point at all; where it does not, a missing hop says nothing.</param>
/// <param name="Outcome">How it has the trail end; null where it does not say.</param>
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

    /// <summary>What the voice has in a line, for its column.</summary>
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
