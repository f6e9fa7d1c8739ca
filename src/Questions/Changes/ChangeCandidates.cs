using Hooktrail.Trails.Accounts;

namespace Hooktrail.Questions.Changes;

/// <summary>Changes that may turn an answer, the smaller ones first.</summary>
internal static class ChangeCandidates
{
    private const string User = "DOCKER-USER";

    /// <summary>
    /// A sysctl without which the kernel discards the packet; a route that it lacks, or one deleted that ends it; a rule
    /// for packets like this one, in DOCKER-USER before other chains; and last the deciding rule deleted.
    /// </summary>
    public static IEnumerable<HostCandidate> ThatLetThrough(HostProfile host, Question question, Answer answer)
    {
        if (answer.Legs.FirstOrDefault(leg => leg.Trail.Outcome.Kind != OutcomeKind.Delivered) is not { } leg)
            return [];
        IEnumerable<HostCandidate> routes = leg.Trail.Outcome.Kind == OutcomeKind.Vanished
            ? RouteCandidates.Of(host.Topology, question, answer, leg)
            : [];
        if (leg.Trail.Hops is not [.., var end])
            return routes;
        return
        [
            .. Sysctls(host, question, leg.Trail.Outcome, end),
            .. routes,
            .. Rules(host, question, leg, end, "ACCEPT"),
            .. answer.Rule is { } rule ? Undone(rule) : [],
            .. end.PhysOut is null ? Array.Empty<HostCandidate>() : [Unfiltered(end.Point.Layer)],
        ];
    }

    /// <summary>A rule that drops packets like this one; in ebtables only what does not come to the IP layer.</summary>
    public static IEnumerable<HostCandidate> ThatStop(HostProfile host, Question question, Answer answer)
    {
        var hops = answer.Legs[0].Trail.Hops.Where(hop => IsFilter(host, hop.Point)).ToList();
        return
            from hop in hops.OrderBy(hop => Place(host, hop.Point))
            where hop.Point.Layer != Layer.Ebtables || hops.All(other => other.Point.Layer == Layer.Ebtables)
            from candidate in Rules(host, question, answer.Legs[0], hop, "DROP")
            select candidate;
    }

    // Of nft, a host's own chains come first only where iptables has none.
    private static int Place(HostProfile host, HookPoint point) => point switch
    {
        { Layer: Layer.Iptables or Layer.Ip6tables, Chain: "FORWARD" } => HasRules(host, point.Layer) ? 0 : 3,
        { Layer: Layer.Iptables or Layer.Ip6tables } => HasRules(host, point.Layer) ? 1 : 4,
        { Layer: Layer.Nftables } => 2,
        _ => 5,
    };

    private static bool HasRules(HostProfile host, Layer layer) =>
        host.Rules.Chains.Any(chain => chain.Id.Layer == layer);

    private static bool IsFilter(HostProfile host, HookPoint point) => point.Layer == Layer.Nftables
        ? host.Rules.Find(new(point.Layer, point.Table, point.Chain))?.Base is { Type: "filter", Priority: 0 }
        : point.Table == "filter" && point.Layer is not Layer.Arptables;

    private static IEnumerable<HostCandidate> Rules(
        HostProfile host, Question question, AnswerLeg leg, Hop hop, string target)
    {
        if (PacketWords.Of(question, leg.Leg, hop) is not { } words)
            yield break;
        var (layer, table, chain) = (hop.Point.Layer, hop.Point.Table, hop.Point.Chain);
        if (LegacyTables.Of(table) is var (tool, own))
        {
            if (own != "nat")
                yield return new HostCandidate($"{In(tool, own)} -I {chain} 1 {words.Xtables} -j {target}");
            yield break;
        }

        if (layer == Layer.Nftables)
        {
            yield return new HostCandidate(
                $"nft insert rule {table} {chain} {words.Nft} {target.ToLowerInvariant()}");
            yield break;
        }

        if (layer == Layer.Ebtables)
        {
            yield return new HostCandidate($"{Tool(layer, table)} -I {chain} {words.Ebtables} -j {target}");
            yield break;
        }

        if (table == "filter" && chain == "FORWARD" && host.Rules.Find(new(layer, table, User)) is not null)
            yield return new HostCandidate($"{layer.Name()} -I {User} 1 {words.Xtables} -j {target}");
        if (table != "nat")
            yield return new HostCandidate($"{Tool(layer, table)} -I {chain} 1 {words.Xtables} -j {target}");
    }

    private static string Tool(Layer layer, string table) => In(layer.Name(), table);

    private static string In(string tool, string table) => table == "filter" ? tool : $"{tool} -t {table}";

    private static IEnumerable<HostCandidate> Undone(RuleStep rule)
    {
        if (LegacyTables.Of(rule.Table) is var (tool, own))
        {
            yield return ByXtables(In(tool, own), rule);
        }
        else if (rule.Handle is { } handle)
        {
            var table = rule.Layer == Layer.Nftables ? rule.Table : $"{rule.Layer.Family()} {rule.Table}";
            yield return new HostCandidate(string.Create(
                CultureInfo.InvariantCulture, $"nft delete rule {table} {rule.Chain} handle {handle}"));
        }
        else if (rule.Layer == Layer.Nftables)
        {
            if (rule.Number is null)
                yield return new HostCandidate($"nft chain {rule.Table} {rule.Chain} '{{ policy accept; }}'");
        }
        else
        {
            yield return ByXtables(Tool(rule.Layer, rule.Table), rule);
        }
    }

    private static HostCandidate ByXtables(string tool, RuleStep rule) => new(rule.Number is null
        ? $"{tool} -P {rule.Chain} ACCEPT"
        : $"{tool} -D {rule.Text[(rule.Text.IndexOf(' ') + 1)..]}");

    private static IEnumerable<HostCandidate> Sysctls(HostProfile host, Question question, Outcome outcome, Hop end)
    {
        if (outcome.Kind != OutcomeKind.Vanished)
            yield break;
        yield return new HostCandidate(question.Flow.Ip == IpVersion.V4
            ? "sysctl -w net.ipv4.ip_forward=1"
            : "sysctl -w net.ipv6.conf.all.forwarding=1");
        if (end.In is not { } device || host.Topology.Find(device) is null)
            yield break;
        yield return new HostCandidate($"sysctl -w net.ipv4.conf.{device}.rp_filter=2");
        yield return new HostCandidate($"sysctl -w net.ipv4.conf.{device}.route_localnet=1");
    }

    private static HostCandidate Unfiltered(Layer layer) => new HostCandidate(
        $"sysctl -w net.bridge.bridge-nf-call-{(layer == Layer.Ip6tables ? "ip6tables" : "iptables")}=0");
}
