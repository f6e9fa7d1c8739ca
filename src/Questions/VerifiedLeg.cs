using Hooktrail.Records;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions;

/// <summary>A leg that packets took, beside its prediction.</summary>
/// <param name="Record">The hops of both, and the rules that the packets met.</param>
/// <param name="Rules">The rules that are predicted, each with the number of its hop in the predicted trail.</param>
/// <param name="Untold">Those of them of which the kernel tells nothing.</param>
public sealed record VerifiedLeg(LegRecord Record, ImmutableArray<RuleStep> Rules, ImmutableArray<RuleStep> Untold);
