using Hooktrail.Model;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Verification;

/// <summary>
/// Where a twin runs two functions of one hook and one priority in another order than the host, as far as both orders
/// are known: it was registered otherwise.
/// </summary>
public static class OtherOrder
{
    public static IEnumerable<string> Of(HostProfile host, HostProfile twin)
    {
        var built = HookMap.Of(twin).ToLookup(PlaceOf);
        foreach (var hook in HookMap.Of(host).GroupBy(PlaceOf))
        {
            var there = built[hook.Key].Select(one => one.What).ToList();
            var here = hook.Where(one => there.Contains(one.What)).ToList();
            foreach (var (first, second) in here.Zip(here.Skip(1)))
                if (first.Priority == second.Priority && Known(host, first, second) && Known(twin, first, second)
                    && there.IndexOf(first.What) > there.IndexOf(second.What))
                    yield return $"At the hook {first.Hook} of {first.Family}, {first.What} runs before {second.What} on the host, and after it in the twin.";
        }

        static (string, string, string?) PlaceOf(Registration one) => (one.Family, one.Hook, one.Device);
    }

    private static bool Known(HostProfile host, Registration first, Registration second) =>
        first.Points is [var one, ..] && second.Points is [var other, ..] && host.Registered.Knows(one, other);
}
