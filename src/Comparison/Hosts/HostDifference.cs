using Hooktrail.Model;

namespace Hooktrail.Comparison.Hosts;

/// <summary>One thing in which two hosts differ and that may decide a trail.</summary>
/// <param name="Title">What it is, in the words of an administrator: <c>iptables: nft → legacy</c>.</param>
/// <param name="Says">What it decides, in a sentence; null where the legs themselves tell.</param>
/// <param name="Source">What the sentence rests on.</param>
/// <param name="Apply">Makes the earlier host like the later one in this alone.</param>
public sealed record HostDifference(string Title, string? Says, string? Source, Func<SupposedHost, SupposedHost> Apply)
{
    /// <inheritdoc/>
    public override string ToString() => Title;
}
