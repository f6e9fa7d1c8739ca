namespace Hooktrail.Judging;

/// <summary>An expected field of a hop.</summary>
/// <remarks>A null value expects no value; a field that is not listed may have any value.</remarks>
public readonly record struct ExpectedField(HopField Field, string? Value);

/// <summary>An expected hop: its hook point, and the fields that matter.</summary>
public sealed record ExpectedHop(HookPoint Point, ImmutableArray<ExpectedField> Fields)
{
    /// <summary>Expects every field of a hop.</summary>
    public static ExpectedHop Of(Hop hop)
    {
        var fields = ImmutableArray.CreateBuilder<ExpectedField>(HopFields.All.Length);
        foreach (var field in HopFields.All)
            fields.Add(new(field, field.Of(hop)));
        return new(hop.Point, fields.MoveToImmutable());
    }

    /// <summary>The fields of <paramref name="hop"/> that differ from the expected ones.</summary>
    public ImmutableArray<HopField> Differing(Hop hop) =>
        [.. Fields.Where(said => said.Field.Of(hop) != said.Value).Select(said => said.Field)];

    public bool Equals(ExpectedHop? other) =>
        other is not null && Point == other.Point && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Point, Fields.Length);
}
