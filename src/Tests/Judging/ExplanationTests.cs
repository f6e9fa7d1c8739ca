using Hooktrail.Judging;
using Hooktrail.Model;
using Outcome = Hooktrail.Trails.Outcome;

namespace Hooktrail.Tests.Judging;

[TestFixture]
public class ExplanationTests
{
    private static readonly Trail Nothing = new([], Outcome.Vanished(null, null));

    [Test]
    public void The_switch_that_predicts_the_observation_is_named()
    {
        var found = Explanation.For(
            Samples.Bridged.Within(Layer.Ebtables),
            HostProfile.Default,
            profile => profile.BridgeNfCallIptables ? Samples.Bridged : Samples.Bridged.Within(Layer.Ebtables));

        Assert.Multiple(() =>
        {
            Assert.That(found.Select(one => one.Change), Is.EqualTo(new[] { "bridge-nf-call-iptables=0" }));
            Assert.That(found[0].Profile.BridgeNfCallIptables, Is.False);
            Assert.That(
                Explanation.Sentence(found, "the observation"),
                Is.EqualTo("bridge-nf-call-iptables=0 would explain the observation."));
        });
    }

    [Test]
    public void Every_switch_is_tried_from_the_value_that_it_has()
    {
        foreach (var one in Switch.All)
            foreach (var value in (bool[])[true, false])
            {
                var found = Explanation.For(
                    Samples.Bridged,
                    one.Write(HostProfile.Default, value),
                    profile => one.Read(profile) == value ? Nothing : Samples.Bridged);
                // Exchanging Docker's rules turns some switches too, but is the larger change.
                Assert.That(found[0].Change, Is.EqualTo($"{one.Name}={(value ? 0 : 1)}"));
            }
    }

    [Test]
    public void The_backend_of_each_family_is_tried() =>
        Assert.Multiple(() =>
        {
            Assert.That(
                Changes(profile => profile.Iptables == Backend.Legacy), Is.EqualTo(new[] { "iptables-legacy" }));
            Assert.That(
                Changes(profile => profile.Ebtables == Backend.Legacy), Is.EqualTo(new[] { "ebtables-legacy" }));
        });

    [Test]
    public void Of_the_kernels_only_the_nearest_is_named() =>
        Assert.Multiple(() =>
        {
            Assert.That(
                Changes(profile => profile.Kernel < new KernelVersion(5, 5)),
                Is.EqualTo(new[] { "kernel 5.4" }));
            Assert.That(
                Explanation.For(
                    Samples.Bridged,
                    HostProfile.Default with { Kernel = new(4, 19) },
                    profile => profile.Kernel >= new KernelVersion(5, 5) ? Samples.Bridged : Nothing)
                .Select(one => one.Change),
                Is.EqualTo(new[] { "kernel 5.5" }));
        });

    [Test]
    public void Nothing_has_to_be_explained_that_the_profile_predicts() =>
        Assert.That(Changes(_ => true), Is.Empty);

    [Test]
    public void The_switch_that_predicts_what_a_feature_says_is_named()
    {
        var feature = ExpectedTrail.Of(Samples.Bridged.Within(Layer.Ebtables));
        var found = Explanation.For(
            feature,
            HostProfile.Default,
            profile => profile.BridgeNfCallIptables ? Samples.Bridged : Samples.Bridged.Within(Layer.Ebtables));
        Assert.That(
            Explanation.Sentence(found, "the feature"),
            Is.EqualTo("bridge-nf-call-iptables=0 would explain the feature."));
    }

    [Test]
    public void Nothing_is_named_where_nothing_explains_it()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Changes(_ => false), Is.Empty);
            Assert.That(Explanation.For(Samples.Bridged, HostProfile.Default, _ => null), Is.Empty);
            Assert.That(Explanation.Sentence([], "the observation"), Is.Null);
        });
    }

    [Test]
    public void With_the_real_model_a_switch_that_changes_a_trail_explains_the_change()
    {
        var explained = 0;
        foreach (var flow in (Flow[])
            [Samples.Ping, Samples.Ping with { To = Endpoint.Wan }, Samples.Ping with { To = Endpoint.Host }])
            foreach (var one in Switch.All)
            {
                var observed = Prediction.Of(one.Write(HostProfile.Default, false), flow, Leg.Request);
                if (Divergence.Between(Prediction.Of(HostProfile.Default, flow, Leg.Request), observed) is null)
                    continue;
                explained++;
                Assert.That(
                    Explanation.For(observed, HostProfile.Default, profile => Prediction.Of(profile, flow, Leg.Request))
                        .Select(explanation => explanation.Change),
                    Does.Contain($"{one.Name}=0"), $"{flow}");
            }
        Assert.That(explained, Is.GreaterThan(5), "the switches must matter");
    }

    [Test]
    public void With_the_real_model_an_empty_in_at_a_forwarded_packets_POSTROUTING_is_an_older_kernel()
    {
        var flow = Samples.Ping with { To = Endpoint.Wan };
        var observed = Prediction.Of(HostProfile.Default with { Kernel = new(5, 4) }, flow, Leg.Request);
        Assert.That(
            Explanation.For(observed, HostProfile.Default, profile => Prediction.Of(profile, flow, Leg.Request))
                .Select(explanation => explanation.Change),
            Is.EqualTo(new[] { "kernel 5.4" }));
    }

    private static IEnumerable<string> Changes(Func<HostProfile, bool> asObserved) =>
        Explanation.For(
            Samples.Bridged, HostProfile.Default, profile => asObserved(profile) ? Samples.Bridged : Nothing)
        .Select(one => one.Change);
}
