using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Records;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// Random hosts and random flows: what the model says of a host, as a snapshot of it reads, is what its kernel does.
/// SPECS_HOSTS says how many hosts, SPECS_HOSTS_SEED which.
/// </summary>
[TestFixture]
[CancelAfter(3_600_000)]
internal sealed class RandomHostsTests
{
    private const int FlowsOfHost = 60;

    // Where no answer is due, a short wait is enough: the hooks still show every packet that comes.
    private static readonly TimeSpan Hopeless = TimeSpan.FromMilliseconds(20);

    private static int Hosts => Setting("SPECS_HOSTS", 16);

    private static int Seed => Setting("SPECS_HOSTS_SEED", 1);

    [Test]
    public async Task Each_packet_goes_as_predicted(CancellationToken cancellation)
    {
        var legs = new List<LegRecord>();
        var differences = new List<string>();
        for (var number = Seed; number < Seed + Hosts; number++)
            legs.AddRange(await OnHostAsync(number, differences, cancellation));
        var counts = string.Join(", ", legs.CountBy(leg => leg.Verdict ?? LegVerdict.Skipped).Select(one => $"{one.Key} {one.Value}"));
        TestContext.Out.WriteLine($"{legs.Count} legs: {counts}");
        Assert.That(differences, Is.Empty, () => string.Join("\n", differences));
    }

    private static async Task<IEnumerable<LegRecord>> OnHostAsync(
        int seed, List<string> differences, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var host = new RandomTopology(random);
        var plan = new TwinPlan(host.Value)
        {
            Settings = RandomSettings.Of(random, host.Value),
            Rules = new RandomRules(random, host).All(),
        };
        await using var twin = await StartAsync(plan, seed, cancellation);
        var legs = new List<LegRecord>();
        foreach (var flow in new RandomFlows(random, host).Take(FlowsOfHost))
            foreach (var leg in await JudgedAsync(twin, flow, cancellation))
            {
                legs.Add(leg);
                if (leg.Verdict == LegVerdict.Disagreed)
                    differences.Add(
                        $"host {seed}: {flow}{(flow.By is { } by ? $" by {by}" : "")}, {leg.Leg}: {leg.Reason}\n"
                        + $"  predicted {Shown(leg.Predicted)}\n  observed  {Shown(leg.Observed)}");
            }

        return legs;
    }

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(", ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} {hop.Source}→{hop.Destination}").Append(trail.Outcome.ToString()));

    private static async Task<ImmutableArray<LegRecord>> JudgedAsync(
        Twin twin, Flow flow, CancellationToken cancellation)
    {
        var forecast = ForecastOf(twin, flow);
        var finding = await twin.SendAsync(
            flow, forecast.Legs.AreAnswered(flow) ? Sending.Ample : Hopeless, cancellation);
        return finding switch
        {
            Finding.Observed(var seen) => Told(flow, FlowJudgement.Of(
                flow, forecast, ObservedRecords.Of(flow, seen), isLogged: false, Unproven.In(twin.Profile, seen))),
            Finding.Inconclusive(var reason) =>
                [.. LegJudgement.Untold(flow, forecast, LegVerdict.Inconclusive, reason)],
            var other => throw new InvalidOperationException($"Unknown finding {other}."),
        };
    }

    private static ImmutableArray<LegRecord> Told(Flow flow, ImmutableArray<LegRecord> judged) =>
        [
            .. judged.Select(leg => Untellable.Of(flow, judged, leg) is { } why
                ? leg with { Verdict = LegVerdict.Skipped, Reason = why }
                : leg),
        ];

    private static Forecast ForecastOf(Twin twin, Flow flow)
    {
        try
        {
            return Prediction.Forecast(twin.Profile, flow, 1);
        }
        catch (Exception wrong) when (wrong is HooktrailException or InvalidOperationException)
        {
            throw new AssertionException($"{flow} by {flow.By}: {wrong.Message}", wrong);
        }
    }

    private static async Task<Twin> StartAsync(TwinPlan plan, int seed, CancellationToken cancellation)
    {
        try
        {
            return await Twin.StartAsync(plan, cancellation);
        }
        catch (HooktrailException e)
            when (e.Message.Contains("cannot create private namespaces", StringComparison.Ordinal))
        {
            throw Skip.Because(e.Message);
        }
        catch (HooktrailException e)
        {
            throw new HooktrailException($"Host {seed}: {e.Message}", e);
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
