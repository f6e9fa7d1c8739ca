using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Conformance;

/// <summary>
/// Two and three chains at one hook with one priority, in every family: made before the tool's chain and after it, each
/// dropping, accepting and rewriting. The one that was registered last runs first.
/// </summary>
/// <remarks>
/// Each chain is a change of the host: so each has its recorder right behind it, and its records prove the order.
/// </remarks>
public static class EqualPriorities
{
    private static readonly NamespaceSetup Bare = NamespaceSetup.Default with { Docker = null };

    /// <summary>A hook of a family where a tool has a chain, and a rule for it that drops.</summary>
    private sealed record Place(string Family, string Hook, int Priority, string Match, string Tool)
    {
        public string Title => $"{Family} {Hook} at {Priority}";

        public ImmutableArray<Flow> Flows => Family switch
        {
            "arp" => MatrixFlows.Arp(),
            "ip" => Of(IpVersion.V4),
            "ip6" => Of(IpVersion.V6),
            _ => [.. Of(IpVersion.V4), .. Of(IpVersion.V6)],
        };

        /// <summary>Whether the chains run between defragmentation and conntrack.</summary>
        public bool IsBehindDefrag => Hook == "prerouting" && Priority == -300 && Family != "bridge";

        /// <summary>Whether the chains are the first that can ask for the connection.</summary>
        public bool IsBehindConntrack => Hook == "prerouting" && Priority == -150;

        public string Chain(string table, string verdict) =>
            $"table {Family} {table} {{ chain c {{ type filter hook {Hook} priority {Priority}; {Match} {verdict}; }}; }}";

        // Two protocols: one without ports and one with. Fragments show whether defragmentation ran before.
        private ImmutableArray<Flow> Of(IpVersion ip) =>
        [
            .. MatrixFlows.Core.Where(flow => flow.Ip == ip && flow.Protocol is Protocol.Icmp or Protocol.Udp),
            .. IsBehindDefrag ? InParts(ip) : [],
        ];

        private static ImmutableArray<Flow> InParts(IpVersion ip) =>
        [
            new(Endpoint.Client, Endpoint.Wan, Protocol.Udp) { Ip = ip, Fragments = 3 },
            new(Endpoint.Wan, Endpoint.Client, Protocol.Udp) { Ip = ip, Fragments = 3 },
        ];
    }

    private static readonly ImmutableArray<Place> Places =
    [
        .. from ip in Enum.GetValues<IpVersion>()
           let family = ip == IpVersion.V4 ? "ip" : "ip6"
           from at in ((string Hook, int Priority, string Table)[])
               [
                   ("prerouting", -300, "raw"), ("prerouting", -150, "mangle"), ("input", 0, "filter"),
                   ("forward", 0, "filter"), ("output", 0, "filter"), ("postrouting", -150, "mangle"),
               ]
           select new Place(
               // Of IPv6 not all: without neighbour discovery nothing reaches the client.
               family, at.Hook, at.Priority,
               $"{family} {Side(at.Hook)} client{(ip == IpVersion.V6 ? " meta l4proto udp" : "")}",
               $"{ip.Layer().Name()} -t {at.Table} -A {at.Hook.ToUpperInvariant()} {Short(at.Hook)} client{(ip == IpVersion.V6 ? " -p udp" : "")}"),
        .. from at in ((string Hook, int Priority, string Table)[])
               [
                   ("prerouting", -300, "nat"), ("input", -200, "filter"), ("forward", -200, "filter"),
                   ("output", -200, "filter"), ("postrouting", 300, "nat"),
               ]
           select new Place(
               "bridge", at.Hook, at.Priority, $"ip {Side(at.Hook)} client",
               $"ebtables -t {at.Table} -A {at.Hook.ToUpperInvariant()} -p IPv4 {(Side(at.Hook) == "saddr" ? "--ip-src" : "--ip-dst")} client"),
        new("arp", "input", 0, "arp saddr ip client", "arptables -A INPUT -s client"),
        new("arp", "output", 0, "arp daddr ip client", "arptables -A OUTPUT -d client"),
        new("inet", "forward", 0, "ip saddr client", "iptables -A FORWARD -s client"),
        new("inet", "prerouting", -300, "ip saddr client", "iptables -t raw -A PREROUTING -s client"),
    ];

    /// <summary>Hosts that are built for it.</summary>
    public static ImmutableArray<HostCase> Hosts { get; } =
    [
        new("no Docker, chains at the priority of the tool's, made after it", Bare, [.. After()]),
        new("no Docker, chains of one priority at a device", Bare, [.. AtDevice()]),
        new("no Docker, NAT chains of one priority", Bare, [.. Nat()]),
        .. from verdict in (string[])["accept", "drop"]
           select new HostCase(
               $"no Docker, chains at the priority of the tool's, made before it, that {verdict}",
               Bare with { BeforeTools = [.. Early(verdict)] },
               [.. Before()]),
        new(
            "no Docker, a NAT chain made before iptables'",
            Bare with
            {
                BeforeTools = [Rewrites("early", "stranger").Text],
            },
            [
                Quiet("only that chain rewrites", MatrixFlows.Core),
                Quiet(
                    "iptables rewrites", MatrixFlows.Core,
                    Rule("iptables -t nat -A PREROUTING -d wan -j DNAT --to-destination server")),
                Quiet(
                    "iptables and a later chain rewrite", MatrixFlows.Core,
                    Rule("iptables -t nat -A PREROUTING -d wan -j DNAT --to-destination server"),
                    Rewrites("late", "client")),
            ]),
    ];

    /// <summary>What can be tried on a host that belongs to a user.</summary>
    public static ImmutableArray<Variation> OnOneHost { get; } = [.. After(), .. AtDevice(), .. Nat()];

    private static IEnumerable<string> Early(string verdict) =>
        from family in Places.Where(place => place.Hook is "forward" or "input").GroupBy(place => place.Family)
        select $"table {family.Key} early {{ {string.Concat(family.Select(place => $"chain {place.Hook} {{ type filter hook {place.Hook} priority {place.Priority}; {place.Match} {verdict}; }}; "))}}}";

    private static IEnumerable<Variation> After()
    {
        foreach (var place in Places)
        {
            HostChange tool = Rule($"{place.Tool} -j DROP");
            foreach (var verdict in (string[])["accept", "drop"])
            {
                HostChange one = Table(place.Chain("one", verdict)), two = Table(place.Chain("two", "accept"));
                yield return Quiet($"{place.Title}: one chain, {verdict}", place.Flows, one);
                yield return Quiet($"{place.Title}: one chain, {verdict}; the tool's drops", place.Flows, tool, one);
                yield return Quiet($"{place.Title}: two chains, the first {verdict}", place.Flows, one, two);
                yield return Quiet($"{place.Title}: two chains, the last {verdict}", place.Flows, two, one);
                yield return Quiet(
                    $"{place.Title}: two chains, the first {verdict}; the tool's drops", place.Flows, tool, one, two);
            }
        }

        // Conntrack runs before all of them.
        foreach (var place in Places.Where(place => place.IsBehindConntrack))
        {
            HostChange one = Table(place.Chain("one", "ct state new drop"));
            yield return Quiet($"{place.Title}: one chain asks for the connection", place.Flows, one);
            yield return Quiet(
                $"{place.Title}: of two chains the first asks for the connection", place.Flows,
                Table(place.Chain("one", "accept")), Table(place.Chain("two", "ct state new drop")));
        }

        // The mark is noted by the tool's chain, and asked for by the user's.
        yield return Quiet(
            "ip prerouting at -150: iptables marks what a later chain asks for",
            [.. MatrixFlows.Core.Where(flow => flow.Ip == IpVersion.V4)],
            Rule("iptables -t mangle -A PREROUTING -s client -j MARK --set-mark 1"),
            Table(
                "table ip one { chain c { type filter hook prerouting priority -150; ip saddr client meta mark 1 drop; }; }"));
    }

    private static IEnumerable<Variation> Before()
    {
        yield return Quiet("as installed", [.. MatrixFlows.Core, .. MatrixFlows.Arp()]);
        foreach (var place in Places.Where(place => place.Hook is "forward" or "input"))
        {
            yield return Quiet($"{place.Title}: the tool's drops", place.Flows, Rule($"{place.Tool} -j DROP"));
            foreach (var verdict in (string[])["accept", "drop"])
                yield return Quiet(
                    $"{place.Title}: a later chain, {verdict}", place.Flows, Table(place.Chain("late", verdict)));
        }
    }

    private static IEnumerable<Variation> AtDevice()
    {
        foreach (var (family, device, hook, match) in ((string, string, string, string)[])
            [
                ("netdev", "client.port", "ingress", "ip saddr client"),
                ("netdev", "client.port", "egress", "ip daddr client"),
                ("inet", "lab", "ingress", "ip saddr client"),
            ])
        {
            HostChange Chain(string table, string verdict) => Table(
                $"table {family} {table} {{ chain c {{ type filter hook {hook} device \"{device}\" priority 5; {match} {verdict}; }}; }}");
            foreach (var verdict in (string[])["accept", "drop"])
            {
                yield return Quiet(
                    $"{family} {hook} of {device}: two chains, the first {verdict}", MatrixFlows.Core,
                    Chain("one", verdict), Chain("two", "accept"));
                yield return Quiet(
                    $"{family} {hook} of {device}: three chains, the second {verdict}", MatrixFlows.Core,
                    Chain("one", "accept"), Chain("two", verdict), Chain("three", "accept"));
            }
        }
    }

    private static IEnumerable<Variation> Nat()
    {
        HostChange tool = Rule("iptables -t nat -A PREROUTING -d wan -j DNAT --to-destination server");
        ImmutableArray<Flow> flows = [.. MatrixFlows.Core.Where(flow => flow.Ip == IpVersion.V4)];
        yield return Quiet("two chains rewrite", flows, Rewrites("one", "stranger"), Rewrites("two", "server"));
        yield return Quiet("a chain rewrites before iptables", flows, tool, Rewrites("one", "stranger"));
        yield return Quiet(
            "two chains rewrite before iptables", flows, tool, Rewrites("one", "stranger"), Rewrites("two", "client"));
        yield return Quiet(
            "the source: a chain rewrites before iptables", flows,
            Rule("iptables -t nat -A POSTROUTING -s client -d server -j SNAT --to-source stranger"),
            Table(
                "table ip one { chain c { type nat hook postrouting priority 100; ip saddr client ip daddr server snat to left; }; }"));
    }

    private static HostChange.NftTable Rewrites(string table, string to) => Table(
        $"table ip {table} {{ chain c {{ type nat hook prerouting priority -100; ip daddr wan dnat to {to}; }}; }}");

    // OUTPUT has only what is sent to the client, POSTROUTING that too.
    private static string Side(string hook) => hook is "output" or "postrouting" ? "daddr" : "saddr";

    private static string Short(string hook) => Side(hook) == "saddr" ? "-s" : "-d";

    private static Variation Quiet(
        string title, ImmutableArray<Flow> flows, params ImmutableArray<HostChange> changes) =>
        new(title, changes, flows) { IsQuiet = true };

    private static HostChange.Rule Rule(string command) => new(command);

    private static HostChange.NftTable Table(string text) => new(text);
}
