using System.Text;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Records;
using static Hooktrail.Tests.Judging.Recorded;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class BaselineTests
{
    private static readonly TrailsFile Usual = Run("usual", New, Bridged, ToWan, ToHost).Trails with
    {
        Facts = [new("why this lab", "asked for"), new("kernel", "6.18.15"), new("nft list hooks", "77 registrations")],
        Hooks =
        [
            new("ip", "input", 150, "iptables security INPUT"),
            new("ip", "input", 0, "chain inet hooktrail-abc c"),
            new("netdev", "ingress", 0, "chain netdev x y") { Device = "veth12ab" }
        ],
    };

    [Test]
    public void Two_runs_that_saw_the_same_are_kept_as_the_same_bytes()
    {
        var other = Usual with
        {
            // Another order of scenarios, other records, other ids, another lab.
            Legs = [.. Usual.Legs.Reverse()
                .Select(leg => leg with { Evidence = [new(1, Evidence.KernelLog, 9, "other")], Reason = "by chance" })],
            Facts =
            [
                new("why this lab", "no Engine answers"),
                new("kernel", "6.18.15"),
                new("nft list hooks", "79 registrations")
            ],
            Hooks =
            [
                new("ip", "input", 150, "iptables security INPUT"), new("ip", "input", 0, "chain inet hooktrail-xyz c")
            ],
        };
        Assert.That(Text(other), Is.EqualTo(Text(Usual)));
    }

    [Test]
    public void A_run_that_saw_something_else_is_not()
    {
        var other = Usual with
        {
            Legs = Usual.Legs.SetItem(0, Usual.Legs[0].Observed(trail => trail with { Hops = trail.Hops.RemoveAt(0) }))
        };
        Assert.That(Text(other), Is.Not.EqualTo(Text(Usual)));
    }

    [Test]
    public void It_holds_no_record_no_prediction_and_nothing_of_the_run()
    {
        var text = Text(Usual);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain("172.30.1.2")
                .And.Not.Contain("hooktrail-abc")
                .And.Not.Contain("veth12ab")
                .And.Not.Contain("asked for")
                .And.Not.Contain("77 registrations"));
            Assert.That(text, Does.Not.Contain("\"evidence\"")
                .And.Contain("\"predicted\": null")
                .And.Contain("6.18.15")
                .And.Contain("security INPUT"));
        });
    }

    [Test]
    public void A_hop_is_a_line_and_a_host_is_said_once()
    {
        var off = New with { BridgeNfCallIptables = false };
        var mixed = Usual with
        {
            Legs = [.. Usual.Legs.SelectMany((leg, index) => (LegRecord[])[leg, .. Legs(off, Bridged).Select(one =>
                one with { HostProfile = off, Scenario = new("Journeys", $"{index}") })])],
        };
        var text = Text(mixed);
        var hops = BaselineForm.Of(mixed).Legs.Sum(leg => leg.Observed!.Hops.Length);
        Assert.Multiple(() =>
        {
            Assert.That(
                text.Split('\n').Count(line => line.TrimStart().StartsWith("{\"layer\"", StringComparison.Ordinal)),
                Is.EqualTo(hops));
            Assert.That(text.Split("\"hostProfile\"").Length - 1, Is.EqualTo(2));
        });
    }

    [Test]
    public void It_is_a_trails_file_that_keeps_every_observed_trail()
    {
        var read = TrailsJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(Text(Usual))), "baseline");
        Assert.That(
            read.Legs.Select(leg => (leg.Scenario, leg.Flow, leg.Leg, leg.Observed)),
            Is.EquivalentTo(Usual.Legs.Select(leg => (leg.Scenario, leg.Flow, leg.Leg, leg.Observed))));
        Assert.That(Text(read), Is.EqualTo(Text(Usual)), "a baseline of a baseline is the same");
    }

    [Test]
    public void A_run_held_against_its_own_baseline_has_no_difference()
    {
        var run = new ComparedRun("run", "run", Usual);
        var runs = RunComparison.Between(run with { Trails = BaselineForm.Of(Usual) }, run);
        Assert.That(
            runs.Legs.Select(leg => leg.Status), Is.EqualTo(Enumerable.Repeat(LegStatus.Same, Usual.Legs.Length)));
        Assert.That(runs.Facts, Is.Empty);
    }

    [Test]
    public void What_was_inconclusive_stays_so_and_what_only_the_model_was_asked_is_left_out()
    {
        var run = Usual with
        {
            Legs =
            [
                Usual.Legs[0],
                Usual.Legs[1] with
                {
                    Observed = null,
                    Verdict = LegVerdict.Inconclusive,
                    Reason = "records 17 to 23 were lost"
                },
                Usual.Legs[2] with { Observed = null, Verdict = LegVerdict.Agreed },
            ],
        };
        var kept = BaselineForm.Of(run).Legs;
        Assert.Multiple(() =>
        {
            Assert.That(kept, Has.Length.EqualTo(2));
            Assert.That(
                kept.Single(leg => leg.Observed is null),
                Has.Property("Verdict").EqualTo(LegVerdict.Inconclusive).And.Property("Reason").Null);
        });
    }

    [TestCase("6.12-nft")]
    [TestCase("before_upgrade.2")]
    [TestCase("A")]
    public void Names_that_are_safe_as_file_names_are_taken(string name) => Assert.That(BaselineFolder.IsName(name));

    [TestCase("")]
    [TestCase(".hidden")]
    [TestCase("-f")]
    [TestCase("../escape")]
    [TestCase("a/b")]
    [TestCase("with blank")]
    [TestCase("übung")]
    [TestCase("line\nbreak")]
    public void Other_names_are_refused_with_a_sentence(string name) =>
        Assert.That(
            () => new BaselineFolder("x").FileOf(name),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("is not a valid baseline name"));

    private static string Text(TrailsFile run) =>
        Encoding.UTF8.GetString(Bytes(stream => BaselineForm.Write(stream, BaselineForm.Of(run))));
}
