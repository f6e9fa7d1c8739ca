namespace Hooktrail.Trails;

/// <summary>How a packet's journey ended.</summary>
public enum OutcomeKind
{
    /// <summary>It reached the endpoint.</summary>
    Delivered,

    /// <summary>A rule at a hook point dropped it.</summary>
    Dropped,

    /// <summary>It was not seen again; the kernel discards such packets between two hooks.</summary>
    Vanished,
}

/// <summary>How a packet's journey ended, and where.</summary>
/// <param name="Kind">How.</param>
/// <param name="To">The endpoint that got it; null unless delivered.</param>
/// <param name="At">The last hook point that it crossed; null where it was delivered, or crossed none.</param>
/// <param name="Reason">Why, where it is known: the rule, or the kernel's check.</param>
public sealed record Outcome(OutcomeKind Kind, Endpoint? To, HookPoint? At, string? Reason)
{
    /// <summary>The packet reached <paramref name="to"/>.</summary>
    public static Outcome Delivered(Endpoint to) => new(OutcomeKind.Delivered, to, null, null);

    /// <summary>A rule at <paramref name="at"/> dropped the packet.</summary>
    public static Outcome Dropped(HookPoint at, string reason) => new(OutcomeKind.Dropped, null, at, reason);

    /// <summary>The packet was not seen again after <paramref name="after"/>.</summary>
    public static Outcome Vanished(HookPoint? after, string? reason) => new(OutcomeKind.Vanished, null, after, reason);

    /// <summary>
    /// Whether an observer could tell the two apart: a packet that a rule dropped and one that vanished look the same from
    /// outside, if the last hook point is the same.
    /// </summary>
    public bool LooksLike(Outcome other) =>
        (Kind == OutcomeKind.Delivered) == (other.Kind == OutcomeKind.Delivered) && To == other.To && At == other.At;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        OutcomeKind.Delivered => $"delivered to {To}",
        OutcomeKind.Dropped => $"dropped at {At}{Because}",
        _ => At is null ? $"never seen{Because}" : $"not seen again after {At}{Because}",
    };

    private string Because => Reason is null ? "" : $" ({Reason})";
}
