using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>A rule that cannot be read as a whole, in every chain that a packet crosses.</summary>
public class UnreadableRules
{
    private static readonly string[] OfIp =
    [
        "-m set --match-set evil src -j DROP", "-d example.org -j DROP", "! -d example.org -j ACCEPT",
        "--unreadable nonsense -j DROP", "-m addrtype ! --dst-type NONSENSE -j DROP", "-j NONSENSE",
        "-j ACCEPT --nonsense", "-j UNREADABLE --text nonsense", "-m limit --limit 3/sec -j RETURN",
    ];

    private static readonly string[] OfFrames =
        [
            "--among-src x -j DROP", "! --ip-dst example.org -j DROP",
            "--unreadable nonsense -j ACCEPT", "-j arpreply --arpreply-mac x", "-j UNREADABLE --text nonsense"
        ];

    private static readonly string[] OfNft =
    [
        "meta skuid 0 drop", "unreadable-match \"nonsense\" drop", "unreadable \"nonsense\"",
        "ct original bytes > 5 drop", "ip daddr & 255.0.255.0 == 10.0.1.0 drop", "tcp dport vmap @nosuch",
        "jump { drop; }", "update @set { ip saddr limit rate over 3/second } drop", "queue to 0",
    ];

    private static readonly Trail Plain = Request(Client, Wan, Hosts.Open);

    private static IEnumerable<TestCaseData> Everywhere() =>
        from hop in Plain.Hops
        from rest in hop.Point.Layer == Layer.Ebtables ? OfFrames : OfIp
        select new TestCaseData(
            hop.Point, $"-A {hop.Point.Chain} {(hop.Point.Layer == Layer.Ebtables ? "-p IPv4 --ip-src" : "-s")}", rest);

    [TestCaseSource(nameof(Everywhere))]
    public void It_concerns_what_the_rest_of_it_matches_and_nothing_else(HookPoint point, string source, string rest) =>
        AssertConcerns(point, who => Hosts.Rules($"{point.Layer.Name()} {point.Table} {source} {who} {rest}"));

    [TestCaseSource(nameof(OfNft))]
    public void So_does_one_of_nft(string rest) => AssertConcerns(
        new(Layer.Nftables, "inet mine", "c"),
        who => RuleText.Read(
            Layer.Nftables,
            [
                "table inet mine {", "chain c {",
                "type filter hook forward priority 5; policy accept;", $"ip saddr {who} {rest}", "}", "}"
            ],
            "the test"));

    private static void AssertConcerns(HookPoint point, Func<string, RuleSet> rules)
    {
        var others = Request(Client, Wan, Hosts.Open with { Rules = rules("stranger") });
        Assert.That(others.Hops.Where(hop => hop.Point.Layer != Layer.Nftables), Is.EqualTo(Plain.Hops));
        Assert.That(others.Outcome, Is.EqualTo(Plain.Outcome));

        var own = Request(Client, Wan, Hosts.Open with { Rules = rules("client") });
        Assert.That((own.Outcome.Kind, own.Outcome.At), Is.EqualTo((OutcomeKind.Unknown, point)));
        Assert.That(
            own.Outcome.Reason,
            Does.Contain(rules("client").Find(new(point.Layer, point.Table, point.Chain))!.Rules[0].Text));
    }
}
