namespace Hooktrail.Trails;

public enum OutcomeKind
{
    Delivered,

    Dropped,

    /// <summary>A rule dropped the packet and told its sender.</summary>
    Rejected,

    /// <summary>The packet was not seen again; the kernel discards such packets between two hooks.</summary>
    Vanished,

    /// <summary>The packet reached a rule that the model does not know.</summary>
    Unknown,
}

/// <summary>
/// How a packet's trail ended. <paramref name="To"/> is null unless the packet was delivered. <paramref name="At"/>,
/// the last hook point that it crossed, is null if it was delivered or crossed none.
/// </summary>
public sealed record Outcome(OutcomeKind Kind, Endpoint? To, HookPoint? At, string? Reason)
{
    public static Outcome Delivered(Endpoint to) => new(OutcomeKind.Delivered, to, null, null);

    public static Outcome Dropped(HookPoint at, string reason) => new(OutcomeKind.Dropped, null, at, reason);

    public static Outcome Rejected(HookPoint at, string? reason) => new(OutcomeKind.Rejected, null, at, reason);

    public static Outcome Vanished(HookPoint? after, string? reason) => new(OutcomeKind.Vanished, null, after, reason);

    public static Outcome Unknown(HookPoint at, string reason) => new(OutcomeKind.Unknown, null, at, reason);

    /// <summary>
    /// Whether an observer cannot tell the two apart: dropped, rejected and vanished look the same if the last hook
    /// point is the same. (A message to the sender is a separate leg.)
    /// </summary>
    public bool LooksLike(Outcome other) =>
        (Kind == OutcomeKind.Delivered) == (other.Kind == OutcomeKind.Delivered) && To == other.To && At == other.At;

    public override string ToString() => Kind switch
    {
        OutcomeKind.Delivered => $"delivered to {To}",
        OutcomeKind.Dropped => $"dropped at {At}{Because}",
        OutcomeKind.Rejected => $"rejected at {At}{Because}",
        OutcomeKind.Unknown => $"not predictable{(At is null ? "" : $" from {At} on")}{Because}",
        _ => At is null ? $"never seen{Because}" : $"not seen again after {At}{Because}",
    };

    private string Because => Reason is null ? "" : $" ({Reason})";
}
