namespace Hooktrail.Tests.Rules;

/// <summary>Docker's rules of one release exchanged for those of another.</summary>
public sealed class DockerExchangeTests
{
    private static readonly DockerExchange Exchange =
        new(Enum.GetValues<DockerRelease>().Select(one => DockerRules.Of(one)));

    private static readonly RuleSet Old = DockerRules.Of(DockerRelease.V20);

    private static RuleSet Own(string rules) =>
        RuleReader.Xtables(Layer.Iptables, $"*filter\n{rules}", LabNamesAsTheyAre.Instance);

    [Test]
    public void Each_release_becomes_each_other(
        [Values] DockerRelease from, [Values] DockerRelease to) =>
        Assert.That(Exchange.Exchanged(DockerRules.Of(from), DockerRules.Of(to)), Is.EqualTo(DockerRules.Of(to)));

    [Test]
    public void The_rules_of_others_stay_at_their_place_and_all_are_numbered_anew()
    {
        var host = Own("-A FORWARD -s client -j LOG\n-A DOCKER-USER -s client -j DROP").With(Old)
            .With(Own("-A FORWARD -s wan -j DROP"));
        var then = Exchange.Exchanged(host, DockerRules.Of(DockerRelease.V29));
        var forward = then.Find(new(Layer.Iptables, "filter", "FORWARD"))!;

        Assert.Multiple(() =>
        {
            Assert.That(
                forward.Rules.Select(rule => rule.Text), Is.EqualTo(new[]
                {
                    "-A FORWARD -s client -j LOG", "-A FORWARD -j DOCKER-USER", "-A FORWARD -j DOCKER-FORWARD",
                    "-A FORWARD -s wan -j DROP",
                }));
            Assert.That(forward.Rules.Select(rule => rule.Number), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(
                then.Find(new(Layer.Iptables, "filter", "DOCKER-USER"))!.Rules.Select(rule => rule.Text),
                Is.EqualTo(new[] { "-A DOCKER-USER -s client -j DROP" }));
        });
    }

    [Test]
    public void Without_Docker_its_chains_and_its_policy_go()
    {
        var without = Exchange.Own(Old.With(Own("-A DOCKER-USER -s client -j DROP")));
        Assert.That(without.Chains.Select(chain => chain.Id.Name), Is.EqualTo(new[] { "DOCKER-USER" }));
        Assert.That(Exchange.Own(Old).Chains, Is.Empty);
    }

    [Test]
    public void The_release_that_is_there_is_the_nearest([Values] DockerRelease release)
    {
        var host = DockerRules.Of(release).With(Own("-A DOCKER-USER -s client -j DROP"));
        Assert.That(
            Enum.GetValues<DockerRelease>().MinBy(one => Exchange.Distance(host, DockerRules.Of(one))),
            Is.EqualTo(release));
        Assert.That(DockerExchange.HasAny(Own("-A FORWARD -s wan -j DROP"), host), Is.False);
    }
}
