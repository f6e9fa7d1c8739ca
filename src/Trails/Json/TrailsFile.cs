using System.Collections.Immutable;

namespace Hooktrail.Trails.Json;

/// <summary>
/// What <c>trails.json</c> holds: the legs of one run, or of one prediction, and the host they hold for. It has neither times nor ids,
/// so that two runs that saw the same wrote the same, byte for byte.
/// </summary>
/// <param name="HostProfile">The first host: the legs hold for it, unless a leg names its own.</param>
/// <param name="Legs">The legs in the order in which the run asked for them.</param>
public sealed record TrailsFile(HostProfile HostProfile, ImmutableArray<LegRecord> Legs)
{
    /// <summary>
    /// The format's name and version, the value of <c>schema</c>. A version's members are fixed, as
    /// schema/trails.schema.json says them; a new member is a new version.
    /// </summary>
    public const string Schema = "hooktrail/trails/3";

    /// <summary>What a file says instead of an observed trail that equals the predicted one.</summary>
    internal const string AsPredicted = "as predicted";

    /// <inheritdoc/>
    public bool Equals(TrailsFile? other) =>
        other is not null && HostProfile == other.HostProfile && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HostProfile, Legs.Length);
}
