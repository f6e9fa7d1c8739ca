using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary>A flow's observed legs, which one change must explain together.</summary>
internal sealed class ObservedFlow
{
    private readonly Flow _flow;
    private readonly ImmutableArray<LegRecord> _legs;
    private readonly ImmutableArray<Witness> _witnesses;
    private readonly int _parting;

    // Keeps the last host: callers ask for all legs of one host before the next host.
    private HostProfile? _asked;
    private ImmutableArray<PredictedLeg> _predicted = [];

    public ObservedFlow(Flow flow, HostProfile profile, ImmutableArray<LegRecord> legs)
    {
        (_flow, Profile, _legs) = (flow, profile, legs);
        _witnesses = [.. legs.Select(leg => Witness.Of(leg.Observed, profile, host => Predicted(host, leg.Leg)))];
        _parting = Enumerable.Range(0, legs.Length)
            .Where(index => !_witnesses[index].IsRight(profile)).FirstOrDefault(-1);
        // A flow as predicted is not asked again, and most flows of a long run are.
        if (IsPredicted)
            (_witnesses, _asked, _predicted) = ([], null, []);
    }

    public HostProfile Profile { get; }

    public bool IsPredicted => _parting < 0;

    public bool HasSeveralLegs => _legs.Length > 1;

    public string Title => $"{_flow}, {string.Join(", ", _legs.Select(leg => leg.Leg))}";

    /// <summary>The first leg that diverges, and where.</summary>
    public string Why => $"{_legs[_parting].Leg}: {(_legs[_parting].Observed, _witnesses[_parting].Predicted) switch
    {
        ({ } observed, { } predicted) =>
            Disagreement.Between(null, predicted, observed)?.Sentence ?? "it differs from the prediction.",
        (null, _) => "it was predicted but not observed.",
        _ => "it was observed but not predicted.",
    }}";

    /// <summary>
    /// Where the first leg that diverges does so: the direction, both hook points and the fields, without the names
    /// that differ from flow to flow.
    /// </summary>
    public string Divergence
    {
        get
        {
            var (leg, predicted) = (_legs[_parting], _witnesses[_parting].Predicted);
            if (leg.Observed is not { } observed || predicted is null)
                return $"{leg.Leg.Direction} {leg.Observed is null} {predicted is null}";
            return Judging.Divergence.Between(observed, predicted) is { } parting
                ? $"{leg.Leg.Direction} {parting.Expected?.Point} {parting.Actual?.Point} {string.Join(' ', parting.Fields)}"
                : leg.Leg.Direction.Name();
        }
    }

    public ImmutableArray<Witness> Witnesses() => _witnesses;

    /// <summary>Whether a host would treat every leg as observed.</summary>
    public bool IsRight(HostProfile host) => _witnesses.All(witness => witness.IsRight(host));

    public ExplainAnswer AsPredicted() => new($"{Title}: as predicted; nothing to explain.\n", 1, true, true);

    private PredictedLeg? Predicted(HostProfile host, Leg leg)
    {
        if (!ReferenceEquals(host, _asked))
            (_asked, _predicted) = (host, All(host));
        return _predicted.FirstOrDefault(one => one.Leg == leg);
    }

    private ImmutableArray<PredictedLeg> All(HostProfile host)
    {
        try
        {
            return Prediction.Legs(
                host, _flow, _flow.Protocol == Protocol.Tcp ? 1 : _legs.Max(leg => leg.Leg.Packet));
        }
        catch (HooktrailException)
        {
            return []; // the model refuses this flow on such a host
        }
    }
}
