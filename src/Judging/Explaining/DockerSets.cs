using System.Collections.Frozen;

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
               proxy,
               DockerRules.ProxyHasPktinfo(release),
               DockerRules.Of(release, proxy)),
    ]);

    private static readonly Lazy<FrozenSet<(ChainId, string)>> Known =
        new(() => All.Value.SelectMany(set => Names(set.Rules)).ToFrozenSet());

    private static readonly Lazy<FrozenSet<ChainId>> KnownChains = new(() => All.Value
        .SelectMany(set => set.Rules.Chains)
        .Where(chain => chain.Policy == Policy.None || chain.Id.Layer == Layer.Nftables)
        .Select(chain => chain.Id)
        .ToFrozenSet());

    /// <summary>The release with the most similar rules; null if the host has none of its rules.</summary>
    public static DockerSet? Nearest(HostProfile profile)
    {
        var here = Names(profile.Rules).ToHashSet();
        var nearest = All.Value.MinBy(set =>
        {
            var common = Names(set.Rules).Count(here.Contains);
            return set.Rules.Count + here.Count(Known.Value.Contains) - 2 * common;
        })!;
        return Names(nearest.Rules).Any(here.Contains) ? nearest : null;
    }

    /// <summary>Another release's rules, or none, instead of Docker's; an administrator's rules stay.</summary>
    public static IEnumerable<ProfileChange> Changes(HostProfile profile)
    {
        var own = Own(profile.Rules);
        var docker = profile.Rules.Count > own.Count;
        foreach (var set in All.Value.OrderBy(set => set.Proxy == profile.UserlandProxy ? 0 : 1))
            yield return Change(
                $"the rules of {set.Name}", host => host.WithRules(Exchanged(host.Rules, set.Rules)) with
                {
                    // The settings that dockerd makes in addition to its rules (moby, libnetwork/drivers/bridge).
                    UserlandProxy = set.Proxy,
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

    private static ProfileChange Change(string words, Func<HostProfile, HostProfile> apply) =>
        new(words, ProfileChange.OfDocker, "docker", apply);

    private static RuleSet Exchanged(RuleSet rules, RuleSet docker)
    {
        var own = Own(rules);
        return new(
        [
            .. docker.Chains.Select(chain => own.Find(chain.Id) is { } mine
                ? chain with
                {
                    Rules =
                    [
                        .. mine.Rules.Take(Before(rules, chain.Id)),
                        .. chain.Rules,
                        .. mine.Rules.Skip(Before(rules, chain.Id))
                    ],
                }
                : chain),
            .. own.Chains.Where(chain => docker.Find(chain.Id) is null),
        ]);
    }

    // The number of the administrator's rules that come before Docker's.
    private static int Before(RuleSet rules, ChainId id) =>
        rules.Find(id) is { } chain && chain.Rules.Any(rule => Known.Value.Contains((id, rule.Text)))
            ? chain.Rules.TakeWhile(rule => !Known.Value.Contains((id, rule.Text))).Count()
            : int.MaxValue;

    private static RuleSet Own(RuleSet rules) => new(
    [
        .. rules.Chains
            .Select(chain => chain with
            {
                Rules = [.. chain.Rules.Where(rule => !Known.Value.Contains((chain.Id, rule.Text)))],
                // dockerd sets FORWARD's policy to DROP.
                Policy = chain.Id is { Layer: Layer.Iptables or Layer.Ip6tables, Table: "filter", Name: "FORWARD" }
                    ? Policy.Accept
                    : chain.Policy,
            })
            .Where(chain => !chain.Rules.IsEmpty
                || !KnownChains.Value.Contains(chain.Id) && (chain.Policy != Policy.Accept || chain.Base is not null)),
    ]);

    private static IEnumerable<(ChainId, string)> Names(RuleSet rules) =>
        rules.Chains.SelectMany(chain => chain.Rules.Select(rule => (chain.Id, rule.Text)));

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
internal sealed record DockerSet(string Name, bool Proxy, bool Pktinfo, RuleSet Rules);
