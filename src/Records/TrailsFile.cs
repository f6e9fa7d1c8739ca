using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>
/// The content of <c>trails.json</c>: the legs of a run or a prediction, in order, and their host, unless a leg has
/// its own. The file has no times, and keeps evidence, which contains a run's ids, apart from trails: two runs that
/// saw the same have equal trails.
/// </summary>
public sealed record TrailsFile(HostProfile HostProfile, ImmutableArray<LegRecord> Legs)
{
    /// <summary>A version's members are fixed by schema/trails.schema.json; a new member means a new version.</summary>
    public const string Schema = "hooktrail/trails/6";

    /// <summary>The version before, which lacks the rules that were observed, and is still read.</summary>
    internal const string Version5 = "hooktrail/trails/5";

    /// <summary>The version before that, which lacks the order of registration, too, and is still read.</summary>
    internal const string Version4 = "hooktrail/trails/4";

    /// <summary>Written in place of an observed trail that equals the predicted one.</summary>
    internal const string AsPredicted = "as predicted";

    /// <summary>The lab's measurements of the first host.</summary>
    public ImmutableArray<Fact> Facts { get; init; } = [];

    /// <summary>The first host's hooks by <c>nft list hooks</c>; empty where the kernel cannot list them.</summary>
    public ImmutableArray<Registration> Hooks { get; init; } = [];

    public bool Equals(TrailsFile? other) =>
        other is not null && HostProfile == other.HostProfile && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan())
        && Facts.AsSpan().SequenceEqual(other.Facts.AsSpan()) && Hooks.AsSpan().SequenceEqual(other.Hooks.AsSpan());

    public override int GetHashCode() => HashCode.Combine(HostProfile, Legs.Length);
}
