using BenchmarkDotNet.Attributes;
using Hooktrail.Model;

namespace Hooktrail.Benchmarks;

/// <summary>
/// How fast legs are predicted: every flow of the lab, first and later packets, both directions. The time is that of
/// one leg, so that 5 µs is 200,000 legs a second. Everything but building the hook table of the profile is in it.
/// </summary>
[MemoryDiagnoser]
public class PredictionBenchmark
{
    private static readonly Leg[] EveryLeg =
        [Leg.Request, Leg.Reply, new(Direction.Request, 2), new(Direction.Reply, 2), new(Direction.Request, 1_000_000)];

    private static readonly Flow[] EveryFlow =
    [
        new(Endpoint.Client, Endpoint.Server, Protocol.Icmp),
        new(Endpoint.Host, Endpoint.Client, Protocol.Icmp),
        new(Endpoint.Client, Endpoint.Host, Protocol.Icmp),
        new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp),
        new(Endpoint.Host, Endpoint.Host, Protocol.Icmp),
    ];

    private const int LegsInAll = 25;

    /// <summary>The mean over all flows and legs.</summary>
    [Benchmark(OperationsPerInvoke = LegsInAll)]
    public int AllLegs()
    {
        var hops = 0;
        foreach (var flow in EveryFlow)
            foreach (var leg in EveryLeg)
                hops += Prediction.Of(HostProfile.Default, flow, leg).Hops.Length;
        return hops;
    }

    /// <summary>The commonest leg: the first packet from container to container.</summary>
    [Benchmark]
    public Trail BridgedRequest() => Prediction.Of(HostProfile.Default, EveryFlow[0], Leg.Request);

    /// <summary>Walks the request, too.</summary>
    [Benchmark]
    public Trail BridgedReply() => Prediction.Of(HostProfile.Default, EveryFlow[0], Leg.Reply);
}
