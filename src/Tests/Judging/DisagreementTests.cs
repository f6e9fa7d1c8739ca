using FsCheck;
using FsCheck.Fluent;
using Hooktrail.Judging;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class DisagreementTests
{
    private static readonly ExpectedTrail Feature = ExpectedTrail.OfTable(
        ["layer", "table", "chain", "in"],
        [
            .. Samples.Bridged.Hops.Select(
                hop => new[] { hop.Point.Layer.Name(), hop.Point.Table, hop.Point.Chain, hop.In ?? "" })
        ]);

    [Test]
    public void There_is_none_where_all_three_agree() =>
        Assert.That(Disagreement.Between(Feature, Samples.Bridged, Samples.Bridged), Is.Null);

    [Test]
    public void There_is_one_exactly_where_two_of_the_trails_part() =>
        Prop.ForAll(
            (from one in Samples.Trails.Generator
             from other in Gen.OneOf(Gen.Constant(one), Samples.Trails.Generator)
             select (one, other)).ToArbitrary(),
            pair => Disagreement.Between(null, pair.one, pair.other) is null
                == Divergence.Between(pair.one, pair.other) is null)
        .QuickCheckThrowOnFailure();

    [Test]
    public void Only_the_observation_lacks_a_hop() =>
        Assert.That(
            Disagreement.Between(Feature, Samples.Bridged, Samples.Bridged.Without(2))!.Sentence,
            Is.EqualTo(
                "First divergence at hop 3, iptables mangle PREROUTING: the feature and the prediction cross it, the observation does not and goes on to ebtables filter FORWARD."));

    [Test]
    public void Only_the_feature_has_one_more_hop() =>
        Assert.That(
            Disagreement.Between(Feature, Samples.Bridged.Without(4), Samples.Bridged.Without(4))!.Sentence,
            Is.EqualTo(
                "First divergence at hop 5, ebtables nat POSTROUTING: the feature crosses it, the prediction and the observation do not and go on to the end (delivered to server)."));

    [Test]
    public void A_field_differs() =>
        Assert.That(
            Disagreement.Between(
                Feature,
                Samples.Bridged,
                Samples.Bridged.With(1, hop => hop with { In = "client.port", PhysIn = null }))!.Sentence,
            Is.EqualTo(
                "First divergence at hop 2, iptables raw PREROUTING: in is lab for the feature and the prediction, in is client.port for the observation."));

    [Test]
    public void A_field_that_the_feature_does_not_say_is_between_the_others() =>
        Assert.That(
            Disagreement.Between(
                Feature, Samples.Bridged, Samples.Bridged.With(1, hop => hop with { PhysIn = null }))!.Sentence,
            Is.EqualTo(
                "First divergence at hop 2, iptables raw PREROUTING: physIn is client.port for the prediction, physIn is empty for the observation."));

    [Test]
    public void Only_the_outcome_differs() =>
        Assert.That(
            Disagreement.Between(
                Feature with { Outcome = Outcome.Delivered(Endpoint.Server) },
                Samples.Bridged,
                Samples.Bridged with { Outcome = Outcome.Vanished(Samples.Bridged.Hops[4].Point, null) })!.Sentence,
            Is.EqualTo(
                "All hops agree, but the outcomes differ: delivered to server for the feature and the prediction, not seen again after ebtables nat POSTROUTING for the observation."));

    [Test]
    public void A_feature_of_only_ebtables_is_not_blamed_for_what_iptables_does()
    {
        var ebtables = ExpectedTrail.OfTable(
            ["layer", "table", "chain"],
            [["ebtables", "nat", "PREROUTING"], ["ebtables", "filter", "FORWARD"], ["ebtables", "nat", "POSTROUTING"]],
            Layer.Ebtables);

        Assert.Multiple(() =>
        {
            Assert.That(Disagreement.Between(ebtables, Samples.Bridged, Samples.Bridged), Is.Null);
            Assert.That(
                Disagreement.Between(ebtables, Samples.Bridged, Samples.Bridged.Without(1))!.Sentence,
                Does.Contain("iptables raw PREROUTING: the prediction crosses it, the observation does not"));
        });
    }

    [Test]
    public void A_hop_that_only_one_has_leaves_a_gap_and_shifts_none_of_those_that_follow()
    {
        var more = Samples.At("ebtables broute BROUTING", "client.port", null);
        var observed = Samples.Bridged with { Hops = Samples.Bridged.Hops.Insert(1, more) };

        var disagreement = Disagreement.Between(null, Samples.Bridged, observed)!;

        var rows = disagreement.Text([]).Split('\n').Where(line => line.Contains("tables ")).Skip(1).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(rows, Has.Count.EqualTo(observed.Hops.Length));
            Assert.That(rows.Where(row => row.Contains('–')), Is.EqualTo(new[] { rows[1] }));
            Assert.That(
                disagreement.Sentence,
                Does.Contain(
                    "hop 2, ebtables broute BROUTING: the observation crosses it, the prediction does not and goes on to iptables raw PREROUTING"));
        });
    }

    [Test]
    public void The_text_leads_with_the_sentence_and_lays_the_trails_side_by_side_with_evidence_and_explanation()
    {
        var observed = Samples.Bridged.Without(1).Without(1);
        var text = Disagreement.Between(Feature, Samples.Bridged, observed)!.Text(
            [new(1, Evidence.KernelLog, 12, "ebtables nat PREROUTING IN=client.port OUT= \u001b[31m")],
            "bridge-nf-call-iptables=0 or br_netfilter=0 would explain the observation.",
            null);

        Assert.That(text, Is.EqualTo("""
            First divergence at hop 2, iptables raw PREROUTING: the feature and the prediction cross it, the observation does not and goes on to ebtables filter FORWARD.

               hop  hook point                  feature         predicted                       observed
                 1  ebtables nat PREROUTING     in=client.port  in=client.port                  in=client.port
            >    2  iptables raw PREROUTING     in=lab          in=lab                          –
                 3  iptables mangle PREROUTING  in=lab          in=lab                          –
                 4  ebtables filter FORWARD     in=client.port  in=client.port out=server.port  in=client.port out=server.port
                 5  ebtables nat POSTROUTING    crossed         out=server.port                 out=server.port
                    outcome                                     delivered to server             delivered to server

            The records:
              kernel log #12 ebtables nat PREROUTING IN=client.port OUT= �[31m

            bridge-nf-call-iptables=0 or br_netfilter=0 would explain the observation.

            """));
    }
}
