namespace Hooktrail.Model;

/// <summary>
/// One course that an exchange can take: the legs that come about, in order, if the matches that the model cannot
/// decide turn out as supposed.
/// </summary>
/// <param name="Legs">Each with its one trail.</param>
/// <param name="Supposing">Empty where the exchange has one course.</param>
public sealed record Course(ImmutableArray<PredictedLeg> Legs, ImmutableArray<Supposition> Supposing)
{
    /// <summary>What the host knows before the exchange: the number of a state in <see cref="Forecast"/>.</summary>
    public int Before { get; init; }

    /// <summary>What it knows afterwards; null where the model cannot tell.</summary>
    public int? After { get; init; }

    /// <summary>
    /// The first leg whose end the model does not know. It knows nothing of the legs after it either, nor of later
    /// exchanges.
    /// </summary>
    public PredictedLeg? Open => Legs.FirstOrDefault(leg => leg.Trail.Outcome.Kind == OutcomeKind.Unknown);
}
