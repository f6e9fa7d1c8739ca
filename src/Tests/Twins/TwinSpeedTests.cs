using System.Diagnostics;
using Hooktrail.Hosts;
using Hooktrail.Questions;
using Hooktrail.Questions.Reach;
using Hooktrail.Snapshots;
using Hooktrail.Tests.Questions.Reach;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>
/// A twin of 50 containers on 10 networks with 1,000 rules is up in five seconds of an idle machine, and is asked 1,000
/// answers in a minute. Tests run beside others, so the bounds are wider.
/// </summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed class TwinSpeedTests
{
    private const int Containers = 50;
    private const int OnEach = 5;
    private const int Refused = 773;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan LongestStartOfSmall = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMilliseconds(300);

    /// <summary>Of an idle machine, it takes a second.</summary>
    [TestCaseSource(typeof(HostSnapshots), nameof(HostSnapshots.Names))]
    public async Task A_small_host_is_up_soon(string name, CancellationToken cancellation)
    {
        var snapshot = HostSnapshots.Read(name);
        var topology = TopologyReader.Of(snapshot);
        var host = SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
        var question = Question.Of(topology, "host", "internet:443", Protocol.Tcp, null);

        var clock = Stopwatch.StartNew();
        await using var twin = await LiveTwin.OfAsync(
            () => TwinOfHost.StartAsync(SnapshotPlan.Of(snapshot), host, cancellation));
        var up = clock.Elapsed;
        var verified = await twin.AskAsync(question.Flow, cancellation);

        TestContext.Out.WriteLine(
            $"up in {up.TotalMilliseconds:0} ms, first answer after {(clock.Elapsed - up).TotalMilliseconds:0} ms; {verified}");
        Assert.That(twin.Differences, Is.Empty);
        Assert.That(up, Is.LessThan(LongestStartOfSmall));
    }

    [Test]
    public async Task Fifty_containers_are_up_in_seconds_and_asked_quickly(CancellationToken cancellation)
    {
        var host = Town.Of(Containers, Refused, OnEach);
        Assert.That(
            (host.Topology.Networks.Length, host.Rules.Count), Is.EqualTo((Containers / OnEach, 1_000)));
        var plan = new TwinPlan(host.Topology)
        {
            Settings = [("net/ipv4/ip_forward", "1")],
            Rules = [new("iptables-nft-restore --noflush", Town.RulesOf(Containers, Refused, OnEach))],
        };
        var table = ReachTable.Of(host, new([], EachContainer: true));
        // Every so many, so that each kind of question is among them.
        var some = table with { Cells = [.. table.Cells.Where((_, at) => at % 53 == 0)] };

        var clock = Stopwatch.StartNew();
        await using var twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(plan, host, cancellation));
        var started = clock.Elapsed;
        clock.Restart();
        var verified = await twin.AskAsync(some, cancellation);
        var answer = clock.Elapsed / verified.Cells.Length;

        TestContext.Out.WriteLine(
            $"up in {started.TotalSeconds:0.0} s; {verified.Cells.Length} answers, {answer.TotalMilliseconds:0} ms each; {verified}");
        Assert.That(verified.Otherwise, Is.Empty);
        Assert.That(verified.Cells.Length - verified.Untold.Count(), Is.GreaterThan(verified.Cells.Length / 2));
        Assert.That(started, Is.LessThan(LongestStart));
        Assert.That(answer, Is.LessThan(LongestAnswer));
    }
}
