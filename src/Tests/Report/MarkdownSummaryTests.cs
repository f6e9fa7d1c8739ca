using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Tests.Report;

[TestFixture]
public class MarkdownSummaryTests
{
    private static readonly ScenarioTitle Scenario = new("Container to container", "The reply skips nat");

    private static readonly LegRecord Agreed = new(Samples.Ping, Leg.Request, Samples.Bridged, Samples.Bridged)
    {
        Scenario = Scenario,
        Verdict = LegVerdict.Agreed,
    };

    [Test]
    public void It_leads_with_the_counts_and_the_host() =>
        Assert.That(
            Summary(Agreed, Agreed with { Leg = Leg.Reply, Verdict = LegVerdict.Skipped, Reason = "no Engine" }),
            Does.StartWith("""
                # Hooktrail

                **2 legs of 1 scenario: 1 agreed, 1 skipped.**

                Kernel 6.18, iptables-nft, ebtables-nft; bridge-nf-call-iptables=1, bridge-nf-call-ip6tables=1, bridge-nf-call-arptables=1, bridge-nf-filter-vlan-tagged=0, bridge-nf-filter-pppoe-tagged=0, br\_netfilter=1, ip\_forward=1, ip6\_forward=1, conntrack=1, conntrack6=1, broute=1, rp\_filter=0, route\_localnet=0, send\_redirects=1, hairpin=0, userland-proxy=1, userland-proxy-pktinfo=0, promiscuous=0; 52 rules.

                | feature | scenario | flow | leg | hops | result |
                |---|---|---|---|--:|---|
                | Container to container | The reply skips nat | client → server \(icmp\) | request | 5 | agreed |
                | Container to container | The reply skips nat | client → server \(icmp\) | reply | 5 | skipped |

                ## Skipped

                - Container to container: The reply skips nat – reply of client → server \(icmp\): no Engine

                """));

    [Test]
    public void A_leg_that_agreed_shows_its_trail_once_folded_away() =>
        Assert.That(
            Summary(Agreed),
            Does.Contain(
                "<details><summary>Container to container: The reply skips nat – request of client → server (icmp): agreed</summary>\n\n```text\nhop  layer")
                .And.Not.Contain("predicted"));

    [Test]
    public void A_leg_shows_the_rules_that_the_kernel_told() =>
        Assert.That(
            Summary(Agreed with
            {
                Rules = [new(4, Layer.Iptables, "filter", "FORWARD", 2, "-A FORWARD -j ACCEPT", RuleVerdict.Accept)],
            }),
            Does.Contain(
                "Rules that the packet met, by the kernel's trace:\n  4  iptables filter FORWARD rule 2: -A FORWARD -j ACCEPT (accept)\n"));

    [Test]
    public void A_leg_that_disagreed_shows_where_with_both_trails_its_profile_and_the_evidence()
    {
        var summary = Summary(Agreed with
        {
            Observed = Samples.Bridged.Without(2),
            Verdict = LegVerdict.Disagreed,
            Reason = "First divergence at hop 3",
            HostProfile = HostProfile.Default with { BridgeNfCallIptables = false },
            Evidence = [new(1, Evidence.KernelLog, 7, "one line"), new(2, Evidence.Nflog, 8, "``` another")],
        });
        Assert.Multiple(() =>
        {
            Assert.That(summary, Does.Contain("## Disagreed\n\n- Container to container"));
            Assert.That(summary, Does.Contain(": First divergence at hop 3\n"));
            Assert.That(summary, Does.Contain("\n>    3  iptables mangle PREROUTING"));
            Assert.That(summary, Does.Contain("ebtables-nft; bridge-nf-call-iptables=0"));
            Assert.That(summary, Does.Contain("````text\nkernel log #7 one line\nnflog #8 ``` another\n````\n"));
        });
    }

    [Test]
    public void A_hostile_title_stays_text_in_its_cell()
    {
        var hostile = new ScenarioTitle("</details><script>", "a | b\n# c `d` [e](f) & _g_");
        var summary = Summary(
            Agreed with { Scenario = hostile, Verdict = LegVerdict.Skipped, Reason = "<img src=x>|" });
        Assert.Multiple(() =>
        {
            Assert.That(
                summary,
                Does.Contain(
                    @"| \</details\>\<script\> | a \| b" + "\uFFFD" + @"\# c \`d\` \[e\]\(f\) \& \_g\_ | client"));
            Assert.That(summary, Does.Contain(@": \<img src=x\>\|"));
            Assert.That(summary, Does.Contain("<details><summary>&lt;/details&gt;&lt;script&gt;: a | b"));
            Assert.That(summary, Does.Not.Contain("<script>"));
        });
    }

    [Test]
    public void A_prediction_is_called_one() =>
        Assert.That(
            MarkdownSummary.Of(Samples.FileOf(Samples.Bridged)), Does.Contain("**1 leg: 1 predicted only.**"));

    [Test]
    public void Scenarios_that_asked_only_the_model_are_counted() =>
        Assert.That(
            MarkdownSummary.Of(
                new(HostProfile.Default, [Agreed]),
                predictions: new SortedDictionary<string, int> { ["A host | one"] = 2, ["Another"] = 1 }),
            Does.Contain("""

                ## Predicted only

                3 scenarios asked only the model, and sent no packet.

                - A host \| one: 2 scenarios
                - Another: 1 scenario

                ## Trails

                """).And.Contain("**1 leg of 1 scenario: 1 agreed.**"));

    [Test]
    public void A_run_without_a_leg_says_so() =>
        Assert.That(
            MarkdownSummary.Of(new(HostProfile.Default, [])),
            Does.Contain("**No leg.**").And.Not.Contain("## Trails").And.Not.Contain("| feature"));

    private static string Summary(params LegRecord[] legs) => MarkdownSummary.Of(new(HostProfile.Default, [.. legs]));
}
