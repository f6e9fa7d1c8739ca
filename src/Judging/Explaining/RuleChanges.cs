
namespace Hooktrail.Judging.Explaining;

internal static class RuleChanges
{
    /// <summary>Each rule removed.</summary>
    public static IEnumerable<ProfileChange> Removals(HostProfile profile) =>
        from chain in profile.Rules.Chains
        from rule in chain.Rules.Distinct()
        select Change(
            $"the rule \"{Command(chain.Id, rule.Text)}\" removed",
            (chain.Id, rule.Text),
            rules => Removed(rules, chain.Id, rule));

    /// <summary>Each chain's policy turned.</summary>
    public static IEnumerable<ProfileChange> Policies(HostProfile profile) =>
        from chain in profile.Rules.Chains
        where chain.Policy != Policy.None
        let other = chain.Policy == Policy.Drop ? Policy.Accept : Policy.Drop
        select Change(
            $"the policy {other.ToString().ToUpperInvariant()} of {chain.Id}", (chain.Id, "policy"),
            rules => Changed(rules, chain.Id, one => one with { Policy = other }));

    /// <summary>Each rule that Docker's release has and this host lacks, inserted at Docker's place for it.</summary>
    public static IEnumerable<ProfileChange> Missing(HostProfile profile) =>
        DockerSets.Nearest(profile) is not { } docker ? [] :
        from chain in docker.Rules.Chains
        let here = profile.Rules.Find(chain.Id)
        from place in Enumerable.Range(0, chain.Rules.Length)
        let rule = chain.Rules[place]
        where here is null || here.Rules.All(one => one.Text != rule.Text)
        select Change(
            $"the rule \"{Command(chain.Id, rule.Text)}\" of {docker.Name} added", (chain.Id, rule.Text),
            rules => Added(rules, chain with { Rules = [rule] }, place));

    /// <summary>
    /// The administrator's rules that would make a packet stop unexpectedly, go on where it should stop, or escape NAT.
    /// </summary>
    public static IEnumerable<ProfileChange> Own(Trail? observed, Trail? predicted)
    {
        if (observed is { Outcome: { Kind: not OutcomeKind.Delivered } } && observed.Hops is [.., var last])
            foreach (var (condition, target) in Ways(last, ["DROP", "REJECT"]))
                yield return Added(last.Point, condition, target);
        if (predicted is { Outcome: { Kind: OutcomeKind.Dropped or OutcomeKind.Rejected } }
            && predicted.Hops is [.., var end])
            foreach (var (condition, target) in Ways(end, ["ACCEPT"]))
                yield return Added(end.Point, condition, target);
        if (observed?.Hops.FirstOrDefault(hop => hop.Point is { Table: "raw", Layer: not Layer.Nftables }) is { } raw)
            foreach (var (condition, target) in Ways(raw, ["CT --notrack"]))
                yield return Added(raw.Point, condition, target);
    }

    // The conditions under which a rule matches packets like this one, the simplest first.
    private static IEnumerable<(string Condition, string Target)> Ways(Hop hop, string[] targets)
    {
        var addresses = $"{Option("-s", Address(hop.Source))}{Option("-d", Address(hop.Destination))}";
        var devices = $"{Option("-i", hop.In)}{Option("-o", hop.Out)}";
        return hop.Point switch
        {
            { Layer: Layer.Ebtables, Table: "broute" } or { Layer: Layer.Nftables } => [],
            { Layer: Layer.Ebtables or Layer.Arptables } =>
                targets.Where(target => target is "DROP" or "ACCEPT").Select(target => (devices, target)),
            { Table: not "filter" } =>
                targets.Where(target => target is not "REJECT").Select(target => (addresses, target)),
            _ => targets.SelectMany(target => target == "REJECT"
                ? (IEnumerable<(string, string)>)
                [
                    (addresses, hop.Point.Layer == Layer.Iptables
                        ? "REJECT --reject-with icmp-port-unreachable"
                        : "REJECT --reject-with icmp6-port-unreachable"),
                    ($"{addresses} -p tcp", "REJECT --reject-with tcp-reset"),
                ]
                : [
                    (addresses, target),
                    ($"{addresses} -m conntrack --ctstate NEW", target),
                    ($"{addresses} -m conntrack --ctstate ESTABLISHED", target)
                ]),
        };

        // A port may follow a hop's address.
        static string? Address(string? name) => name?.Split(':')[0];

        static string Option(string option, string? value) => value is null ? "" : $" {option} {value}";
    }

    private static ProfileChange Added(HookPoint at, string condition, string target)
    {
        var text = $"-A {at.Chain}{condition} -j {target}";
        var chain = RuleText.Read(at.Layer, [$"*{at.Table}", text], "a rule of your own").Chains
            .Single(one => !one.Rules.IsEmpty);
        return Change(
            $"the rule \"{at.Layer.Name()} -t {at.Table} -I {at.Chain}{condition} -j {target}\" added",
            (chain.Id, text),
            rules => Added(rules, chain, 0));
    }

    private static ProfileChange Change(string words, (ChainId, string) subject, Func<RuleSet, RuleSet> change) =>
        new(words, ProfileChange.OfRule, subject, host => host.WithRules(change(host.Rules)));

    private static RuleSet Removed(RuleSet rules, ChainId id, Rule rule) =>
        rules.Find(id)?.Rules.Contains(rule) == true
            ? Changed(rules, id, chain => chain with { Rules = chain.Rules.Remove(rule) })
            : rules;

    private static RuleSet Added(RuleSet rules, RuleChain more, int place) => rules.Find(more.Id) is null
        ? new(rules.Chains.Add(more))
        : Changed(rules, more.Id, chain =>
            chain with { Rules = chain.Rules.InsertRange(Math.Min(place, chain.Rules.Length), more.Rules) });

    private static RuleSet Changed(RuleSet rules, ChainId id, Func<RuleChain, RuleChain> change) =>
        new([.. rules.Chains.Select(chain => chain.Id == id ? change(chain) : chain)]);

    // The command that would add the rule.
    private static string Command(ChainId id, string text) => id.Layer == Layer.Nftables
        ? $"nft add rule {id.Table} {id.Name} {text}"
        : $"{id.Layer.Name()} -t {id.Table} {text}";
}
