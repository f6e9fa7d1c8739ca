using System.Collections.Immutable;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Comparison.Hosts;

/// <summary>
/// What makes a leg's trail another: the fewest of the differences between the two hosts that turn the earlier trail into the later one, by the model.
/// </summary>
/// <param name="Together">The differences; several where none of them does it alone.</param>
/// <param name="Alternatives">Other differences of the hosts, each of which would do it alone as well; empty where there is none, and where several are needed.</param>
/// <param name="Registrations">What they change in who is registered at which hook.</param>
public sealed record Cause(
    ImmutableArray<HostDifference> Together, ImmutableArray<HostDifference> Alternatives, ImmutableArray<RegistrationChange> Registrations)
{
    /// <summary>The differences in a line.</summary>
    public string Title =>
        string.Join(" together with ", Together) + (Alternatives.IsEmpty ? "" : $" (as would {string.Join(" or ", Alternatives)})");

    /// <inheritdoc/>
    public override string ToString() => Title;
}

/// <summary>Somebody who is registered at a hook in another way than before.</summary>
/// <param name="Now">The registration as it is; as it was where it is gone.</param>
/// <param name="Before">The priority that it had; null where it was not registered there.</param>
/// <param name="After">The priority that it has; null where it is not registered there any more.</param>
public sealed record RegistrationChange(Registration Now, int? Before, int? After)
{
    /// <summary>What many chains of a table have in common: without the chain.</summary>
    internal string What => Now.Points is [var point] && point.ToString() == Now.What ? $"{Now.What[..^(point.Chain.Length + 1)]}" : Now.What;

    /// <summary>Who is registered otherwise, a table and change a line: <c>iptables security moved from 50 to 150, at ip input, forward, output</c>.</summary>
    public static ImmutableArray<string> Lines(ImmutableArray<RegistrationChange> changes) =>
    [
        .. changes.GroupBy(one => (one.What, one.Before, one.After)).Select(same =>
        {
            var how = same.Key switch
            {
                (_, { } was, { } now) => $"moved from {was} to {now}",
                (_, null, { } now) => $"came, at {now}",
                (_, var was, _) => $"went, which was at {was}",
            };
            var where = same.GroupBy(one => one.Now.Family).Select(family => $"{family.Key} {string.Join(", ", family.Select(one => one.Now.Hook))}");
            return $"{same.Key.What} {how}: {string.Join("; ", where)}";
        }),
    ];

    /// <summary>Compares who is registered where.</summary>
    internal static ImmutableArray<RegistrationChange> Between(ImmutableArray<Registration> before, ImmutableArray<Registration> after)
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

        static (string, string, string, string?) Place(Registration one) => (one.Family, one.Hook, one.What, one.Device);
    }
}
