using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Html;
using Hooktrail.Report.Messages;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Report.Html;

[TestFixture]
public partial class HtmlReportTests
{
    private const string Hostile = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;";

    private static readonly ScenarioTitle Title = new("Container to container", "The request");

    private static readonly LegRecord Agreed = new(
        Samples.Ping,
        Leg.Request,
        Prediction.Of(HostProfile.Default, Samples.Ping, Leg.Request),
        Prediction.Of(HostProfile.Default, Samples.Ping, Leg.Request))
    {
        Scenario = Title,
        Verdict = LegVerdict.Agreed,
        Evidence =
        [
            new(1, Evidence.KernelLog, 166, "ebtables broute BROUTING in=client.port"),
            new(3, Evidence.Nflog, 7, "iptables raw PREROUTING in=lab")
        ],
    };

    [Test]
    public void No_text_of_a_run_is_markup()
    {
        var point = new HookPoint(Layer.Nftables, Hostile, Hostile);
        var trail = new Trail(
            [new(point, Hostile, Hostile, Hostile, Hostile, Hostile, Hostile)],
            Hooktrail.Trails.Outcome.Dropped(point, Hostile));
        var leg = Agreed with
        {
            Flow = Samples.Ping with { Via = Hostile },
            Scenario = new(Hostile, Hostile) { Example = Hostile },
            Predicted = trail,
            Observed = trail with { Hops = [trail.Hops[0] with { In = "lab" }] },
            Verdict = LegVerdict.Disagreed,
            Reason = Hostile,
            Evidence = [new(1, Hostile, 1, Hostile), new(0, Hostile, 1, Hostile)],
            Rules = [new(1, Layer.Nftables, Hostile, Hostile, 1, Hostile, RuleVerdict.Drop)],
        };
        var messages = new CucumberRun([new(
            Hostile,
            Hostile,
            $"@{Hostile}\nFeature: {Hostile}\n| {Hostile} |\n# {Hostile}\nGiven \"{Hostile}\"",
            [1],
            [new("other", "other", Hostile, 1, ["@" + Hostile], "failed", Hostile + "\n" + Hostile)])]);
        var file = new TrailsFile(HostProfile.Default, [leg, leg with { Scenario = null }])
        {
            Facts = [new(Hostile, Hostile)],
            Hooks = [new(Hostile, Hostile, 0, Hostile) { Device = Hostile, Module = Hostile, Points = [point] }]
        };

        var html = Of(new ReportInput([new(Hostile, file, messages), new(Hostile + "2", file)])
        {
            Account = (_, _) => new(
                trail,
                [new(1, Place.Rule, Hostile, Hostile)],
                [new(new(Layer.Nftables, Hostile, "x"), Hostile, Hostile)]),
            Hooks = _ => [new(Hostile, Hostile, 0, Hostile)],
        });

        Assert.Multiple(() =>
        {
            Assert.That(html, Does.Contain("&lt;/script&gt;&lt;script&gt;alert(1)"));
            Assert.That(html, Does.Not.Contain("<img src=x")
                .And.Not.Contain("<script>alert")
                .And.Not.Contain("</script><script>alert"));
            Assert.That(Script().Count(html), Is.EqualTo(2));
        });
    }

    [Test]
    public void What_commands_a_terminal_or_turns_the_writing_is_shown_as_a_stand_in() =>
        Assert.That(
            Of(Agreed with { Reason = "a\u001b[31mb\u202Ec\u0000" }),
            Does.Contain("a\uFFFD[31mb\uFFFDc\uFFFD").And.Not.Contain("\u001b").And.Not.Contain("\u202E"));

    [Test]
    public void Nothing_has_an_inline_style_which_the_policy_would_not_apply() =>
        Assert.That(Of(Agreed), Does.Not.Contain(" style=\""));

    [Test]
    public void The_guide_is_there_in_both_languages_and_its_figures_once()
    {
        var html = Of(Agreed);
        Assert.That(
            html, Does.Contain("id=\"guide\" lang=\"en\"").And.Contain("id=\"guide/guide.zh-TW\" lang=\"zh-Hant-TW\""));
        var shown = Figure().Matches(html).Select(one => one.Groups[1].Value).ToList();
        Assert.That(shown, Has.Count.GreaterThan(20));
        Assert.That(shown, Has.All.Match("^figure-[0-9]+$"));
        Assert.That(shown.CountBy(one => one).Select(one => one.Value), Is.All.EqualTo(2), "once in each edition");
        foreach (var id in shown.Distinct())
            Assert.That(html.Split($"<g id=\"{id}\" class=\"ht-m\">"), Has.Length.EqualTo(2), id);
    }

    [Test]
    public void Ids_are_there_once_and_links_lead_to_them()
    {
        // The same titles repeatedly, in two runs, with and without a scenario.
        var twin = Agreed with { Scenario = new(Title.Feature.ToUpperInvariant(), Title.Scenario + "!") };
        var file = new TrailsFile(
            HostProfile.Default,
            [Agreed, Agreed with { Leg = Leg.Reply }, Agreed, twin, Agreed with { Scenario = null }]);
        var html = Of(ByModel(new("one", file), new("two", file)));

        var ids = Id().Matches(html).Select(one => one.Groups[1].Value).ToList();
        Assert.That(ids, Is.Unique);
        Assert.That(Link().Matches(html).Select(one => one.Groups[1].Value).Distinct(), Is.SubsetOf(ids));
        Assert.That(ids, Does.Contain("feature/container-to-container/the-request/request/3")
            .And.Contain("search")
            .And.Contain("hooks")
            .And.Contain("run-2/hooks"));
    }

    [Test]
    public void Equal_input_gives_equal_bytes() => Assert.That(Of(Agreed), Is.EqualTo(Of(Agreed)));

    [Test]
    public void Nothing_is_asked_of_a_network()
    {
        var html = Of(Agreed);
        Assert.That(
            Asked().Matches(html).Select(one => one.Groups[1].Value)
                .Where(to => !to.StartsWith('#') && !to.StartsWith("data:", StringComparison.Ordinal)),
            Is.Empty);
        Assert.That(html, Does.Not.Contain("@import").And.Not.Contain("url("));
        Assert.That(html, Does.Contain("default-src 'none'"));
    }

    [Test]
    public void The_policy_knows_every_script_and_style()
    {
        var html = Of(Agreed);
        foreach (var body in Script().Matches(html).Concat(Style().Matches(html)).Select(one => one.Groups[1].Value))
            Assert.That(
                html,
                Does.Contain($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}'"));
    }

    [Test]
    public void The_script_is_small() =>
        Assert.That(Script().Matches(Of(Agreed)).Sum(one => one.Length), Is.LessThan(20_000));

    [Test]
    public void A_hundred_scenarios_are_less_than_two_megabytes()
    {
        var legs = Enumerable.Range(1, 100)
            .Select(number => Agreed with { Scenario = new(Title.Feature, $"Scenario {number}") });
        Assert.That(Encoding.UTF8.GetByteCount(Of([.. legs])), Is.LessThan(2_000_000));
    }

    [Test]
    public void The_first_divergence_is_marked_in_table_and_picture()
    {
        var parted = Agreed with
        {
            Observed = Agreed.Observed!.Without(2),
            Verdict = LegVerdict.Disagreed,
            Reason = "They part."
        };
        var html = Of(parted);

        Assert.That(html, Does.Match(
            "<tr id=\"[^\"]*/predicted-1\" class=\"predicted divergence\" data-point=\"iptables raw PREROUTING\""));
        Assert.That(
            html, Does.Contain(" diverge\"").And.Contain("data-result=\"disagreed\"").And.Contain("They part."));
        Assert.That(Of(Agreed), Does.Not.Match("<tr[^>]*divergence"));
    }

    [Test]
    public void A_hop_has_its_record_and_its_place_and_the_models_word() =>
        Assert.That(
            Of(Agreed),
            Does.Contain(
                "LOG rule at bridge prerouting first: <code>#166 ebtables broute BROUTING in=client.port</code>")
                .And.Contain("nflog rule at ip prerouting -300: <code>#7 iptables raw PREROUTING in=lab</code>")
                .And.Contain("Conntrack begins a connection").And.Contain("hook points not crossed, with the reason"));

    [Test]
    public void A_hop_opens_to_the_rules_that_the_kernel_told_or_else_to_those_that_are_predicted()
    {
        var traced = Agreed with
        {
            Rules = [new(3, Layer.Iptables, "raw", "PREROUTING", 2, "-A PREROUTING -s client -j NOTRACK", RuleVerdict.Continue)],
        };

        Assert.That(
            Of(traced),
            Does.Contain(
                "rule that matched: <code>iptables raw PREROUTING rule 2: -A PREROUTING -s client -j NOTRACK (continue)</code>")
                .And.Not.Contain("predicted rule:"));
        Assert.That(Of(Agreed), Does.Contain("predicted rule: <code>iptables filter FORWARD rule 1:"));
    }

    [Test]
    public void A_skipped_scenario_stands_on_the_first_page_with_its_reason()
    {
        var messages = new CucumberRun([new(
            "features/a.feature",
            "A",
            "Feature: A\n  Scenario: B\n    Given c\n",
            [2],
            [new("B", "B", null, 2, ["@x"], "skipped", "There is no Engine.")])]);
        var html = Of(ByModel(new ReportRun("run", new(HostProfile.Default, []), messages)));

        var front = html[html.IndexOf(
            "id=\"front\"", StringComparison.Ordinal)..html.IndexOf("id=\"feature/a\"", StringComparison.Ordinal)];
        Assert.That(front, Does.Contain("Skipped, with the reason")
            .And.Contain("There is no Engine.")
            .And.Contain("href=\"#feature/a/b\""));
        Assert.That(html, Does.Contain("<b>  Scenario:</b> B").Or.Contain("<b>Scenario:</b> B"));
        Assert.That(html, Does.Contain("data-result=\"skipped\" data-tags=\"@x\""));
    }

    [TestCase("@model", "passed", "predicted only")]
    [TestCase("@docker", "passed", "passed")]
    [TestCase("@model", "failed", "failed")]
    [TestCase("@model", null, "skipped")]
    public void A_scenario_that_asks_only_the_model_is_predicted_only(string tag, string? status, string result)
    {
        var messages = new CucumberRun([new(
            "features/a.feature", "A", "Feature: A\n  Scenario: B\n    Given c\n", [2],
            [new("B", "B", null, 2, [tag], status, null)])]);
        Assert.That(
            Of(ByModel(new ReportRun("run", new(HostProfile.Default, []), messages))),
            Does.Contain($"data-result=\"{result}\" data-tags=\"{tag}\"").And.Match($"1 {result}</span>"));
    }

    [Test]
    public void What_was_not_observed_is_not_called_agreed() =>
        Assert.That(Of(Agreed with { Observed = null }), Does.Not.Contain("data-result=\"agreed\""));

    [Test]
    public void Legs_that_no_scenario_claims_are_on_the_page_of_their_journey() =>
        Assert.That(
            Of(Agreed with { Scenario = null }),
            Does.Contain("id=\"journey/client-server\"").And.Contain(
                "id=\"journey/client-server/client-server-icmp/request\""));

    private static string Of(params ImmutableArray<LegRecord> legs) =>
        Of(ByModel(new ReportRun("run", new TrailsFile(HostProfile.Default, legs))));

    private static ReportInput ByModel(params ImmutableArray<ReportRun> runs) =>
        new(runs) { Account = (host, leg) => Prediction.Account(host, leg.Flow, leg.Leg), Hooks = HookMap.Of };

    private static string Of(ReportInput input)
    {
        using var html = new StringWriter { NewLine = "\n" };
        HtmlReport.Write(html, input);
        return html.ToString();
    }

    [GeneratedRegex(" id=\"([^\"]*)\"")]
    private static partial Regex Id();

    [GeneratedRegex(" href=\"#([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("<[^>]* (?:src|href|action|data|poster|srcset)=\"([^\"]*)\"")]
    private static partial Regex Asked();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<svg class=\"ht figure\"[^>]*><use href=\"#figure-map-[0-9]+\"/><use href=\"#([^\"]+)\"/></svg>")]
    private static partial Regex Figure();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
