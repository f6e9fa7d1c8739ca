using System.Collections.Concurrent;
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

    private static int Hosts => Setting("SPECS_HOSTS", 20);

    private static int Seed => Setting("SPECS_HOSTS_SEED", 1);

    [Test]
    public async Task Each_packet_goes_as_predicted(CancellationToken cancellation)
    {
        var (found, differences) = (new ConcurrentBag<LegRecord>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(
            Enumerable.Range(Seed, Hosts), new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = cancellation },
            async (number, token) =>
            {
                foreach (var leg in await OnHostAsync(number, differences, token))
                    found.Add(leg);
            });
        var legs = found.ToList();
        var counts = string.Join(", ", legs.CountBy(leg => leg.Verdict ?? LegVerdict.Skipped).Select(one => $"{one.Key} {one.Value}"));
        TestContext.Out.WriteLine($"{legs.Count} legs: {counts}");
        foreach (var (why, count) in legs
            .Where(leg => leg.Verdict is LegVerdict.NotPredicted or LegVerdict.Inconclusive)
            .CountBy(leg => leg.Reason ?? ""))
            TestContext.Out.WriteLine($"  {count} {why}");
        Assert.That(differences, Is.Empty, () => string.Join("\n", differences));
    }

    private static async Task<IEnumerable<LegRecord>> OnHostAsync(
        int seed, ConcurrentBag<string> differences, CancellationToken cancellation)
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
        var told = new HashSet<Endpoint>();
        foreach (var flow in new RandomFlows(random, host).Take(FlowsOfHost))
        {
            var forecast = ForecastOf(twin, flow);
            if (IsToItself(flow, forecast) || IsLimited(flow, forecast, told))
                continue;
            var judged = await JudgedAsync(twin, flow, forecast, cancellation);
            legs.AddRange(judged);
            foreach (var leg in judged.Where(leg => leg.Verdict == LegVerdict.Disagreed))
                differences.Add(
                    $"host {seed}: {flow}{(flow.By is { } by ? $" by {by}" : "")}, {leg.Leg}: {leg.Reason}\n"
                    + string.Concat(judged.Select(
                        one => $"  {one.Leg}\n    predicted {Shown(one.Predicted)}\n    observed  {Shown(one.Observed)}\n")));
        }

        return legs;
    }

    // What NAT leads back to its sender is answered there, where no hook of the host sees it.
    private static bool IsToItself(Flow flow, Forecast forecast) =>
        flow.From.Kind != EndpointKind.Host && forecast.Legs[0].Trail.Outcome.To == flow.From;

    // The kernel tells a sender that there is no route once in a second, and not at all if it has told it of anything
    // just before (net/ipv4/route.c, ip_error; net/ipv4/inetpeer.c, inet_peer_xrlim_allow, with no limit of ICMP's own).
    private static bool IsLimited(Flow flow, Forecast forecast, HashSet<Endpoint> told)
    {
        if (flow.Ip != IpVersion.V4 || !forecast.Legs.Any(leg => leg.Leg.Direction == Direction.Error))
            return false;
        return !told.Add(flow.From) && forecast.Legs[0].Trail.Outcome.Kind == OutcomeKind.Vanished;
    }

    private static string Shown(Trail? trail) => trail is null
        ? "nothing"
        : string.Join(", ", trail.Hops.Select(
            hop => $"{hop.Point} {hop.In}→{hop.Out} {hop.Source}→{hop.Destination}").Append(trail.Outcome.ToString()));

    private static async Task<ImmutableArray<LegRecord>> JudgedAsync(
        Twin twin, Flow flow, Forecast forecast, CancellationToken cancellation)
    {
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
