using Hooktrail.Model;

namespace Hooktrail.Judging.Comparison.Hosts;

/// <summary>A difference between two hosts that may decide a trail.</summary>
/// <remarks>
/// The title uses an administrator's words: <c>iptables: nft → legacy</c>. Says is null if the legs explain themselves.
/// Apply makes the earlier host like the later one in this respect only.
/// </remarks>
public sealed record HostDifference(string Title, string? Says, string? Source, Func<SupposedHost, SupposedHost> Apply)
{
    /// <summary>
    /// What several differences follow from, so that they are no alternatives to each other; null if nothing is known.
    /// </summary>
    public string? Subject { get; init; }

    public override string ToString() => Title;
}
