namespace Hooktrail.Trails;

/// <summary>How a packet's journey ended.</summary>
public enum OutcomeKind
{
    /// <summary>It reached the endpoint.</summary>
    Delivered,

    /// <summary>A rule at a hook point dropped it.</summary>
    Dropped,

    /// <summary>A rule at a hook point dropped it and told its sender.</summary>
    Rejected,

    /// <summary>It was not seen again; the kernel discards such packets between two hooks.</summary>
    Vanished,

    /// <summary>Nobody can say: the packet came to a rule that the model does not know.</summary>
    Unknown,
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

    /// <summary>A rule at <paramref name="at"/> dropped the packet and told its sender.</summary>
    public static Outcome Rejected(HookPoint at, string? reason) => new(OutcomeKind.Rejected, null, at, reason);

    /// <summary>The packet was not seen again after <paramref name="after"/>.</summary>
    public static Outcome Vanished(HookPoint? after, string? reason) => new(OutcomeKind.Vanished, null, after, reason);

    /// <summary>At <paramref name="at"/> a rule decides that the model does not know.</summary>
    public static Outcome Unknown(HookPoint at, string reason) => new(OutcomeKind.Unknown, null, at, reason);

    /// <summary>
    /// Whether an observer could tell the two apart: a packet that a rule dropped, with or without telling, and one that
    /// vanished look the same from outside, if the last hook point is the same. (What its sender was told is a leg of its own.)
    /// </summary>
    public bool LooksLike(Outcome other) =>
        (Kind == OutcomeKind.Delivered) == (other.Kind == OutcomeKind.Delivered) && To == other.To && At == other.At;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        OutcomeKind.Delivered => $"delivered to {To}",
        OutcomeKind.Dropped => $"dropped at {At}{Because}",
        OutcomeKind.Rejected => $"rejected at {At}{Because}",
        OutcomeKind.Unknown => $"not predictable from {At} on{Because}",
        _ => At is null ? $"never seen{Because}" : $"not seen again after {At}{Because}",
    };

    private string Because => Reason is null ? "" : $" ({Reason})";
}
