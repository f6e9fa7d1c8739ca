namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The nat chains of IPv4 and IPv6, and the NAT core that asks them; net/netfilter/nf_nat_proto.c
/// (<c>nf_nat_ipv4_ops</c>, <c>nf_nat_ipv6_ops</c>) and nf_nat_core.c.
/// </summary>
internal static class NatChains
{
    private static readonly Hook[] Hooks = [Hook.PreRouting, Hook.LocalIn, Hook.LocalOut, Hook.PostRouting];

    /// <summary>The NAT core at each hook: one function for all its chains; on old kernels one for each.</summary>
    public static IEnumerable<HookRegistration> Registrations(HostProfile profile, KernelTraits traits) =>
        from family in new[] { Family.IPv4, Family.IPv6 }
        from hook in Hooks
        from registration in At(family, hook, profile, traits)
        select registration;

    private static IEnumerable<HookRegistration> At(Family family, Hook hook, HostProfile profile, KernelTraits traits)
    {
        var slot = hook is Hook.PreRouting or Hook.LocalOut ? IpPriority.NatDestination : IpPriority.NatSource;
        var ordered = RegisteredWhen.InOrder(Chains(family, hook, slot, profile), profile.Registered)
            .Reverse().OrderBy(one => one.Priority).ToArray();
        if (traits.NatChainsShareASlot)
            return [new(family, hook, slot, "nat core", new NatCore([.. ordered.Select(one => one.Chain)], hook)
            {
                Unordered = [.. Unordered(ordered, profile.Registered)],
                Rules = profile.Rules,
            }.Run)
            {
                Points = [.. ordered.Select(one => one.Chain.Point)],
            }];
        return ordered.Select(one => new HookRegistration(
            family, hook, one.Priority, one.Chain.Point.ToString(), new NatCore([one.Chain], hook).Run)
        {
            Points = [one.Chain.Point],
        });
    }

    // On kernels where each is a function at the hook, the hook table knows.
    private static IEnumerable<ImmutableArray<Chain>> Unordered(
        (Chain Chain, int Priority)[] chains, RegistrationOrder order) =>
        from alike in chains.GroupBy(one => (one.Priority, Step: order.StepOf(one.Chain.Point.ToString())))
        where alike.Key.Step is not null
        let among = alike.Select(one => one.Chain).ToImmutableArray()
        where among.Any(one => one != among[0] && !order.Knows(among[0].Point, one.Point))
        select among;

    /// <summary>The tools' own chain, then the users'.</summary>
    private static IEnumerable<(Chain Chain, int Priority)> Chains(
        Family family, Hook hook, int slot, HostProfile profile)
    {
        var points = family == Family.IPv4 ? HookPoints.Iptables : HookPoints.Ip6tables;
        foreach (var point in points)
            if (point.Table == "nat" && IptablesTables.HookOf(point.Chain) == hook)
                yield return (new(point, profile.Rules), slot);
        foreach (var chain in profile.Rules.BaseChains)
            if (chain.Base is { Type: "nat" } at
                && NftChains.FamiliesOf(at).Contains(family) && NftChains.HookOf(at) == hook)
                yield return (new(NftChains.PointOf(chain), profile.Rules), at.Priority);
    }
}
