using System.Text;
using System.Text.Json;
using Hooktrail.Questions;
using Hooktrail.Report.Answers;
using Hooktrail.Tests.Questions;
using Hooktrail.Trails.Topologies;
using NJsonSchema;

namespace Hooktrail.Tests.Report.Answers;

public sealed class AnswerJsonTests
{
    private const string Undecided = "-m recent --rcheck --name x --rsource -j DROP";

    private static IEnumerable<TestCaseData> Results =>
    [
        new TestCaseData(Answers.Of("internet", "web:443")).SetArgDisplayNames("delivered"),
        new TestCaseData(Answers.Of("203.0.113.7@eth0", "web:443")).SetArgDisplayNames("dropped by a rule"),
        new TestCaseData(Answers.Of("internet", "host:22")).SetArgDisplayNames("dropped by a policy"),
        new TestCaseData(Answers.Of("web", "db:5433")).SetArgDisplayNames("unreachable"),
        new TestCaseData(Answers.Of("internet", "web:443", host: Answers.With(Undecided)))
            .SetArgDisplayNames("depends"),
        new TestCaseData(Answers.Of("internet", "web:443", host: Answers.With("-j NOWHERE")))
            .SetArgDisplayNames("not predicted"),
        new TestCaseData(Answers.Of("203.0.113.7@eth0", "web:443", everyRule: true))
            .SetArgDisplayNames("with every rule"),
        new TestCaseData(Answers.Of("internet", "host:22") with
        {
            Before = Answers.Of("internet", "web:443").Answer,
            NotKnown = [new(Subject.Sockets, "no right")],
            Verified = new(true, "in a twin", ["The twin lacks the route \"default\"."]),
        }).SetArgDisplayNames("with all members"),
        new TestCaseData(Answers.Of("internet", "host:22") with { Verified = new(null, "nothing tells", []) })
            .SetArgDisplayNames("not verified"),
        new TestCaseData(Established).SetArgDisplayNames("established"),
    ];

    private static CheckResult Established => Answers.Of(
        "internet", "web:443", host: Shop.Profile with { Tracked = new([], HasMore: false) }, isEstablished: true);

    [TestCaseSource(nameof(Results))]
    public async Task What_is_written_holds_to_the_schema(CheckResult result)
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "check.schema.json");
        var schema = await JsonSchema.FromJsonAsync(
            (await File.ReadAllTextAsync(file)).Replace("$defs", "definitions"));
        var text = Written(result);

        Assert.That(schema.Validate(text), Is.Empty);
        Assert.That(
            schema.Validate(text.Replace($"\"outcome\": \"{result.Answer.Ending.Name()}\"", "\"outcome\": \"fine\"")),
            Is.Not.Empty);
    }

    [Test]
    public void Of_a_connection_that_exists_it_says_whether_the_host_tracks_it()
    {
        using var json = JsonDocument.Parse(Written(Established));
        using var first = JsonDocument.Parse(Written(Answers.Of("internet", "web:443")));

        Assert.That(json.RootElement.GetProperty("answer").GetProperty("tracked").GetBoolean(), Is.False);
        Assert.That(first.RootElement.GetProperty("answer").TryGetProperty("tracked", out _), Is.False);
        Assert.That(
            AnswerText.Of(Established, everyHook: false),
            Does.Contain("\nestablished: the host tracks no such connection; the NAT is that of the present rules\n"));
    }

    [TestCase(true, true)]
    [TestCase(false, false)]
    [TestCase(null, null)]
    public void What_the_twin_did_outweighs_the_answer(bool? agrees, bool? meets)
    {
        var result = Answers.Of("internet", "host:22") with { Verified = new(agrees, "in a twin", []) };

        Assert.That(result.Meets(Ending.Dropped), Is.EqualTo(meets));
        Assert.That(result.Meets(Ending.Delivered), Is.False);
    }

    [Test]
    public void The_answer_names_the_rule_and_each_hop_the_rules_that_matched()
    {
        using var json = JsonDocument.Parse(Written(Answers.Of("203.0.113.7@eth0", "web:443")));
        var root = json.RootElement;
        const string rule =
            """{"layer":"iptables","family":"ip","table":"filter","chain":"DOCKER-USER","number":2,"text":"-A DOCKER-USER -i eth0 -s 203.0.113.0/25 -j DROP","verdict":"drop"}""";
        var hops = root.GetProperty("legs")[0].GetProperty("predicted").GetProperty("hops").EnumerateArray().ToList();

        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("schema").GetString(), Is.EqualTo("hooktrail/check/1"));
            Assert.That(
                root.GetProperty("question").GetRawText(),
                Is.EqualTo("""{"from":"203.0.113.7@eth0","to":"web:443","protocol":"tcp","ip":"ipv4"}"""));
            Assert.That(root.GetProperty("answer").GetProperty("outcome").GetString(), Is.EqualTo("dropped"));
            Assert.That(Compact(root.GetProperty("answer").GetProperty("rule")), Is.EqualTo(rule));
            Assert.That(root.GetProperty("answer").TryGetProperty("to", out _), Is.False);
            Assert.That(Compact(hops[^1].GetProperty("rules")[1]), Is.EqualTo(rule));
            Assert.That(hops[0].GetProperty("rules").GetArrayLength(), Is.Zero);
            Assert.That(
                root.GetProperty("legs")[0].GetProperty("flow").GetRawText(),
                Is.EqualTo("""{"from":"203.0.113.7","to":"shop-web-1","protocol":"tcp","via":"198.51.100.2","by":"eth0","port":8443}"""));
        });
    }

    [Test]
    public void Each_way_has_its_own_rules_and_what_they_have_in_common_only_those_of_all()
    {
        using var json = JsonDocument.Parse(Written(Answers.Of("internet", "web:443", host: Answers.With(Undecided))));
        var leg = json.RootElement.GetProperty("legs")[0];
        var ways = leg.GetProperty("ways").EnumerateArray().Select(way => way.GetProperty("trail")).ToList();
        var dropped = ways.Single(way => Result(way) == "dropped");
        var delivered = ways.Single(way => Result(way) == "delivered");

        Assert.Multiple(() =>
        {
            Assert.That(Rules(dropped)[^1], Is.EqualTo($"DOCKER-USER drop -A DOCKER-USER {Undecided}"));
            Assert.That(Rules(delivered), Has.None.Contains(Undecided).And.Some.StartsWith("DOCKER accept"));
            Assert.That(Rules(leg.GetProperty("predicted")), Is.EqualTo(Rules(delivered).Intersect(Rules(dropped))));
            Assert.That(Rules(leg.GetProperty("predicted")), Has.Some.StartsWith("DOCKER translate"));
        });

        static string? Result(JsonElement trail) => trail.GetProperty("outcome").GetProperty("result").GetString();

        static List<string> Rules(JsonElement trail) =>
        [
            .. trail.GetProperty("hops").EnumerateArray().SelectMany(hop => hop.GetProperty("rules").EnumerateArray())
                .Select(rule => $"{rule.GetProperty("chain")} {rule.GetProperty("verdict")} {rule.GetProperty("text")}"),
        ];
    }

    [Test]
    public void Where_it_is_delivered_is_said_and_the_answer_before_a_change_stands_apart()
    {
        using var json = JsonDocument.Parse(Written(Answers.Of("internet", "web:443") with
        {
            Before = Answers.Of("internet", "host:22").Answer,
        }));
        Assert.That(json.RootElement.GetProperty("answer").GetProperty("to").GetString(), Is.EqualTo("shop-web-1"));
        Assert.That(json.RootElement.GetProperty("before").GetProperty("outcome").GetString(), Is.EqualTo("dropped"));
    }

    [Test]
    public void A_rule_of_nft_has_its_family_and_its_handle()
    {
        var host = Shop.Profile with
        {
            Rules = Shop.Profile.Rules.With(RuleReader.Nftables(
                "table inet own {\n chain early {\n  type filter hook prerouting priority -400; policy accept;\n  tcp dport 22 drop # handle 7\n }\n}",
                Hooktrail.Hosts.HostNames.Instance)),
        };
        var result = Answers.Of("internet", "host:22", host: host);
        using var json = JsonDocument.Parse(Written(result));

        Assert.That(
            Compact(json.RootElement.GetProperty("answer").GetProperty("rule")),
            Is.EqualTo(
                """{"layer":"nftables","family":"inet","table":"own","chain":"early","number":1,"handle":7,"text":"tcp dport 22 drop","verdict":"drop"}"""));
        Assert.That(
            result.Answer.Says,
            Is.EqualTo("dropped in nftables inet own early by rule 1 (handle 7): tcp dport 22 drop"));
        Assert.That(
            AnswerText.Of(result, everyHook: false), Does.Contain("\n      1 (handle 7): tcp dport 22 drop\n"));
    }

    private static string Written(CheckResult result)
    {
        using var stream = new MemoryStream();
        AnswerJson.Write(stream, result);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element, Readable);
}
