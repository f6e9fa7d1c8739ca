using Hooktrail.Conformance;

namespace Hooktrail.Tests.Conformance;

/// <summary>Random parts of the matrix.</summary>
public class SamplingTests
{
    [TestCase(1)]
    [TestCase(60)]
    [TestCase(200)]
    [TestCase(2000)]
    public void A_sample_has_as_many_flows_as_were_asked_for(int flows) =>
        Assert.That(Flows(flows, 1), Has.Count.EqualTo(flows));

    [Test]
    public void The_same_seed_chooses_the_same_and_another_others()
    {
        Assert.That(Flows(200, 7), Is.EqualTo(Flows(200, 7)));
        Assert.That(Flows(200, 7), Is.Not.EqualTo(Flows(200, 8)));
    }

    [Test]
    public void A_sample_starts_few_hosts() =>
        Assert.That(Sampling.Of(Matrix.All, 200, 3), Has.Length.LessThanOrEqualTo(6));

    [Test]
    public void A_sample_is_in_the_order_of_the_matrix()
    {
        var all = Matrix.All.Select(host => host.Title).ToList();
        Assert.That(Sampling.Of(Matrix.All, 500, 5).Select(host => all.IndexOf(host.Title)), Is.Ordered);
    }

    [Test]
    public void More_flows_than_there_are_is_all_of_them()
    {
        var some = Matrix.Where(Matrix.All, "ICMP redirects");
        Assert.That(
            Sampling.Of(some, 1000, 1).Sum(host => host.Variations.Sum(one => one.Flows.Length)), Is.EqualTo(2));
    }

    private static List<string> Flows(int flows, int seed) =>
    [
        .. from host in Sampling.Of(Matrix.All, flows, seed)
           from variation in host.Variations
           from flow in variation.Flows
           select $"{host.Title}, {variation.Title}: {flow}",
    ];
}
