using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Nflog;

/// <summary>What the kernel told of a packet in a chain: a rule that matched, or the policy that decided.</summary>
/// <param name="Family">The family of the chain's table.</param>
/// <param name="Table">Without the family: <c>filter</c>.</param>
/// <param name="Chain">The hook's own chain, or one that it jumps to.</param>
/// <param name="Handle">
/// The number by which nft deletes the rule; null for the policy, and for rules of legacy tools.
/// </param>
/// <param name="Verdict">
/// What it said, as far as the kernel tells: a packet that is rejected is dropped, one that NAT translates is accepted.
/// </param>
public sealed record TraceStep(NftFamily Family, string Table, string Chain, long? Handle, RuleVerdict Verdict)
{
    /// <summary>
    /// For legacy tools, the rule's place in its chain, counted from 1, or one more for the chain's end; null for
    /// nf_tables.
    /// </summary>
    public int? Number { get; init; }
}
