using BenchmarkDotNet.Attributes;
using Hooktrail.Model;
using Hooktrail.Questions.Reach;
using Hooktrail.Tests.Questions.Reach;

namespace Hooktrail.Benchmarks;

/// <summary>
/// How fast legs are predicted on a user's host with 200 containers on 20 networks and 2,000 rules. The time is that of
/// one leg: 20 µs are 50,000 legs a second. The whole of <c>reach</c> is that of one cell, for 100 containers.
/// </summary>
[MemoryDiagnoser]
public class LargeHostBenchmark
{
    private const int LegsInAll = 3_400;
    private const int CellsInAll = 20_502;

    private readonly HostProfile _large = Town.Large;
    private readonly HostProfile _town = Town.Of(100);
    private readonly ImmutableArray<Flow> _flows = Town.Flows(Town.Large);

    /// <summary>The mean over all flows and legs, of connections from the SYN to the last FIN.</summary>
    [Benchmark(OperationsPerInvoke = LegsInAll)]
    public int Legs()
    {
        var legs = 0;
        foreach (var flow in _flows)
            legs += Prediction.Legs(_large, flow).Length;
        return legs == LegsInAll ? legs : throw new InvalidOperationException($"There are {legs} legs.");
    }

    /// <summary>With all that is made anew for a host.</summary>
    [Benchmark(OperationsPerInvoke = CellsInAll)]
    public int Reach()
    {
        var cells = ReachTable.Of(_town with { }, new([], EachContainer: true)).Cells.Length;
        return cells == CellsInAll ? cells : throw new InvalidOperationException($"There are {cells} cells.");
    }
}
