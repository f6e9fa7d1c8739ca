using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Legs;
using Hooktrail.Model;
using Hooktrail.Records;
using static Hooktrail.Tests.Judging.Recorded;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class RunComparisonTests
{
    [Test]
    public void Two_runs_that_saw_the_same_have_no_difference()
    {
        var runs = Compare(Run("before", New, Bridged, ToWan), Run("after", New, Bridged, ToWan));
        Assert.Multiple(() =>
        {
            Assert.That(runs.Legs, Has.Length.EqualTo(4));
            Assert.That(runs.Count(LegStatus.Same), Is.EqualTo(4));
            Assert.That(runs.HasUnexplained, Is.False);
        });
    }

    [Test]
    public void What_has_the_ids_of_one_run_is_no_difference()
    {
        var before = Run("before", New, Bridged);
        var after = before.As("after").With(leg =>
            leg with { Evidence = [new(1, Evidence.KernelLog, 4711, "ebtables broute BROUTING src=10.9.8.7")] });
        Assert.That(Compare(before, after).Count(LegStatus.Same), Is.EqualTo(2));
    }

    [Test]
    public void Legs_that_are_otherwise_for_one_cause_are_one_group_with_the_statement_and_its_source()
    {
        var runs = Compare(Run("before", Old, ToWan, Published, Bridged), Run("after", New, ToWan, Published, Bridged));
        var group = runs.Expected.Single();
        Assert.Multiple(() =>
        {
            Assert.That(group.Cause.Together.Single().Title, Is.EqualTo("Linux 5.5: POSTROUTING knows the device in"));
            Assert.That(group.Grounds.Single().Source, Does.Contain("commit 28f8bfd1ac94"));
            Assert.That(group.Legs, Has.Length.GreaterThan(4));
            Assert.That(group.Legs.Select(leg => leg.Flow).Distinct(), Is.EquivalentTo(new[] { ToWan, Published }));
            Assert.That(
                group.Changes.Select(change => change.Words),
                Does.Contain("iptables mangle POSTROUTING: in is lab instead of empty"));
            Assert.That(runs.HasUnexplained, Is.False);
        });
    }

    [Test]
    public void The_order_of_registration_is_a_cause()
    {
        const string own = "nftables ip mine c", tools = "iptables filter FORWARD";
        var host = New with
        {
            Rules = New.Rules.With(RuleText.Read(
                Layer.Nftables,
                ["table ip mine {", "chain c {", "type filter hook forward priority 0; policy accept;", "}", "}"],
                "the test")),
        };
        var runs = Compare(
            Run("before", host with { Registered = new([[tools], [own]]) }, ToWan),
            Run("after", host with { Registered = new([[own], [tools]]) }, ToWan));
        Assert.That(runs.Expected.Single().Cause.Title, Is.EqualTo("the order of registration"));
    }

    [TestCase(Backend.Nft, Backend.Legacy, "iptables: nft → legacy", "iptables security moved from 150 to 50: ip input, forward, output; ip6 input, forward, output")]
    [TestCase(Backend.Legacy, Backend.Nft, "iptables: legacy → nft", "iptables security moved from 50 to 150: ip input, forward, output; ip6 input, forward, output")]
    public void A_backend_is_a_cause_and_says_whose_place_it_is_that_moved(
        Backend before, Backend after, string title, string moved)
    {
        var runs = Compare(
            Run("before", New with { Iptables = before }, ToHost), Run("after", New with { Iptables = after }, ToHost));
        var cause = runs.Expected.Single().Cause;
        Assert.Multiple(() =>
        {
            Assert.That(cause.Title, Is.EqualTo(title));
            Assert.That(
                Hooktrail.Judging.Comparison.Hosts.RegistrationChange.Lines(cause.Registrations)
                    .Select(line => line.Split(';')[0]),
                Does.Contain(moved.Split(';')[0]));
            Assert.That(
                runs.Expected.Single().Changes.Select(change => change.Words),
                Does.Contain("iptables security INPUT has moved").Or.Contain("iptables nat INPUT has moved"));
        });
    }

    [Test]
    public void Every_trait_of_a_kernel_that_makes_a_difference_is_a_cause_by_itself()
    {
        var before = New with { Kernel = new(5, 10), Promiscuous = true };
        var broadcast = new Flow(Endpoint.Stranger, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort };
        var runs = Compare(
            Run("before", before, broadcast, ToWan),
            Run("after", before with { Kernel = new(6, 18) }, broadcast, ToWan));
        Assert.That(
            runs.Expected.Select(group => group.Cause.Title),
            Is.EqualTo(new[] { "Linux 6.9: a promiscuous bridge's copy loses its connection" }));
    }

    [Test]
    public void A_trait_that_came_with_a_stable_release_is_named_after_it()
    {
        var before = New with { Kernel = new(6, 1, 80), Promiscuous = true };
        var broadcast = new Flow(Endpoint.Stranger, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort };
        var runs = Compare(
            Run("before", before, broadcast), Run("after", before with { Kernel = new(6, 1, 176) }, broadcast));
        Assert.That(
            runs.Expected.Select(group => group.Cause.Title),
            Is.EqualTo(new[] { "Linux 6.1.88: a promiscuous bridge's copy loses its connection" }));
    }

    [Test]
    public void An_older_kernel_after_a_newer_one_is_compared_likewise()
    {
        var runs = Compare(Run("before", New, ToWan), Run("after", Old, ToWan));
        Assert.That(
            runs.Expected.Single().Cause.Title,
            Is.EqualTo("before Linux 5.5, not yet: POSTROUTING knows the device in"));
    }

    [Test]
    public void Two_differences_of_which_neither_suffices_are_one_cause_together()
    {
        var before = Old with { BridgeNfCallIptables = false };
        var runs = Compare(Run("before", before, ToWan), Run("after", New, ToWan));
        Assert.That(
            runs.Expected.Select(group => group.Cause.Title),
            Does.Contain("Linux 5.5: POSTROUTING knows the device in together with bridge-nf-call-iptables: 0 → 1"));
    }

    [Test]
    public void Of_three_that_are_needed_none_is_left_out_and_no_other_named()
    {
        var before =
            Old with { BridgeNfCallIptables = false, Broute = false, RouteLocalnet = true, SendRedirects = false };
        var runs = Compare(Run("before", before, ToWan), Run("after", New, ToWan));
        Assert.That(
            runs.Expected.SelectMany(group => group.Cause.Together).Select(one => one.Title).Distinct(),
            Is.EquivalentTo(new[]
            {
                "Linux 5.5: POSTROUTING knows the device in", "bridge-nf-call-iptables: 0 → 1", "broute: 0 → 1"
            }));
        Assert.That(runs.Expected[0].Cause.Together, Has.Length.EqualTo(3));
    }

    [Test]
    public void Where_either_of_two_differences_suffices_both_are_named()
    {
        var runs = Compare(
            Run("before", New, Bridged),
            Run("after", New with { BridgeNfCallIptables = false, BrNetfilter = false }, Bridged));
        Assert.That(
            runs.Expected.Single().Cause.Title,
            Is.EqualTo("bridge-nf-call-iptables: 1 → 0 (as would br_netfilter: 1 → 0)"));
    }

    [Test]
    public void A_single_rule_is_a_cause_rather_than_all_rules()
    {
        var after = New with
        {
            Rules = New.Rules.With(Rules("-A INPUT -s client -p icmp -j DROP")).With(
                Rules("-A INPUT -s stranger -j DROP"))
        };
        var runs = Compare(Run("before", New, ToHost), Run("after", after, ToHost));
        Assert.That(
            runs.Legs.Single(leg => leg.Leg == Leg.Request).Cause!.Title,
            Is.EqualTo("the rule \"iptables -t filter -A INPUT -s client -p icmp -j DROP\" added"));
    }

    [Test]
    public void What_a_release_of_Docker_changed_is_a_cause_with_its_source()
    {
        var to = new Flow(Endpoint.Wan, Endpoint.Client, Protocol.Tcp);
        var (before, after) = (DockerRules.On(New, DockerRelease.V20), DockerRules.On(New, DockerRelease.V29));
        var runs = Compare(Run("before", before, to), Run("after", after, to));
        Assert.Multiple(() =>
        {
            Assert.That(
                runs.Hosts.Select(one => one.Title),
                Has.Some.Matches("the rules of Docker 20.10 → those of Docker 29"));
            Assert.That(runs.Unexplained, Is.Empty);
            Assert.That(
                runs.Legs.Single(leg => leg.Leg == Leg.Request).Cause!.Title,
                Is.EqualTo("Docker 28.0: packets to a container's address from outside are dropped in raw"));
            Assert.That(
                runs.Expected.First().Grounds.Select(one => one.Source),
                Is.EqualTo(new[] { "release notes of 28.0.0; moby pull request 49325" }));
        });
    }

    [Test]
    public void From_Docker_20_10_to_28_5_each_difference_is_expected_and_has_its_release()
    {
        var (before, after) = (DockerRules.On(New, DockerRelease.V20), DockerRules.On(New, DockerRelease.V28Dot2));
        Flow[] flows =
        [
            new(Endpoint.Wan, Endpoint.Client, Protocol.Tcp),
            new(Endpoint.Wan, Endpoint.Client, Protocol.Udp) { Port = 99 },
            new(Endpoint.Wan, Endpoint.Client, Protocol.Icmp),
            new(Endpoint.Wan, Endpoint.Client, Protocol.Tcp) { Ip = IpVersion.V6 },
            new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Ip = IpVersion.V6, Port = 8080 },
            new(Endpoint.Client, Endpoint.Host, Protocol.Udp) { Port = 8080, Via = LabNames.HostOnWan },
            Published, ToWan, ToHost, Bridged,
        ];
        var runs = Compare(Run("before", before, flows), Run("after", after, flows));
        Assert.Multiple(() =>
        {
            Assert.That(runs.Unexplained, Is.Empty);
            Assert.That(runs.Expected.Select(group => group.Cause.Title), Has.All.StartsWith("Docker "));
            Assert.That(CauseOf(flows[0]), Does.StartWith("Docker 28.0: packets to a container's address"));
            Assert.That(CauseOf(flows[1]), Does.StartWith("Docker 28.2: packets to any port"));
            Assert.That(CauseOf(flows[3]), Does.StartWith("Docker 28.0: packets to a container's address"));
            Assert.That(CauseOf(flows[4]), Does.StartWith("Docker 27.0: rules for IPv6 too"));
            Assert.That(CauseOf(flows[5]), Does.StartWith("Docker 28.0: the proxy answers a datagram"));
            Assert.That(runs.Expected.SelectMany(group => group.Grounds), Has.All.Matches<Grounds>(
                one => one.Source?.StartsWith("release notes of 2", StringComparison.Ordinal) == true));
        });

        string? CauseOf(Flow flow) =>
            runs.Legs.First(leg => leg.Flow == flow && leg.Status.IsDifference()).Cause?.Title;
    }

    [Test]
    public void Between_any_two_releases_of_Docker_every_difference_has_a_cause(
        [Values] DockerRelease was, [Values] DockerRelease now, [Values] bool proxy)
    {
        Flow[] flows =
        [
            new(Endpoint.Wan, Endpoint.Client, Protocol.Tcp),
            new(Endpoint.Wan, Endpoint.Client, Protocol.Udp) { Port = 99 },
            new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Ip = IpVersion.V6, Port = 8080 },
            new(Endpoint.Client, Endpoint.Host, Protocol.Tcp) { Port = 8083, Via = LabNames.HostOnWan },
            new(Endpoint.Client, Endpoint.Stranger, Protocol.Tcp),
            ToWan,
        ];
        var host = New with { UserlandProxy = proxy, Hairpin = !proxy, RouteLocalnet = !proxy };
        var runs = Compare(
            Run("before", DockerRules.On(host, was), flows), Run("after", DockerRules.On(host, now), flows));
        Assert.Multiple(() =>
        {
            Assert.That(runs.Unexplained, Is.Empty);
            // From or to tables of nft, a leg may need more changes than two.
            if (was != DockerRelease.V29Nftables && now != DockerRelease.V29Nftables)
                Assert.That(
                    runs.Expected.SelectMany(group => group.Cause.Together).Select(one => one.Title),
                    Has.All.StartsWith(was < now ? "Docker " : "before Docker "));
        });
    }

    [Test]
    public void A_leg_that_the_later_host_does_not_have_is_no_longer_possible_and_expected()
    {
        var runs = Compare(Run("before", New, ToWan), Run("after", New with { IpForward = false }, ToWan));
        var reply = runs.Legs.Single(leg => leg.Leg == Leg.Reply);
        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(LegStatus.Gone));
            Assert.That(reply.IsExpected, Is.True, reply.Reason);
            Assert.That(reply.Cause!.Title, Is.EqualTo("ip_forward: 1 → 0"));
            Assert.That(
                runs.Legs.Single(leg => leg.Leg == Leg.Request).Difference!.Outcome!.After.Kind,
                Is.EqualTo(OutcomeKind.Vanished));
            Assert.That(runs.HasUnexplained, Is.False);
        });
    }

    [Test]
    public void A_leg_that_the_earlier_host_does_not_have_appeared()
    {
        var runs = Compare(Run("before", New with { IpForward = false }, ToWan), Run("after", New, ToWan));
        Assert.That(runs.Legs.Single(leg => leg.Leg == Leg.Reply) is { Status: LegStatus.Appeared, IsExpected: true });
    }

    [Test]
    public void What_was_looked_for_in_vain_against_the_prediction_is_no_longer_possible_and_unexplained()
    {
        var before = Run("before", New, ToWan);
        var after = before.As("after").With(leg => leg.Leg == Leg.Reply
            ? leg with { Observed = null, Verdict = LegVerdict.Disagreed }
            : leg);
        var reply = Compare(before, after).Unexplained.Single();
        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(LegStatus.Gone));
            Assert.That(reply.Reason, Is.EqualTo("In after it was predicted but not observed."));
        });
    }

    [Test]
    public void A_difference_that_the_model_does_not_predict_is_unexplained_and_says_where_it_parts()
    {
        var before = Run("before", Old, ToWan, Bridged);
        var after = Run("after", New, ToWan, Bridged).With(leg => leg.Flow == Bridged && leg.Leg == Leg.Request
            ? leg.Observed(trail => trail with { Hops = trail.Hops.RemoveAt(0) })
            : leg);
        var runs = Compare(before, after);
        var leg = runs.Unexplained.Single();
        Assert.Multiple(() =>
        {
            Assert.That(runs.HasUnexplained, Is.True);
            Assert.That(
                leg.Reason,
                Does.StartWith(
                    "In after: First divergence at hop 1, ebtables broute BROUTING: the prediction crosses it, the observation does not"));
            Assert.That(leg.Explanation, Does.Contain("broute=0"));
            Assert.That(leg.Difference!.Hops.Single().Kind, Is.EqualTo(HopChangeKind.Went));
            Assert.That(
                runs.Expected.Single().Cause.Title,
                Does.StartWith("Linux 5.5"),
                "the expected ones stay what they are");
        });
    }

    [Test]
    public void That_the_earlier_run_was_not_as_predicted_is_unexplained_too()
    {
        var before = Run("before", New, Bridged).With(leg => leg.Leg == Leg.Request
            ? leg.Observed(trail => trail with { Hops = [.. trail.Hops.Reverse()] })
            : leg);
        Assert.That(
            Compare(before, Run("after", New, Bridged)).Unexplained.Single().Reason,
            Does.StartWith("In before: First divergence at hop 1"));
    }

    [TestCase(LegVerdict.Inconclusive, "It is inconclusive in after: records were lost")]
    [TestCase(LegVerdict.Skipped, "It was skipped in after: records were lost")]
    [TestCase(LegVerdict.ObserversDisagree, "The observers contradict each other in after: records were lost")]
    public void What_proves_nothing_cannot_be_compared_and_is_no_difference(LegVerdict verdict, string reason)
    {
        var before = Run("before", New, Bridged);
        var after = before.As("after").With(leg => leg.Leg == Leg.Reply
            ? leg with { Observed = null, Verdict = verdict, Reason = "records were lost" }
            : leg);
        var runs = Compare(before, after);
        Assert.Multiple(() =>
        {
            Assert.That(runs.Legs.Single(leg => leg.Leg == Leg.Reply) is { Status: LegStatus.Incomparable } lost
                && lost.Reason == reason);
            Assert.That(runs.Count(LegStatus.Same), Is.EqualTo(1));
            Assert.That(runs.HasUnexplained, Is.False);
        });
    }

    [Test]
    public void A_scenario_or_a_flow_that_only_one_run_has_cannot_be_compared()
    {
        var runs = Compare(Run("before", New, Bridged, ToWan), Run("after", New, Bridged, ToHost));
        Assert.That(
            runs.Legs.Where(leg => leg.Status == LegStatus.Incomparable).Select(leg => leg.Reason).Distinct(),
            Is.EquivalentTo(new[] { "The scenario is not in after.", "The scenario is not in before." }));
    }

    [Test]
    public void A_leg_that_nobody_asserted_though_it_is_predicted_is_not_taken_for_gone()
    {
        var before = Run("before", New, Bridged);
        var runs = Compare(before, before.As("after").With(leg => leg.Leg == Leg.Reply ? null : leg));
        Assert.That(runs.Legs.Single(leg => leg.Leg == Leg.Reply) is
        {
            Status: LegStatus.Incomparable, Reason: "after predicts it but has no record of it."
        });
    }

    [Test]
    public void Legs_of_which_both_runs_only_asked_the_model_say_nothing_of_a_host()
    {
        var asked = Legs(Old, ToHost).Select(leg => leg with { Observed = null, HostProfile = Old }).ToArray();
        var runs = Compare(Run("before", New, [.. Legs(New, Bridged), .. asked]), Run("after", New, Bridged));
        Assert.Multiple(() =>
        {
            Assert.That(runs.Count(LegStatus.PredictedOnly), Is.EqualTo(2));
            Assert.That(runs.Count(LegStatus.Incomparable), Is.Zero);
        });
    }

    [Test]
    public void Two_files_of_only_predictions_are_compared_too()
    {
        var (before, after) = (Run("before", Old, ToWan), Run("after", New, ToWan));
        var runs = Compare(
            before.With(leg => leg with { Observed = null }), after.With(leg => leg with { Observed = null }));
        Assert.That(runs.Expected.Single().Legs, Has.Length.EqualTo(runs.Legs.Length));
    }

    [Test]
    public void The_same_flow_on_several_hosts_of_a_scenario_is_matched_host_by_host()
    {
        var off = New with { BridgeNfCallIptables = false };
        LegRecord[] on = [.. Legs(New, Bridged)],
            without = [.. Legs(off, Bridged).Select(leg => leg with { HostProfile = off })];
        var runs = Compare(Run("before", New, [.. on, .. without]), Run("after", New, [.. without, .. on]));
        Assert.That(runs.Count(LegStatus.Same), Is.EqualTo(4));
    }

    [Test]
    public void What_the_kernel_and_its_tools_decide_of_a_host_does_not_keep_legs_from_being_matched()
    {
        LegRecord[] Both(HostProfile host) =>
            [.. Legs(host, ToHost), .. Legs(Off(host), ToHost).Select(leg => leg with { HostProfile = Off(host) })];
        var after = Old with { Iptables = Backend.Legacy, Broute = false };
        var runs = Compare(Run("before", New, [.. Both(New)]), Run("after", after, [.. Both(after)]));
        Assert.Multiple(() =>
        {
            Assert.That(
                runs.Count(LegStatus.Changed), Is.EqualTo(2), "both requests lack broute, and have security elsewhere");
            Assert.That(runs.Count(LegStatus.Same), Is.EqualTo(2), "both replies");
            Assert.That(runs.HasUnexplained, Is.False);
        });

        static HostProfile Off(HostProfile host) => host with { BridgeNfCallIptables = false };
    }

    [Test]
    public void Facts_of_the_hosts_that_are_not_the_same_are_listed_but_not_those_of_the_run()
    {
        var before = Run("before", New, Bridged);
        before = before with
        {
            Trails = before.Trails with
            {
                Facts = [new("kernel", "5.10.223"), new("machine", "x86_64"), new("why this lab", "asked for")]
            }
        };
        var after = before with
        {
            Trails = before.Trails with
            {
                Facts =
        [
            new("kernel", "6.18.15"), new("machine", "x86_64"), new("why this lab", "no Engine"), new("nft", "1.1.3")
        ]
            }
        };
        Assert.That(
            Compare(before, after).Facts.Select(fact => fact.ToString()),
            Is.EqualTo(new[] { "kernel: 5.10.223 → 6.18.15", "nft: – → 1.1.3" }));
    }

    [Test]
    public void Hooks_as_the_kernels_list_them_are_compared_without_the_chains_of_the_runs()
    {
        var before = Run("before", New, Bridged);
        before = before with
        {
            Trails = before.Trails with
            {
                Hooks =
            [
                new("ip", "input", 50, "iptables security INPUT"), new("ip", "input", 0, "chain inet hooktrail-abc c")
            ]
            }
        };
        var after = before with
        {
            Trails = before.Trails with
            {
                Hooks =
            [
                new("ip", "input", 150, "iptables security INPUT"), new("ip", "input", 0, "chain inet hooktrail-xyz c")
            ]
            }
        };
        Assert.That(Compare(before, after).Hooks.Single() is { Before: 50, After: 150 });
    }

    [Test]
    public void Every_expected_difference_of_random_hosts_has_a_cause_and_none_is_unexplained()
    {
        var random = new Random(1);
        Flow[] flows = [Bridged, ToWan, ToHost, FromHost, Published];
        for (var round = 0; round < 8; round++)
        {
            var runs = Compare(Run("before", Any(), flows), Run("after", Any(), flows));
            Assert.That(runs.Unexplained.Select(leg => $"{leg.Title}: {leg.Reason}"), Is.Empty);
            Assert.That(
                runs.Expected.Sum(group => group.Legs.Length),
                Is.EqualTo(runs.Legs.Count(leg => leg.Status.IsDifference())));
        }

        HostProfile Any() => Switch.All.Aggregate(
            DockerRules.On(
                New,
                random.Next(4) == 0 ? null : (DockerRelease)random.Next(Enum.GetValues<DockerRelease>().Length)) with
            {
                Kernel = KernelTrait.All[random.Next(KernelTrait.All.Length)].Since.First,
                Iptables = (Backend)random.Next(2),
                Ebtables = (Backend)random.Next(2),
            },
            (host, one) => random.Next(6) == 0 ? one.Write(host, !one.Read(host)) : host);
    }

    private static RunComparison Compare(ComparedRun before, ComparedRun after) => RunComparison.Between(before, after);

    private static RuleSet Rules(string rule) => RuleText.Read(Layer.Iptables, ["*filter", rule], "test");
}
