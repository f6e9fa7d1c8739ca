using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>What is said of one field of a hop.</summary>
/// <param name="Field">Which field.</param>
/// <param name="Value">Its value; null says that there must be none, which is not the same as saying nothing.</param>
public readonly record struct ExpectedField(HopField Field, string? Value);

/// <summary>A hop as far as it is said: its hook point, and those fields that somebody cares about.</summary>
public sealed record ExpectedHop(HookPoint Point, ImmutableArray<ExpectedField> Fields)
{
    /// <summary>A hop of which everything is said.</summary>
    public static ExpectedHop Of(Hop hop)
    {
        var fields = ImmutableArray.CreateBuilder<ExpectedField>(HopFields.All.Length);
        foreach (var field in HopFields.All)
            fields.Add(new(field, field.Of(hop)));
        return new(hop.Point, fields.MoveToImmutable());
    }

    /// <summary>The fields of <paramref name="hop"/> that are otherwise than said here.</summary>
    public ImmutableArray<HopField> Differing(Hop hop) =>
        [.. Fields.Where(said => said.Field.Of(hop) != said.Value).Select(said => said.Field)];

    /// <inheritdoc/>
    public bool Equals(ExpectedHop? other) =>
        other is not null && Point == other.Point && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Point, Fields.Length);
}
