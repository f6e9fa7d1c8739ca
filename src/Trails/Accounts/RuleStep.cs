namespace Hooktrail.Trails.Accounts;

/// <summary>A rule that was asked about the packet, or the policy that decided.</summary>
/// <param name="Hop">The hop at which it was asked, counted from 1.</param>
/// <param name="Layer">The tool of its chain.</param>
/// <param name="Table">The chain's table; for nftables family and name.</param>
/// <param name="Chain">The chain, which may be one that the hook's own chain jumps to.</param>
/// <param name="Number">Its place in the chain, counted from 1; null for the policy.</param>
/// <param name="Text">As the tool prints it.</param>
/// <param name="Verdict">What it said.</param>
public sealed record RuleStep(
    int Hop, Layer Layer, string Table, string Chain, int? Number, string Text, RuleVerdict Verdict)
{
    /// <summary>The number by which nft deletes the rule; null for rules of other tools, and for a policy.</summary>
    public long? Handle { get; init; }

    /// <summary>The number with the handle, as users look for the rule: <c>2</c>, <c>2 (handle 12)</c>.</summary>
    public string Place => string.Create(
        CultureInfo.InvariantCulture, $"{Number}{(Handle is { } handle ? $" (handle {handle})" : "")}");

    public override string ToString() =>
        $"{Layer.Name()} {Table} {Chain} by {(Number is null ? "its policy" : $"rule {Place}: {Text}")}";
}
