using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging.Comparison.Legs;

/// <summary>Finds why the packet crosses the first differing hop on only one host.</summary>
internal static class GroundsFinder
{
    /// <summary>Null if the accounts of both hosts are equal.</summary>
    public static Grounds? Of(TrailDifference difference, HostProfile before, HostProfile after, Flow flow, Leg leg)
    {
        var (was, now) = (Prediction.Account(before, flow, leg), Prediction.Account(after, flow, leg));
        return difference.Hops.FirstOrDefault() switch
        {
            { Kind: HopChangeKind.Went, Point: var point } => Silence(now, point) ?? Remark(was, now),
            { Kind: HopChangeKind.Came, Point: var point } => Silence(was, point) ?? Remark(was, now),
            _ => Remark(was, now),
        };
    }

    private static Grounds? Silence(Account account, HookPoint point) =>
        account.Silences.FirstOrDefault(one => one.Point == point) is { } silence
            ? new(silence.Why, silence.Source)
            : null;

    // The remark that decided on one host only.
    private static Grounds? Remark(Account was, Account now)
    {
        var (before, after) = (was.Remarks.Select(Said).ToHashSet(), now.Remarks.Select(Said).ToHashSet());
        return now.Remarks.Select(Said).FirstOrDefault(one => one.Source is not null && !before.Contains(one))
            ?? was.Remarks.Select(Said).FirstOrDefault(one => one.Source is not null && !after.Contains(one));
    }

    private static Grounds Said(Remark remark) => new(remark.Says, remark.Source);
}
