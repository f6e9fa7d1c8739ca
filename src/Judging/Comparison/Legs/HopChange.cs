namespace Hooktrail.Judging.Comparison.Legs;

public enum HopChangeKind
{
    /// <summary>Only in the later trail.</summary>
    Came,

    /// <summary>Only in the earlier trail.</summary>
    Went,

    /// <summary>In both trails, but before another hop.</summary>
    Moved,

    /// <summary>In the same place, with other fields.</summary>
    Changed,
}

/// <summary>A null value means that the field was or is empty.</summary>
public sealed record FieldChange(HopField Field, string? Before, string? After)
{
    public override string ToString() => $"{Field.Name()} is {After ?? "empty"} instead of {Before ?? "empty"}";
}

/// <remarks>Numbers count each trail's hops from 1. A hop that only came, went or moved has no fields.</remarks>
public sealed record HopChange(
    HopChangeKind Kind, HookPoint Point, int? Before, int? After, ImmutableArray<FieldChange> Fields)
{
    /// <summary>
    /// The change without the hops' numbers, which differ in every leg: many legs can share these words.
    /// </summary>
    public string Words => Kind switch
    {
        HopChangeKind.Came => $"{Point} is now crossed",
        HopChangeKind.Went => $"{Point} is no longer crossed",
        HopChangeKind.Moved => $"{Point} has moved{Otherwise(", and ")}",
        _ => $"{Point}: {Otherwise("")}",
    };

    public bool Equals(HopChange? other) =>
        other is not null
        && Kind == other.Kind
        && Point == other.Point
        && Before == other.Before
        && After == other.After
        && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Point, Before, After, Fields.Length);

    public override string ToString() => Kind switch
    {
        HopChangeKind.Came => $"{Point} is now crossed, as hop {After}",
        HopChangeKind.Went => $"{Point} is no longer crossed; it was hop {Before}",
        HopChangeKind.Moved => $"{Point} moved from hop {Before} to hop {After}{Otherwise(", and ")}",
        _ => $"{Point}, hop {After}: {Otherwise("")}",
    };

    private string Otherwise(string before) => Fields.IsEmpty ? "" : before + string.Join(", ", Fields);
}
