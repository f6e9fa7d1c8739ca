using System.Diagnostics;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Tests.Questions.Reach;

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
}
