using System.Collections.Concurrent;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// Random hosts and random flows: what the model says of a host, as a snapshot of it reads, is what its kernel does.
/// SPECS_HOSTS says how many hosts, SPECS_HOSTS_SEED which.
/// </summary>
[TestFixture]
[CancelAfter(3_600_000)]
internal sealed class RandomHostsTests
{
    private const int FlowsOfHost = 65;

    // 20 hosts have 2,000 legs.
    private const int LegsOfHost = 100;

    // A host mostly waits for its kernel.
    private const int AtOnce = 3;

    private static int Hosts => Setting("SPECS_HOSTS", 20);

    private static int Seed => Setting("SPECS_HOSTS_SEED", 1);

    [Test]
    public async Task Each_packet_goes_as_predicted(CancellationToken cancellation)
    {
        var (found, differences, rules) =
            (new ConcurrentBag<LegRecord>(), new ConcurrentBag<string>(), new ConcurrentBag<int>());
        await Parallel.ForEachAsync(
            Enumerable.Range(Seed, Hosts),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (number, token) =>
            {
                foreach (var leg in await OnHostAsync(number, differences, rules, token))
                    found.Add(leg);
            });
        var legs = found.ToList();
        var counts = legs.CountBy(leg => leg.Verdict ?? LegVerdict.Skipped).ToDictionary();
        TestContext.Out.WriteLine($"{legs.Count} legs: {string.Join(", ", counts.Select(one => $"{one.Key} {one.Value}"))}; {rules.Sum()} rules agreed");
        foreach (var (why, count) in legs
            .Where(leg => leg.Verdict is LegVerdict.NotPredicted or LegVerdict.Inconclusive)
            .CountBy(leg => leg.Reason ?? ""))
            TestContext.Out.WriteLine($"  {count} {why}");
        Assert.That(differences, Is.Empty, () => string.Join("\n", differences));
        Assert.That(counts.GetValueOrDefault(LegVerdict.Agreed), Is.GreaterThan(legs.Count * 9 / 10));
        Assert.That(legs, Has.Count.GreaterThan(Hosts * LegsOfHost));
        Assert.That(rules.Sum(), Is.GreaterThan(legs.Count / 2));
    }

    private static async Task<IEnumerable<LegRecord>> OnHostAsync(
        int seed, ConcurrentBag<string> differences, ConcurrentBag<int> rules, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var host = new RandomTopology(random);
        var plan = new TwinPlan(host.Value)
        {
            Settings = RandomSettings.Of(random, host.Value),
            Rules = new RandomRules(random, host).All(),
        };
        await using var twin = await LiveTwin.StartAsync(plan, cancellation);
        var legs = new List<LegRecord>();
        var told = new HashSet<Endpoint>();
        foreach (var flow in new RandomFlows(random, host).Take(FlowsOfHost))
        {
            var forecast = Prediction.Forecast(twin.Profile, flow, 1);
            if (IsToItself(flow, forecast) || IsLimited(flow, forecast, told))
                continue;
            var seen = await TwinObservation.OfAsync(twin, twin.Profile, flow, cancellation);
            legs.AddRange(seen.Legs);
            rules.Add(seen.AgreedRules);
            foreach (var difference in Judged.Differences(flow, seen))
                differences.Add($"host {seed}: {difference}");
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

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
