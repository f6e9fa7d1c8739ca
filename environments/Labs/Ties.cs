using Hooktrail.Observation.Nflog;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Labs;

/// <summary>What stands at one hook with one priority, and so runs in the order of registration.</summary>
internal static class Ties
{
    private const int IpFirst = int.MinValue, Last = int.MaxValue;

    /// <summary>Those of these names that share their place with another of them.</summary>
    public static IReadOnlySet<string> Of(HostProfile profile, IReadOnlySet<string> names)
    {
        var places = Functions(profile).Concat(
            NflogPlaces.OfTools(profile.Iptables, profile.Iptables, profile.Ebtables)
                .Concat(NflogPlaces.OfUser(profile.Rules))
                .SelectMany(Places));
        return places
            .Where(one => names.Contains(one.Name))
            .GroupBy(one => one.Place)
            // All chains of type nat run in the NAT core's place.
            .Where(alike => alike.Select(one => one.Name).Distinct().Count() > 1 && !alike.All(one => one.IsNat))
            .SelectMany(alike => alike.Select(one => one.Name))
            .ToHashSet();
    }

    /// <summary>The groups of hook points that share a place, among these.</summary>
    public static IEnumerable<ImmutableArray<HookPoint>> Among(IEnumerable<NflogPlace> places) =>
        from one in places
        from place in Places(one)
        where !place.IsNat
        group one.Point by place.Place into alike
        let points = alike.Distinct().ToImmutableArray()
        where points.Length > 1
        select points;

    /// <summary>The chain of a legacy table whose function is listed; null if it is none.</summary>
    public static HookPoint? OfLegacy(Registration listed) => NflogPlaces
        .OfTools(Backend.Legacy, Backend.Legacy, Backend.Legacy)
        .Where(place => Word(place.Family) == listed.Family
            && Word(place.Hook) == listed.Hook && place.Priority == listed.Priority)
        .Select(place => (HookPoint?)place.Point)
        .FirstOrDefault();

    private static IEnumerable<(Place Place, string Name, bool IsNat)> Places(NflogPlace one)
    {
        var hook = Word(one.Hook);
        var families = one.Hook is NftHook.Ingress or NftHook.Egress ? ["netdev"]
            : one.Family == NftFamily.Inet ? ["ip", "ip6"]
            : (string[])[Word(one.Family)];
        foreach (var family in families)
            foreach (var device in (one.Device ?? "").Split(','))
                if (one.Type != NftChainType.Nat)
                {
                    yield return (new(family, hook, one.Priority, device), one.Point.ToString(), false);
                }
                else
                {
                    // Among the chains of type nat by its own priority, among others in the NAT core's place.
                    yield return (new(family, $"nat {hook}", one.Priority, device), one.Point.ToString(), false);
                    yield return (
                        new(family, hook, one.Hook is NftHook.Prerouting or NftHook.Output ? -100 : 100, device),
                        one.Point.ToString(),
                        true);
                }
    }

    // include/uapi/linux/netfilter_ipv4.h and netfilter_bridge.h.
    private static IEnumerable<(Place Place, string Name, bool IsNat)> Functions(HostProfile profile)
    {
        if (profile.BrNetfilter)
            foreach (var place in (Place[])
                [
                    new("bridge", "prerouting", 0, ""), new("bridge", "forward", -1, ""), new("bridge", "forward", 0, ""),
                    new("bridge", "input", Last, ""), new("bridge", "postrouting", Last, ""),
                    new("ip", "prerouting", IpFirst, ""), new("ip6", "prerouting", IpFirst, ""),
                ])
                yield return (place, RegistrationOrder.BrNetfilter, false);
        foreach (var (family, conntrack, nat) in ((string, string, string)[])
            [
                ("ip", RegistrationOrder.Conntrack, RegistrationOrder.Nat),
                ("ip6", RegistrationOrder.Conntrack6, RegistrationOrder.Nat6),
            ])
        {
            foreach (var hook in (string[])["prerouting", "output"])
            {
                yield return (new(family, hook, -400, ""), conntrack, false);
                yield return (new(family, hook, -200, ""), conntrack, false);
                yield return (new(family, hook, -100, ""), nat, true);
            }

            foreach (var hook in (string[])["input", "postrouting"])
            {
                yield return (new(family, hook, 100, ""), nat, true);
                yield return (new(family, hook, Last, ""), conntrack, false);
            }
        }
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private readonly record struct Place(string Family, string Hook, int Priority, string Device);
}
