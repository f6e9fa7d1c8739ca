namespace Hooktrail.Judging.Explaining;

/// <summary>Docker's rules on the lab's host, by release, with and without the userland proxy.</summary>
internal static class DockerSets
{
    private static readonly Lazy<ImmutableArray<DockerSet>> All = new(() =>
    [
        .. from proxy in (bool[])[true, false]
           from release in Enum.GetValues<DockerRelease>().Reverse()
           select new DockerSet(
               $"Docker {Name(release)}{(proxy ? "" : " without its userland proxy")}",
               release,
               proxy,
               DockerRules.ProxyHasPktinfo(release),
               DockerRules.Of(release, proxy)),
    ]);

    private static readonly Lazy<DockerExchange> Exchanging = new(() => new(All.Value.Select(set => set.Rules)));

    /// <summary>The release with the most similar rules; null if the host has none of its rules.</summary>
    public static DockerSet? Nearest(HostProfile profile)
    {
        var nearest = All.Value.MinBy(set => Exchanging.Value.Distance(profile.Rules, set.Rules))!;
        return DockerExchange.HasAny(profile.Rules, nearest.Rules) ? nearest : null;
    }

    /// <summary>Another release's rules, or none, instead of Docker's; an administrator's rules stay.</summary>
    public static IEnumerable<ProfileChange> Changes(HostProfile profile)
    {
        var docker = profile.Rules.Count > Own(profile.Rules).Count;
        foreach (var set in All.Value.OrderBy(set => set.Proxy == profile.UserlandProxy ? 0 : 1))
            yield return Change(
                $"the rules of {set.Name}", host => host.WithRules(Exchanged(host.Rules, set.Rules)) with
                {
                    // The settings that dockerd makes in addition to its rules (moby, libnetwork/drivers/bridge).
                    UserlandProxy = set.Proxy,
                    Sockets = null,
                    ProxyPktinfo = set.Pktinfo,
                    Hairpin = !set.Proxy,
                    RouteLocalnet = !set.Proxy,
                });
        if (docker)
            yield return Change("none of Docker's rules", host => host.WithRules(Own(host.Rules)));
    }

    /// <summary>Replaces Docker's rules with those of a release, or with none; the host's other rules stay.</summary>
    public static HostProfile Exchange(HostProfile host, DockerRelease? release) =>
        host.WithRules(
            release is { } one ? Exchanged(host.Rules, DockerRules.Of(one, host.UserlandProxy)) : Own(host.Rules)) with
        {
            ProxyPktinfo = release is { } own && DockerRules.ProxyHasPktinfo(own),
        };

    /// <summary>Replaces some of Docker's chains with those of a release; all other chains stay.</summary>
    public static HostProfile Exchange(HostProfile host, DockerRelease release, Func<ChainId, bool> chains)
    {
        var set = All.Value.First(one => one.Release == release && one.Proxy == host.UserlandProxy);
        var wanted = Exchanged(host.Rules, set.Rules);
        return host.WithRules(host.Rules with
        {
            Chains =
            [
                .. host.Rules.Chains.Select(chain => chains(chain.Id) ? wanted.Find(chain.Id) : chain)
                    .OfType<RuleChain>(),
                .. wanted.Chains.Where(chain => chains(chain.Id) && host.Rules.Find(chain.Id) is null),
            ],
        });
    }

    private static ProfileChange Change(string words, Func<HostProfile, HostProfile> apply) =>
        new(words, ProfileChange.OfDocker, "docker", apply);

    private static RuleSet Exchanged(RuleSet rules, RuleSet docker) => Exchanging.Value.Exchanged(rules, docker);

    private static RuleSet Own(RuleSet rules) => Exchanging.Value.Own(rules);

    private static string Name(DockerRelease release) => release switch
    {
        DockerRelease.V20 => "20.10",
        DockerRelease.V27 => "27",
        DockerRelease.V28Dot0Dot0 => "28.0.0",
        DockerRelease.V28 => "28.0.1",
        DockerRelease.V28Dot2 => "28.2",
        DockerRelease.V29 => "29",
        _ => "29-nftables",
    };
}

/// <remarks>With pktinfo, the proxy answers datagrams from the address to which they were sent.</remarks>
internal sealed record DockerSet(string Name, DockerRelease Release, bool Proxy, bool Pktinfo, RuleSet Rules);
