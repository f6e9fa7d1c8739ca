using System.Collections.Frozen;

namespace Hooktrail.Rules;

/// <summary>
/// Which rules make the kernel track connections: those whose match or target calls <c>nf_ct_netns_get</c>.
/// </summary>
internal static class ConntrackUsers
{
    private static readonly ImmutableArray<IpVersion> Both = [IpVersion.V4, IpVersion.V6];

    // Matches and targets that the reader does not know, or skips because no trail shows
    // them, may still need conntrack.
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        "conntrack", "state", "connmark", "connbytes", "connlimit", "connlabel", "helper", "cluster", "ct", "CT",
        "CONNMARK", "CONNSECMARK", "NETMAP", "SYNPROXY", "MASQUERADE", "REDIRECT", "DNAT", "SNAT", "dnat", "snat",
        "redirect", "masquerade", "synproxy", "flow");

    public static ImmutableArray<IpVersion> Of(RuleChain chain, Rule rule) =>
        Needs(chain, rule) ? Versions(chain, rule) : [];

    private static bool Needs(RuleChain chain, Rule rule) =>
        chain.Id.Layer is not (Layer.Ebtables or Layer.Arptables)
        && (rule.Matches.Any(Needs)
            || rule.Target switch
            {
                DnatTarget or SnatTarget or MasqueradeTarget or RedirectTarget or ConnectionMarkTarget => true,
                ContinueTarget { Name: var name } => Names.Contains(First(name)),
                UnknownTarget { Name: var name } => Names.Contains(First(name)),
                _ => false,
            });

    private static bool Needs(Match match) => match switch
    {
        ConntrackMatch or ConnectionMarkMatch or ConnectionTupleMatch or ConnectionDirectionMatch => true,
        AnyOfMatch any => any.Alternatives.Any(alternative => alternative.Any(Needs)),
        UnknownMatch unknown => Names.Contains(First(unknown.Name)),
        _ => false,
    };

    private static ImmutableArray<IpVersion> Versions(
        RuleChain chain, Rule rule) => (chain.Id.Layer, chain.Id.Table.Split(' ')[0]) switch
        {
            (Layer.Iptables, _) or (_, "ip") => [IpVersion.V4],
            (Layer.Ip6tables, _) or (_, "ip6") => [IpVersion.V6],
            // In an inet table, "dnat ip to" needs conntrack for one version (nft_nat.c), and every other user
            // for both (nf_ct_netns_inet_get).
            (_, "inet")
                when rule.Target is DnatTarget or SnatTarget && !rule.Matches.Any(Needs) =>
                [
                    .. Both.Where(
                        version => !rule.Matches.Contains(new FrameProtocolMatch(Other(version).Name(), false)))
                ],
            (_, "inet" or "bridge") => Both,
            _ => [],
        };

    private static IpVersion Other(IpVersion version) => version == IpVersion.V4 ? IpVersion.V6 : IpVersion.V4;

    // «-m conntrack --ctexpire 1:9», «ct expiration».
    private static string First(string name) =>
        (name.StartsWith("-m ", StringComparison.Ordinal) ? name[3..] : name).Split(' ')[0];
}
