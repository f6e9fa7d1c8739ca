using System.Collections.Immutable;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Trails.Json;

/// <summary>
/// What <c>trails.json</c> holds: the legs of one run, or of one prediction, and the host they hold for. It has no times; what
/// has the ids of one run, its evidence, stands apart from the trails, so that two runs that saw the same have equal trails.
/// </summary>
/// <param name="HostProfile">The first host: the legs hold for it, unless a leg names its own.</param>
/// <param name="Legs">The legs in the order in which the run asked for them.</param>
public sealed record TrailsFile(HostProfile HostProfile, ImmutableArray<LegRecord> Legs)
{
    /// <summary>
    /// The format's name and version, the value of <c>schema</c>. A version's members are fixed, as
    /// schema/trails.schema.json says them; a new member is a new version.
    /// </summary>
    public const string Schema = "hooktrail/trails/4";

    /// <summary>What a file says instead of an observed trail that equals the predicted one.</summary>
    internal const string AsPredicted = "as predicted";

    /// <summary>What the lab measured of the first host, for people to read.</summary>
    public ImmutableArray<Fact> Facts { get; init; } = [];

    /// <summary>Who is registered at which hook of the first host, as the kernel says (<c>nft list hooks</c>); empty where it does not.</summary>
    public ImmutableArray<Registration> Hooks { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(TrailsFile? other) =>
        other is not null && HostProfile == other.HostProfile && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan())
        && Facts.AsSpan().SequenceEqual(other.Facts.AsSpan()) && Hooks.AsSpan().SequenceEqual(other.Hooks.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HostProfile, Legs.Length);
}
