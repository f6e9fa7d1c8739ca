using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging.Comparison.Hosts;

/// <summary>The fewest host differences that, by the model, turn the earlier trail into the later one.</summary>
/// <remarks>Each alternative would be enough by itself; there is none if several differences are needed.</remarks>
public sealed record Cause(
    ImmutableArray<HostDifference> Together,
    ImmutableArray<HostDifference> Alternatives,
    ImmutableArray<RegistrationChange> Registrations)
{
    public string Title =>
        string.Join(" together with ", Together)
        + (Alternatives.IsEmpty ? "" : $" (as would {string.Join(" or ", Alternatives)})");

    public override string ToString() => Title;
}

/// <summary>A registration at a hook that is new, gone, or at another priority.</summary>
/// <remarks>Now is the earlier registration if it is gone; a null priority means no registration.</remarks>
public sealed record RegistrationChange(Registration Now, int? Before, int? After)
{
    /// <summary>The table without the chain, which many chains have in common.</summary>
    internal string What => Now.Points is [var point] && point.ToString() == Now.What
        ? $"{Now.What[..^(point.Chain.Length + 1)]}"
        : Now.What;

    /// <summary><c>iptables security moved from 50 to 150, at ip input, forward, output</c>.</summary>
    public static ImmutableArray<string> Lines(ImmutableArray<RegistrationChange> changes) =>
    [
        .. changes.GroupBy(one => (one.What, one.Before, one.After)).Select(same =>
        {
            var how = same.Key switch
            {
                (_, { } was, { } now) => $"moved from {was} to {now}",
                (_, null, { } now) => $"added at {now}",
                (_, var was, _) => $"removed from {was}",
            };
            var where = same.GroupBy(one => one.Now.Family)
                .Select(family => $"{family.Key} {string.Join(", ", family.Select(one => one.Now.Hook))}");
            return $"{same.Key.What} {how}: {string.Join("; ", where)}";
        }),
    ];

    internal static ImmutableArray<RegistrationChange> Between(
        ImmutableArray<Registration> before, ImmutableArray<Registration> after)
    {
        var was = before.ToLookup(Place);
        var now = after.ToLookup(Place);
        return
        [
            .. from place in was.Select(one => one.Key).Union(now.Select(one => one.Key))
               let old = was[place].FirstOrDefault()
               let one = now[place].FirstOrDefault()
               where old?.Priority != one?.Priority
               select new RegistrationChange(one ?? old!, old?.Priority, one?.Priority),
        ];

        static (string, string, string, string?) Place(Registration one) =>
            (one.Family, one.Hook, one.What, one.Device);
    }
}
