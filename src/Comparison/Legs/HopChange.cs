using System.Collections.Immutable;
using Hooktrail.Report;
using Hooktrail.Trails;

namespace Hooktrail.Comparison.Legs;

/// <summary>What became of a hop.</summary>
public enum HopChangeKind
{
    /// <summary>It is in the later trail alone.</summary>
    Came,

    /// <summary>It is in the earlier trail alone.</summary>
    Went,

    /// <summary>It is in both, but before another hop than it was.</summary>
    Moved,

    /// <summary>It is where it was, and says otherwise.</summary>
    Changed,
}

/// <summary>A field of a hop that is otherwise.</summary>
/// <param name="Field">The field.</param>
/// <param name="Before">What it was; null where it was empty.</param>
/// <param name="After">What it is; null where it is empty.</param>
public sealed record FieldChange(HopField Field, string? Before, string? After)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field.Name()} is {After ?? "empty"} instead of {Before ?? "empty"}";
}

/// <summary>One hop that is otherwise in the later of two trails.</summary>
/// <param name="Kind">How.</param>
/// <param name="Point">The hook point.</param>
/// <param name="Before">Which hop of the earlier trail it is, from 1; null where it is none.</param>
/// <param name="After">Which hop of the later trail it is, from 1; null where it is none.</param>
/// <param name="Fields">What is otherwise in it; empty for a hop that only came, went or moved.</param>
public sealed record HopChange(HopChangeKind Kind, HookPoint Point, int? Before, int? After, ImmutableArray<FieldChange> Fields)
{
    /// <summary>The change without the numbers of the hops, which are other ones in every leg: what many legs can have in common.</summary>
    public string Words => Kind switch
    {
        HopChangeKind.Came => $"{Point} is crossed, which was not",
        HopChangeKind.Went => $"{Point} is not crossed any more",
        HopChangeKind.Moved => $"{Point} has another place{Otherwise(", and ")}",
        _ => $"{Point}: {Otherwise("")}",
    };

    /// <inheritdoc/>
    public bool Equals(HopChange? other) =>
        other is not null && Kind == other.Kind && Point == other.Point && Before == other.Before && After == other.After
        && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Point, Before, After, Fields.Length);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        HopChangeKind.Came => $"{Point} came, as hop {After}",
        HopChangeKind.Went => $"{Point} went, which was hop {Before}",
        HopChangeKind.Moved => $"{Point} moved from hop {Before} to hop {After}{Otherwise(", and ")}",
        _ => $"{Point}, hop {After}: {Otherwise("")}",
    };

    private string Otherwise(string before) => Fields.IsEmpty ? "" : before + string.Join(", ", Fields);
}
