using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Records;
using Hooktrail.Trails.Accounts;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests;

/// <summary>Trails to test with: a small real one, and any that the format can hold.</summary>
internal static class Samples
{
    public static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);

    /// <summary>A short bridged trail: enough to part from in every way.</summary>
    public static readonly Trail Bridged = new(
        [
            At("ebtables nat PREROUTING", "client.port", null),
            At("iptables raw PREROUTING", "lab", null) with { PhysIn = "client.port" },
            At("iptables mangle PREROUTING", "lab", null) with { PhysIn = "client.port" },
            At("ebtables filter FORWARD", "client.port", "server.port"),
            At("ebtables nat POSTROUTING", null, "server.port"),
        ],
        Outcome.Delivered(Endpoint.Server));

    public static Hop At(string point, string? @in, string? @out)
    {
        var words = point.Split(' ');
        return new(HookPoints.Parse(words[0], words[1], words[2]), @in, @out, null, null, "client", "server");
    }

    public static Trail Without(this Trail trail, int index) => trail with { Hops = trail.Hops.RemoveAt(index) };

    public static Trail With(this Trail trail, int index, Func<Hop, Hop> change) =>
        trail with { Hops = trail.Hops.SetItem(index, change(trail.Hops[index])) };

    // Every kind of text in a file: quotes, markup, control characters, letters beyond ASCII.
    private static readonly Gen<string> Names = Gen.Elements(
        "lab", "client.port", "", "a|b", "\"quoted\"\\", "<b>&amp;",
        "line\nbreak\ttab\u0001", "名前 → 😀", "`code`", "\u2028");

    private static readonly Gen<string?> Devices =
        Gen.OneOf(Gen.Constant<string?>(null), Names.Select(name => (string?)name));

    private static readonly Gen<HookPoint> Points = Gen.OneOf(
        Gen.Elements<HookPoint>([.. HookPoints.Ebtables, .. HookPoints.Iptables]),
        Names.Zip(Names).Select(names => new HookPoint(Layer.Nftables, names.Item1, names.Item2)));

    private static readonly Gen<bool> Bools = Gen.Elements(true, false);

    private static readonly Gen<Endpoint> Endpoints =
        Gen.Elements(Endpoint.Client, Endpoint.Server, Endpoint.Host, Endpoint.Wan);

    private static readonly Gen<Outcome> Outcomes = Gen.OneOf(
        from to in Endpoints select Outcome.Delivered(to),
        from at in Points from reason in Names select Outcome.Dropped(at, reason),
        from at in Points from reason in Devices select Outcome.Rejected(at, reason),
        from at in Points from reason in Names select Outcome.Unknown(at, reason),
        from at in Points from reason in Devices select Outcome.Vanished(at, reason),
        from reason in Devices select Outcome.Vanished(null, reason));

    private static readonly Gen<Hop> Hops =
        from point in Points
        from devices in Devices.ArrayOf(6)
        select new Hop(point, devices[0], devices[1], devices[2], devices[3], devices[4], devices[5]);

    private static readonly Gen<Trail> AnyTrail =
        from hops in Hops.ListOf()
        from outcome in Outcomes
        select new Trail([.. hops], outcome);

    private static readonly Gen<Way> AnyWay =
        from trail in OrNull(AnyTrail)
        from at in Points
        from question in Names
        from answer in Names
        select new Way(trail, question.Length % 2 == 0 ? [] : [new(at, question, answer)]);

    private static readonly Gen<RuleStep> AnyRule =
        from hop in Gen.Choose(1, int.MaxValue)
        from layer in Gen.Elements(Enum.GetValues<Layer>())
        from table in Names
        from chain in Names
        from number in Gen.Elements<int?>(null, 1, int.MaxValue)
        from text in Names
        from verdict in Gen.Elements(Enum.GetValues<RuleVerdict>())
        from handle in Gen.Elements<long?>(null, 0, long.MaxValue)
        select new RuleStep(
            hop, layer, layer == Layer.Nftables ? $"inet {table}" : table, chain, number, text, verdict)
        {
            Handle = handle,
        };

    // A user's rules, of every tool; Docker's are those of its releases.
    private static readonly RuleSet[] OwnRules =
    [
        RuleText.Read(
            Layer.Iptables,
            [
                "*raw", "-A PREROUTING -s client,wan -j CT --notrack", "*filter",
                ":FORWARD DROP", ":OWN -", "-A FORWARD -m set --match-set \"a b\" src -g OWN"
            ],
            "own"),
        RuleText.Read(
            Layer.Ip6tables,
            ["*filter", "-A FORWARD ! -s lab -p tcp -m tcp --dport 8080 -j REJECT --reject-with tcp-reset"],
            "own"),
        RuleText.Read(
            Layer.Ebtables,
            [
                "*nat", "-A PREROUTING -p IPv4 -i client.port -j redirect",
                "*filter", ":OWN DROP", "-A FORWARD -d Broadcast -j OWN"
            ],
            "own"),
        RuleText.Read(Layer.Arptables, ["*filter", "-A INPUT -s server --opcode 1 -j DROP"], "own"),
        RuleText.Read(
            Layer.Iptables,
            ["*mangle", "-A FORWARD -m set --match-set evil src,dst -j DROP"],
            "own",
            RuleText.ReadSets(
                ["create evil hash:ip,port family inet", "add evil client,tcp:80", "add evil server,icmp:8/0 timeout 90"],
                "own")),
        RuleText.Read(
            Layer.Nftables,
            [
                "table bridge mine {", "chain c {", "type filter hook forward priority -7; policy drop;",
                "comment \"before the first bridge\"", "ip saddr { client, wan } accept", "}", "}",
                "table netdev mine {", "chain in {",
                "type filter hook ingress device \"wan.nic\" priority 0; policy accept;", "meta skuid 7 drop", "}", "}",
            ],
            "own"),
    ];

    private static readonly Gen<RuleSet> Rules =
        from docker in Gen.OneOf(
            Gen.Constant(RuleSet.Empty),
            Gen.Elements(Enum.GetValues<DockerRelease>())
                .Zip(Bools)
                .Select(one => DockerRules.Of(one.Item1, one.Item2)))
        from own in Gen.SubListOf(OwnRules)
        select own.Aggregate(docker, (rules, more) => rules.With(more));

    private static readonly Gen<RegistrationOrder> Orders = Gen.Elements<RegistrationOrder>(
        RegistrationOrder.Assumed,
        new([["br_netfilter"], ["nftables bridge mine c"]]),
        new([["iptables filter FORWARD", "nftables ip mine c"], ["nftables inet mine d"]]) { IsListed = true });

    private static readonly Gen<Flow> Flows =
        from ends in Gen.Elements<Endpoint>([.. Endpoint.All, Endpoint.Everyone]).ArrayOf(2)
        from protocol in Gen.Elements(Enum.GetValues<Protocol>())
        from ip in Gen.Elements(IpVersion.V4, IpVersion.V6)
        from encapsulation in Gen.Elements(Enum.GetValues<Encapsulation>())
        from own in Gen.Elements(null, Endpoint.Stranger.Name, LabNames.HostOnWan)
        from via in Devices
        from numbers in Gen.Choose(1, 65535).ArrayOf(3)
        select new Flow(ends[0], ends[1], protocol)
        {
            Ip = ip,
            Via = via,
            As = own,
            Port = numbers[0],
            Ttl = numbers[1],
            Fragments = numbers[2],
            Encapsulation = encapsulation,
        };

    private static readonly Gen<PublishedSocket[]> Sockets = (
        from protocol in Gen.Elements(Protocol.Tcp, Protocol.Udp)
        from ip in Gen.Elements(IpVersion.V4, IpVersion.V6)
        from port in Gen.Choose(1, 65535)
        from isRead in Bools
        select new PublishedSocket(protocol, ip, port, isRead)).ArrayOf(2);

    private static readonly Gen<HostProfile> Profiles =
        from kernel in Gen.Choose(0, 99).Zip(Gen.Choose(0, 99))
        from backends in Gen.Elements(Backend.Nft, Backend.Legacy).ArrayOf(2)
        from states in Bools.ArrayOf(Switch.All.Length)
        from rules in Rules
        from order in Orders
        from sockets in OrNull(Sockets)
        select Switch.All.Zip(states).Aggregate(
            new HostProfile
            {
                Kernel = new(kernel.Item1, kernel.Item2),
                Iptables = backends[0],
                Ebtables = backends[1],
                Rules = rules,
                Registered = order,
                Sockets = sockets?.ToImmutableArray(),
            },
            (profile, one) => one.First.Write(profile, one.Second));

    private static readonly Gen<LegRecord> Legs =
        from flow in Flows
        from direction in Gen.Elements(Enum.GetValues<Direction>())
        from packet in Gen.Choose(1, int.MaxValue)
        from predicted in OrNull(AnyTrail)
        from observed in OrNull(AnyTrail)
        from scenario in OrNull(Names.Zip(Names).Select(names =>
            new ScenarioTitle(names.Item1, names.Item2) { Example = names.Item1.Length % 2 == 0 ? null : names.Item2 }))
        from profile in OrNull(Profiles)
        from ways in Gen.OneOf(Gen.Constant<Way[]>([]), AnyWay.ArrayOf(2))
        from verdict in Gen.Elements<LegVerdict?>(
            [null, .. Enum.GetValues<LegVerdict>().Select(one => (LegVerdict?)one)])
        from reason in Devices
        from evidence in Names.ListOf()
        from rules in AnyRule.ListOf()
        select new LegRecord(flow, new(direction, packet), predicted, observed)
        {
            Scenario = scenario,
            HostProfile = profile,
            Verdict = verdict,
            Reason = reason,
            Ways = [.. ways],
            Rules = [.. rules],
            Evidence = [.. evidence.Select((line, index) => new Evidence(index, line, (ulong)line.Length << 40, line))],
        };

    private static readonly Gen<TrailsFile> AnyFile =
        from profile in Profiles
        from legs in Legs.ListOf()
        from facts in Names.ListOf()
        from names in Names.ListOf()
        from priority in Gen.Choose(int.MinValue, int.MaxValue)
        select new TrailsFile(profile, [.. legs])
        {
            Facts = [.. facts.Distinct().Select(name => new Fact(name, name + "!"))],
            Hooks = [.. names.Select(name => new Registration(name, "input", priority, name)
            {
                Device = name.Length % 2 == 0 ? null : name,
                Points = [.. HookPoints.Iptables.Take(name.Length % 3)]
            })],
        };

    public static Arbitrary<TrailsFile> Files => AnyFile.ToArbitrary();

    public static Arbitrary<Trail> Trails => AnyTrail.ToArbitrary();

    private static Gen<T?> OrNull<T>(Gen<T> some) where T : class =>
        Gen.OneOf(Gen.Constant<T?>(null), some.Select(one => (T?)one));

    public static byte[] Bytes(TrailsFile file)
    {
        var stream = new MemoryStream();
        TrailsJson.Write(stream, file);
        return stream.ToArray();
    }

    public static TrailsFile FileOf(Trail? predicted, Trail? observed = null) =>
        new(HostProfile.Default, [new(Ping, Leg.Request, predicted, observed)]);
}
