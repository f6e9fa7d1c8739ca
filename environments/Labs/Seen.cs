using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Labs;

/// <summary>What was seen of a flow.</summary>
/// <remarks>
/// A finding is null if its observer did not watch. Where the trace was read, NFLOG's is what both agree on.
/// </remarks>
public sealed record Seen(HostProfile Profile, Finding? Log, Finding? Nflog)
{
    /// <summary>
    /// Reads the rules that the packets met; null if the trace was not read, or the host changed during the flow.
    /// </summary>
    public TracedRules? Rules { get; init; }

    /// <summary>The rules that a leg's packet met; null if that is not known.</summary>
    public ImmutableArray<RuleStep>? RulesOf(Leg leg) =>
        Rules is not null && Finding is Finding.Observed(var legs)
            && legs.FirstOrDefault(one => one.Leg == leg) is { } seen
            ? Rules.Of(seen)
            : null;

    /// <summary>Whether the kernel tells of the chain of a rule.</summary>
    public bool Shows(RuleStep rule) => Rules?.Shows(rule) == true;

    /// <summary>All findings together; <see cref="Finding.Contradictory"/> if they differ.</summary>
    public Finding Finding => (Log, Nflog) switch
    {
        ({ } one, { } other) => Agreement.Of(one, other),
        (null, { } one) => one,
        ({ } one, null) => one,
        _ => throw new InvalidOperationException("No observer watched."),
    };
}
