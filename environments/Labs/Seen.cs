using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Labs;

/// <summary>What came of a flow.</summary>
/// <param name="Profile">The host that it was sent on.</param>
/// <param name="Log">What the LOG rules saw; null if they did not watch.</param>
/// <param name="Nflog">What the private nft table saw; null if it did not watch.</param>
public sealed record Seen(HostProfile Profile, Finding? Log, Finding? Nflog)
{
    /// <summary>
    /// What both say, each about the hook points that it can show; a <see cref="Finding.Contradictory"/> if they do not say the same.
    /// </summary>
    public Finding Finding => (Log, Nflog) switch
    {
        ({ } one, { } other) => Agreement.Of(one, other),
        (null, { } one) => one,
        ({ } one, null) => one,
        _ => throw new InvalidOperationException("Nobody watched."),
    };
}
