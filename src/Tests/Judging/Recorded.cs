using Hooktrail.Judging.Comparison;
using Hooktrail.Model;
using Hooktrail.Records;

namespace Hooktrail.Tests.Judging;

/// <summary>Runs as a lab would record them where the kernel does as the model predicts, and changed ones.</summary>
internal static class Recorded
{
    public static readonly Flow Bridged = new(Endpoint.Client, Endpoint.Server, Protocol.Icmp);
    public static readonly Flow ToWan = new(Endpoint.Client, Endpoint.Wan, Protocol.Icmp);
    public static readonly Flow ToHost = new(Endpoint.Client, Endpoint.Host, Protocol.Icmp);
    public static readonly Flow FromHost = new(Endpoint.Host, Endpoint.Client, Protocol.Icmp);
    public static readonly Flow Published = new(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };

    public static readonly HostProfile New = HostProfile.Default;
    public static readonly HostProfile Old = New with { Kernel = new(5, 4) };

    public static ComparedRun Run(string label, HostProfile host, params ReadOnlySpan<Flow> flows)
    {
        var legs = ImmutableArray.CreateBuilder<LegRecord>();
        foreach (var flow in flows)
            legs.AddRange(Legs(host, flow));
        return Run(label, host, legs.ToImmutable());
    }

    public static ComparedRun Run(string label, HostProfile host, ImmutableArray<LegRecord> legs) =>
        new($"{label}.json", label, new(host, legs));

    public static ImmutableArray<LegRecord> Legs(HostProfile host, Flow flow) =>
        [.. Prediction.Legs(host, flow).Select(leg => Seen(leg.Trail, flow, leg.Leg))];

    public static LegRecord Seen(Trail predicted, Flow flow, Leg leg) => new(flow, leg, predicted, AsSeen(predicted))
    {
        Scenario = new("Journeys", flow.ToString()),
        Verdict = LegVerdict.Agreed,
        Evidence = [new(1, Evidence.Nflog, 166, "ebtables broute BROUTING src=172.30.1.2")],
    };

    // An observer sees no reason for a drop, only that the packet is gone.
    public static Trail AsSeen(Trail trail) => trail with
    {
        Outcome = trail.Outcome.Kind == OutcomeKind.Delivered
            ? trail.Outcome
            : Hooktrail.Trails.Outcome.Vanished(trail.Outcome.At, null),
    };

    public static ComparedRun As(this ComparedRun run, string label) =>
        run with { Name = $"{label}.json", Label = label };

    public static ComparedRun With(this ComparedRun run, Func<LegRecord, LegRecord?> change) =>
        run with { Trails = run.Trails with { Legs = [.. run.Trails.Legs.Select(change).OfType<LegRecord>()] } };

    public static LegRecord Observed(this LegRecord leg, Func<Trail, Trail> change) =>
        leg with { Observed = change(leg.Observed!) };

    public static byte[] Bytes(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
