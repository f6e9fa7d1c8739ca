using System.Diagnostics;
using Hooktrail.Model;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Tests.Questions.Reach;

/// <summary>
/// Bounds that other work on the machine does not reach, and a walk that asks every rule does. Benchmarks has the
/// figures of a release build on one core.
/// </summary>
public sealed class SpeedTests
{
    // Five seconds on an idle processor of a small machine; tests run beside others.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Test]
    public void Ten_thousand_cells_of_a_hundred_containers_take_seconds()
    {
        var host = Town.Of(100);
        var clock = Stopwatch.StartNew();
        var table = ReachTable.Of(host, new([], EachContainer: true));
        clock.Stop();
        TestContext.Out.WriteLine(
            $"{table.Cells.Length} cells in {clock.Elapsed.TotalSeconds:0.00} s: {table.Cells.Length / clock.Elapsed.TotalSeconds:0} a second");
        Assert.That(table.Cells, Has.Length.GreaterThan(10_000));
        Assert.That(clock.Elapsed, Is.LessThan(Longest));
        Assert.That(table.Count(Verdict.Yes), Is.GreaterThan(1_000));
        Assert.That(table.Count(Verdict.No), Is.GreaterThan(1_000));
    }

    [Test]
    public void Two_thousand_rules_slow_no_leg_down()
    {
        var (large, small) = (Town.Large, Town.Of(20));
        Assert.That(
            (large.Topology.Containers.Length, large.Topology.Networks.Length, large.Rules.Count),
            Is.EqualTo((200, 20, 2_000)));
        var ofSmall = CostOf(small);
        var ofLarge = CostOf(large);
        TestContext.Out.WriteLine($"A leg of 20 containers takes {ofSmall}, one of 200 containers {ofLarge}.");
        Assert.That(ofLarge.Microseconds, Is.LessThan(4 * ofSmall.Microseconds));
        Assert.That(ofLarge.Bytes, Is.LessThan(8_000));
    }

    [Test]
    public void A_packet_that_is_asked_every_rule_goes_the_same_way()
    {
        var large = Town.Large;
        foreach (var flow in Town.Flows(large).Where((_, number) => number % 17 == 0))
            foreach (var leg in Prediction.Legs(large, flow))
                Assert.That(
                    Prediction.Account(large, flow, leg.Leg, everyRule: true).Trail, Is.EqualTo(leg.Trail), $"{flow}");
    }

    /// <summary>The least of several rounds: other work on the machine makes a round only longer.</summary>
    private static Cost CostOf(HostProfile host)
    {
        var flows = Town.Flows(host).Take(100).ToList();
        var least = new Cost(double.MaxValue, long.MaxValue);
        for (var round = 0; round < 20; round++)
        {
            var (bytes, clock, legs) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew(), 0);
            foreach (var flow in flows)
                legs += Prediction.Legs(host, flow).Length;
            least = new(
                Math.Min(least.Microseconds, clock.Elapsed.TotalMicroseconds / legs),
                Math.Min(least.Bytes, (GC.GetAllocatedBytesForCurrentThread() - bytes) / legs));
        }

        return least;
    }

    private sealed record Cost(double Microseconds, long Bytes)
    {
        public override string ToString() => $"{Microseconds:0.0} µs and {Bytes} bytes";
    }
}
