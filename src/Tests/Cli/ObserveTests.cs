using System.Text;
using Hooktrail.Cli.Verbs;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Tests.Cli;

/// <summary>The verb observe: live in namespaces where this machine has them, else on simulated sightings.</summary>
[TestFixture]
public class ObserveTests
{
    private static readonly Flow Ping = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);

    [Test]
    public async Task Each_leg_is_printed_with_its_prediction()
    {
        var ran = await LiveAsync("--from", "client", "--to", "server", "--protocol", "icmp");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(ran.Error, Is.Empty);
            Assert.That(ran.Output, Does.StartWith("The lab is in private network namespaces, "));
            Assert.That(ran.Output, Does.Match(
                "\n  ebtables broute BROUTING +in=client.port +request, hop 1 +client → server icmp echo request 1\n(.*\n)+\nclient → server \\(icmp\\), request: "));
            Assert.That(ran.Output, Does.Not.Contain("  ?  "), "all that is recorded of a ping is predicted");
            Assert.That(ran.Output, Does.Contain("client → server (icmp), request: as predicted."));
            Assert.That(ran.Output, Does.Contain("client → server (icmp), reply: as predicted."));
            Assert.That(ran.Output, Does.Match("hop +hook point +predicted +observed\n"));
            Assert.That(ran.Output, Does.Match("outcome +delivered to client +delivered to client\n"));
            Assert.That(ran.Output, Does.EndWith("\n2 legs, all as predicted.\n"));
        });
    }

    [Test]
    public async Task Standard_output_is_a_trails_file_and_nothing_else_where_that_is_asked_for()
    {
        var ran = await LiveAsync(
            "--from", "wan", "--to", "host", "--port", "8080",
            "--protocol", "tcp", "--ip", "6", "--docker", "29", "--json");
        var file = Parsed(ran);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(ran.Error, Does.Contain("6 legs, all as predicted."));
            Assert.That(file.Legs.Select(leg => leg.Leg), Is.EqualTo(Leg.Of(Protocol.Tcp, 1)));
            Assert.That(file.Legs.Select(leg => leg.Verdict), Is.All.EqualTo(LegVerdict.Agreed));
            Assert.That(file.Legs.Select(leg => leg.Observed), Is.All.Not.Null);
            Assert.That(file.Legs.Select(leg => leg.Flow.Ip), Is.All.EqualTo(IpVersion.V6));
        });
    }

    [TestCase("trace")]
    [TestCase("nflog,trace")]
    public async Task With_the_trace_legs_have_the_rules_that_the_packets_met(string observer)
    {
        string[] line =
        [
            "--from", "client", "--to", "wan", "--protocol", "udp", "--docker", "28", "--observer", observer, "--rule",
            "iptables -I DOCKER-USER -s client -d wan -j DROP",
        ];
        var (text, file) = (await LiveAsync(line), Parsed(await LiveAsync([.. line, "--json"])));

        var rule = file.Legs.Single().Rules[^1];
        Assert.Multiple(() =>
        {
            Assert.That(text.ExitCode, Is.Zero, text.Error + text.Output);
            Assert.That((rule.Chain, rule.Number), Is.EqualTo(("DOCKER-USER", (int?)1)));
            Assert.That(rule.Verdict, Is.EqualTo(Hooktrail.Trails.Accounts.RuleVerdict.Drop));
            Assert.That(
                text.Output,
                Does.Contain("Rules that the packet met, by the kernel's trace:\n")
                    .And.Contain("iptables filter DOCKER-USER rule 1: -A DOCKER-USER -s client -d wan -j DROP (drop)"));
        });
    }

    [TestCase("none", "Private hosts are disabled (SPECS_OWN_HOSTS=none): the scenario chooses their rules and backend")]
    [TestCase("nowhere", "Unknown place \"nowhere\" in SPECS_OWN_HOSTS; use machine, engine or none.")]
    public async Task A_run_that_leaves_hosts_of_their_own_out_says_so(string place, string sentence)
    {
        string[] line = ["observe", "--from", "client", "--to", "wan", "--protocol", "icmp", "--docker", "28"];
        var ran = await Specs.Start(
            "dotnet", [Specs.Path, .. line], null, ("SPECS_OWN_HOSTS", place),
            ("SPECS_LAB", null), ("SPECS_OBSERVER", null));
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
            Assert.That(ran.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public async Task The_host_is_as_the_line_says()
    {
        using var folder = new TemporaryFolder();
        var table = folder.Write(
            "mine.nft", "table bridge mine { chain c { type filter hook forward priority -250; }; }");
        var ran = await LiveAsync(
            "--from", "client", "--to", "server", "--protocol", "udp", "--packets", "2", "--docker", "none",
            "--no-proxy", "--json", "--nft", table, "--set", "bridge-nf-call-iptables=0", "--rule",
            "ebtables -t nat -A POSTROUTING -p IPv4 --ip-src server -j DROP");
        var file = Parsed(ran);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(file.HostProfile.BridgeNfCallIptables, Is.False);
            Assert.That(file.HostProfile.UserlandProxy, Is.False);
            Assert.That(file.HostProfile.Rules.Chains.SelectMany(chain => chain.Rules).Count(), Is.LessThan(5));
            Assert.That(file.Legs.Select(leg => leg.Leg), Is.EqualTo(Leg.Of(Protocol.Udp, 2)));
            Assert.That(
                file.Legs[1].Observed!.Outcome.LooksLike(
                    Outcome.Dropped(HookPoints.Parse("ebtables", "nat", "POSTROUTING"), "")),
                Is.True,
                $"{file.Legs[1].Observed!.Outcome}");
            Assert.That(
                file.Legs[0].Observed!.Hops.Select(hop => hop.Point.Layer),
                Does.Contain(Layer.Nftables).And.Not.Contain(Layer.Iptables));
        });
    }

    [TestCase("--nft", new[] { "nftables ip early pre_c" })]
    [TestCase("--nft-before", new[] { "iptables raw PREROUTING", "nftables ip early pre_c" })]
    public async Task A_chain_at_the_priority_of_raw_runs_before_it_or_after_it_by_when_it_was_made(
        string option, string[] last)
    {
        using var folder = new TemporaryFolder();
        var table = folder.Write(
            "early.nft",
            "table ip early { chain pre_c { type filter hook prerouting priority -300; icmp type echo-request ip daddr { 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 } drop; }; }");
        var ran = await LiveAsync("--from", "client", "--to", "wan", "--protocol", "icmp", option, table, "--json");
        var leg = Parsed(ran).Legs.Single();

        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(
                leg.Observed!.Hops
                    .Select(hop => hop.Point)
                    .Where(point => point.Layer != Layer.Ebtables)
                    .Select(point => point.ToString()),
                Is.EqualTo(last));
        });
    }

    [Test]
    public async Task Chains_that_came_together_leave_the_order_unproven()
    {
        using var folder = new TemporaryFolder();
        var table = folder.Write(
            "two.nft",
            "table ip two { chain a { type filter hook forward priority -7; }; chain b { type filter hook forward priority -7; }; }");
        var ran = await LiveAsync("--from", "client", "--to", "wan", "--protocol", "icmp", "--nft", table, "--json");
        var legs = Parsed(ran).Legs;

        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(1), ran.Error);
            Assert.That(legs.Select(leg => leg.Verdict), Has.All.EqualTo(LegVerdict.Inconclusive));
            Assert.That(legs[0].Observed, Is.EqualTo(legs[0].Predicted), "what is proven stays");
            Assert.That(
                legs[0].Evidence.Select(one => one.Channel), Does.Contain(Evidence.Unproven));
            Assert.That(ran.Error, Does.Contain("Inconclusive: of 2 of 2 legs the records do not prove all"));
        });
    }

    [Test]
    public async Task What_was_observed_on_one_host_is_explained_on_another()
    {
        var json = (await LiveAsync(
            "--from", "client", "--to", "wan", "--protocol", "tcp",
            "--rule", "iptables -t mangle -I PREROUTING -s client -d wan -j DROP", "--json")).Output;
        using var folder = new TemporaryFolder();
        var usual = folder.Write(
            "usual.json", (await Specs.Line("predict --from client --to wan --protocol icmp --json")).Output);

        var (itself, other) =
            (await Specs.Fed(json, "explain", "-"), await Specs.Fed(json, "explain", "-", "--profile", usual));
        Assert.Multiple(() =>
        {
            Assert.That(
                (itself.ExitCode, itself.Output),
                Is.EqualTo((0, "client → wan (tcp 80), request: as predicted; nothing to explain.\n\n")));
            Assert.That(other.ExitCode, Is.Zero, other.Error);
            Assert.That(
                other.Output,
                Does.Contain("the rule \"iptables -t mangle -I PREROUTING -s client -d wan -j DROP\" added"));
        });
    }

    [Test]
    public async Task Where_no_Engine_answers_the_namespace_lab_is_taken_and_the_reason_said()
    {
        var ran = await WithoutEngineAsync("observe", "--from", "client", "--to", "server", "--protocol", "icmp");
        SkipWithoutNamespaces(ran);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.Zero, ran.Error);
            Assert.That(
                ran.Output,
                Does.StartWith("The lab is in private network namespaces, because the Docker lab is not available: "));
            Assert.That(ran.Output.Split('\n')[0], Does.Contain("/no-such/docker.sock"));
        });
    }

    [Test]
    public async Task Who_asks_for_the_Docker_lab_by_name_gets_no_other()
    {
        var ran = await WithoutEngineAsync(
            "observe", "--from", "client", "--to", "server", "--protocol", "icmp", "--lab", "docker");
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error, Does.Contain("/no-such/docker.sock").And.EndsWith(".\n"));
            Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
        });
    }

    [Test]
    public void The_first_divergence_is_marked()
    {
        var (seen, predicted) = Seen(Ping, leg => leg with { Hops = leg.Hops.RemoveAt(2) });
        var judgement = Judgement.Of(Ping, 1, seen);
        Assert.Multiple(() =>
        {
            Assert.That(judgement.Agreed, Is.False);
            Assert.That(judgement.Legs[0], Is.EqualTo(
                new LegRecord(Ping, Leg.Request, predicted, predicted with { Hops = predicted.Hops.RemoveAt(2) })
                {
                    Verdict = LegVerdict.Disagreed,
                    Reason = judgement.Legs[0].Reason,
                }));
            Assert.That(
                judgement.Text,
                Does.Contain("request: First divergence at hop 3, iptables raw PREROUTING: the prediction crosses it"));
            Assert.That(judgement.Text, Does.Match("\n> +3  iptables raw PREROUTING +in=lab +–\n"));
            Assert.That(
                judgement.Text.Split('\n').Count(line => line.StartsWith('>')), Is.EqualTo(2), "one mark for each leg");
            Assert.That(judgement.Ending, Does.StartWith("2 of 2 legs diverged from the prediction"));
        });
    }

    [Test]
    public void An_end_that_is_not_as_predicted_is_marked_too()
    {
        var (seen, _) = Seen(Ping, leg => leg with { Outcome = Outcome.Vanished(leg.Hops[^1].Point, null) });
        Assert.That(
            Judgement.Of(Ping, 1, seen).Text,
            Does.Match("\n> +outcome +delivered to server +not seen again after iptables nat POSTROUTING\n"));
    }

    [Test]
    public void A_leg_that_was_not_seen_or_not_predicted_diverges()
    {
        var (seen, _) = Seen(Ping, leg => leg);
        var legs = ((Finding.Observed)seen.Finding).Legs;
        var judgement = Judgement.Of(
            Ping,
            1,
            seen with { Nflog = new Finding.Observed([legs[0], legs[1] with { Leg = new(Direction.Reply, 2) }]) });
        Assert.That(
            judgement.Legs.Select(leg => $"{leg.Leg}: {leg.Verdict}, {leg.Reason}"),
            Is.EqualTo(new[]
            {
                "request: Agreed, ",
                "reply: Disagreed, The reply was predicted but not observed.",
                "reply 2: Disagreed, The reply 2 was observed but not predicted.",
            }));
        Assert.That(judgement.Text, Does.Contain("delivered to client"));
    }

    [Test]
    public void Where_the_model_does_not_know_the_end_it_is_neither_agreement_nor_divergence()
    {
        var judgement = With("-A FORWARD -s client -j NFQUEUE --queue-num 0");
        Assert.That(judgement.Legs.Select(leg => leg.Verdict), Has.All.EqualTo(LegVerdict.NotPredicted));
        Assert.That(judgement.ExitCode, Is.EqualTo(4));
        Assert.That(judgement.Ending, Does.StartWith("2 of 2 legs not predicted"));
        Assert.That(judgement.Text, Does.Contain("the model does not know NFQUEUE"));
    }

    [Test]
    public void One_of_two_ways_is_as_predicted_and_named()
    {
        var judgement = With("-A FORWARD -s client -m recent --update -j DROP");
        Assert.That(judgement.ExitCode, Is.EqualTo(0));
        Assert.That(judgement.Text, Does.Contain("as predicted, one of 2 ways:").And.Contain("depending on -m recent"));
    }

    /// <summary>What is seen on the usual host, by the prediction for a host with one more rule.</summary>
    private static Judgement With(string rule)
    {
        var (seen, _) = Seen(Ping, leg => leg);
        var rules = RuleText.Read(Layer.Iptables, ["*filter", rule], "the test");
        return Judgement.Of(
            Ping, 1, seen with { Profile = seen.Profile with { Rules = rules.With(seen.Profile.Rules) } });
    }

    [Test]
    public void An_observation_with_a_gap_proves_nothing()
    {
        var judgement = Judgement.Of(
            Ping, 1, new Seen(HostProfile.Default, null, new Finding.Inconclusive("3 records were lost.")));
        Assert.Multiple(() =>
        {
            Assert.That(judgement.Agreed, Is.False);
            Assert.That(
                judgement.Legs.Select(leg => leg.Verdict),
                Is.EqualTo(new[] { LegVerdict.Inconclusive, LegVerdict.Inconclusive }));
            Assert.That(
                judgement.Ending,
                Does.StartWith("Inconclusive: the observation proves neither agreement nor divergence")
                    .And.EndWith("3 records were lost."));
        });
    }

    [Test]
    public void Observers_that_contradict_each_other_say_nothing_of_the_model()
    {
        var (log, _) = Seen(Ping, leg => leg);
        var (nflog, _) = Seen(Ping, leg => leg with { Hops = leg.Hops.RemoveAt(2) });
        var judgement = Judgement.Of(Ping, 1, new Seen(HostProfile.Default, log.Nflog, nflog.Nflog));
        Assert.Multiple(() =>
        {
            Assert.That(judgement.Legs.Select(leg => leg.Verdict), Is.All.EqualTo(LegVerdict.ObserversDisagree));
            Assert.That(
                judgement.Ending,
                Does.StartWith("The observers contradict each other").And.Contain("iptables raw PREROUTING"));
        });
    }

    // What a lab would see if every leg differed so from its prediction.
    private static (Seen Seen, Trail Request) Seen(Flow flow, Func<Trail, Trail> change)
    {
        var predicted = Prediction.Legs(HostProfile.Default, flow);
        return (
            new(
                HostProfile.Default,
                null,
                new Finding.Observed([.. predicted.Select(leg => new ObservedLeg(leg.Leg, change(leg.Trail), []))])),
            predicted[0].Trail);
    }

    private static async Task<Ran> LiveAsync(params string[] arguments)
    {
        var ran = await Specs.Run(["observe", .. arguments, "--lab", "namespaces"]);
        SkipWithoutNamespaces(ran);
        return ran;
    }

    private static Task<Ran> WithoutEngineAsync(params string[] arguments) => Specs.Start(
        "dotnet", [Specs.Path, .. arguments], null, ("DOCKER_HOST", "unix:///no-such/docker.sock"),
        ("SPECS_LAB", null), ("SPECS_OBSERVER", null));

    private static void SkipWithoutNamespaces(Ran ran)
    {
        if (ran.ExitCode == 2 && ran.Error.Contains("cannot create private namespaces", StringComparison.Ordinal))
            throw Skip.Because(ran.Error);
    }

    private static TrailsFile Parsed(Ran ran) =>
        TrailsJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(ran.Output)), "output");
}
