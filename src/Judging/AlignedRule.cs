using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging;

/// <summary>A rule that a packet meets at one hop, by the prediction, by the observation, or by both.</summary>
public sealed record AlignedRule(RuleStep Rule, bool IsPredicted, bool IsObserved)
{
    /// <summary>The rules of one hop, those of both in one line.</summary>
    public static ImmutableArray<AlignedRule> Of(
        IEnumerable<RuleStep> predicted, IEnumerable<RuleStep> observed)
    {
        var (said, seen) = (
            RuleDifference.Distinct([.. predicted]), RuleDifference.Distinct([.. observed]));
        var lines = ImmutableArray.CreateBuilder<AlignedRule>();
        var at = 0;
        foreach (var rule in said)
        {
            var found = seen.FindIndex(at, one => RuleDifference.IsSame(rule, one));
            for (; at < found; at++)
                lines.Add(new(seen[at], IsPredicted: false, IsObserved: true));
            lines.Add(new(rule, IsPredicted: true, IsObserved: found >= 0));
            at = Math.Max(at, found + 1);
        }

        lines.AddRange(seen.Skip(at).Select(one => new AlignedRule(one, IsPredicted: false, IsObserved: true)));
        return lines.ToImmutable();
    }
}
