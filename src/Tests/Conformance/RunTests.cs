using Hooktrail.Conformance;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Records;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Conformance;

public class RunTests
{
    private static readonly ImmutableArray<Flow> Flows =
        [new(Client, Server, Protocol.Udp), new(Client, Wan, Protocol.Tcp), new(Host, Client, Protocol.Icmp)];

    [Test]
    public async Task What_goes_as_the_model_says_agrees()
    {
        var (findings, _) = await RunAsync(setup => new(setup));

        Assert.That(findings.Total[LegVerdict.Agreed], Is.EqualTo(2 + 6 + 2));
        Assert.That(findings.Total.All, Is.EqualTo(10));
        Assert.That(findings.HasDivergence, Is.False);
    }

    [Test]
    public async Task A_hop_that_is_missing_diverges_and_is_shown()
    {
        var (findings, _) = await RunAsync(setup => new(setup)
        {
            See = (profile, flow, sending) => flow.Protocol == Protocol.Icmp
                ? WithoutFirstHop(FakeLab.Foretold(profile, flow, 1))
                : FakeLab.Foretold(profile, flow, 1),
        });

        Assert.That(findings.Total[LegVerdict.Disagreed], Is.EqualTo(1));
        Assert.That(findings.HasDivergence);
        Assert.That(
            ConformanceText.Of(findings, 1),
            Does.Contain("host → client (icmp), request").And.Contains("First divergence at hop 1"));
    }

    [Test]
    public async Task A_leg_too_few_and_one_too_many_diverge()
    {
        var (few, _) = await RunAsync(setup => new(setup)
        {
            See = (profile, flow, _) => FakeLab.Foretold(profile, flow, 1) is var all && flow.Protocol == Protocol.Icmp
                ? new([all.Legs[0]])
                : all,
        });
        var (many, _) = await RunAsync(setup => new(setup)
        {
            See = (profile, flow, _) => FakeLab.Foretold(profile, flow, 1) is var all && flow.Protocol == Protocol.Icmp
                ? new([.. all.Legs, all.Legs[1] with { Leg = new(Direction.Error, 1) }])
                : all,
        });

        Assert.That(few.Total[LegVerdict.Disagreed], Is.EqualTo(1));
        Assert.That(many.Total[LegVerdict.Disagreed], Is.EqualTo(1));
    }

    [Test]
    public async Task A_gap_is_inconclusive_and_two_observers_can_disagree()
    {
        var (findings, _) = await RunAsync(setup => new(setup)
        {
            See = (profile, flow, _) => flow.Protocol switch
            {
                Protocol.Udp => new Finding.Inconclusive("records are missing"),
                Protocol.Tcp => new Finding.Contradictory(
                    "of the request", FakeLab.Foretold(profile, flow, 1), FakeLab.Foretold(profile, flow, 1)),
                _ => FakeLab.Foretold(profile, flow, 1),
            },
        });

        Assert.That(findings.Total[LegVerdict.Inconclusive], Is.EqualTo(2));
        Assert.That(findings.Total[LegVerdict.ObserversDisagree], Is.EqualTo(6));
        Assert.That(findings.HasDivergence, "observers that disagree are a failure too");
        Assert.That(ConformanceText.Of(findings, 1), Does.Contain("INCONCLUSIVE").And.Contains("records are missing"));
    }

    [Test]
    public async Task What_a_lab_cannot_change_is_not_applicable_and_what_it_refuses_is_inconclusive()
    {
        var change = new HostChange.Turn(Switch.Parse("br_netfilter"), false);
        var cannot = Case("one", new Variation("cannot", [change], Flows), new Variation("plain", [], Flows));
        var (findings, _) = await RunAsync(
            setup => new(setup) { Changing = _ => throw new CannotChangeException("not here") }, cannot);
        Assert.That(findings.Total[LegVerdict.Skipped], Is.EqualTo(10));
        Assert.That(findings.Total[LegVerdict.Agreed], Is.EqualTo(10));

        (findings, _) = await RunAsync(
            setup => new(setup) { Changing = _ => throw new HooktrailException("no such option") }, cannot);
        Assert.That(findings.Total[LegVerdict.Inconclusive], Is.EqualTo(10));

        var needy = cannot with { Variations = [cannot.Variations[0] with { Needs = "a newer tool" }] };
        (findings, _) = await RunAsync(
            setup => new(setup) { Changing = _ => throw new HooktrailException("no such option") }, needy);
        Assert.That(findings.Reasons.Keys, Is.EqualTo(new[] { (LegVerdict.Skipped, "This host lacks a newer tool.") }));
    }

    [Test]
    public async Task A_host_that_cannot_be_started_is_not_applicable()
    {
        var (findings, run) = await RunAsync(_ => throw new HooktrailException("no namespaces here"));

        Assert.That(findings.Total[LegVerdict.Skipped], Is.EqualTo(10));
        Assert.That(run.FirstFailure?.Message, Is.EqualTo("no namespaces here"));
    }

    [Test]
    public async Task Changes_are_taken_back_in_reverse_and_the_lab_is_taken_down()
    {
        var log = new List<string>();
        HostChange one = new HostChange.Turn(Switch.Parse("hairpin"), true),
            other = new HostChange.Rule("iptables -A FORWARD -j ACCEPT");
        await RunAsync(setup => new(setup) { Log = log }, Case("one", new Variation("changed", [one, other], Flows)));

        Assert.That(
            log, Is.EqualTo(new[] { $"made {one}", $"made {other}", $"undid {other}", $"undid {one}", "down" }));
    }

    [Test]
    public async Task Results_come_in_the_order_of_the_matrix_whichever_host_is_faster()
    {
        var second = new TaskCompletionSource();
        var hosts = Enumerable.Range(0, 6)
            .Select(i => Case($"host {i}", new Variation("plain", [], Flows)))
            .ToImmutableArray();
        var started = 0;
        var told = new List<string>();
        var run = new ConformanceRun(hosts, async (setup, cancellation) =>
        {
            // The first host waits until the second is done.
            if (Interlocked.Increment(ref started) == 1)
                await second.Task.WaitAsync(cancellation);
            else
                second.TrySetResult();
            return new FakeLab(setup);
        })
        { Parallel = 3 };
        await run.RunAsync(result => told.Add(result.Host.Title), CancellationToken.None);

        Assert.That(told, Is.EqualTo(hosts.SelectMany(host => Enumerable.Repeat(host.Title, 3))));
        Assert.That(run.Flows, Is.EqualTo(run.FlowsInAll));
    }

    [Test]
    public void An_interrupted_run_takes_its_labs_down()
    {
        using var stop = new CancellationTokenSource();
        var log = new List<string>();
        var hosts = ImmutableArray.Create(
            Case("one", new Variation("plain", [], [.. Enumerable.Repeat(Flows[0], 10_000)])));
        var run = new ConformanceRun(hosts, (setup, _) => Task.FromResult<ILab>(new FakeLab(setup) { Log = log }));

        Assert.That(
            async () => await run.RunAsync(_ => stop.Cancel(), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(log, Is.EqualTo(new[] { "down" }));
    }

    [Test]
    public async Task A_lab_that_keeps_failing_is_asked_only_a_few_times()
    {
        var asked = 0;
        var (findings, _) = await RunAsync(
            setup =>
                new(setup) { See = (_, _, _) => ++asked > 0 ? throw new HooktrailException("the lab is gone") : null! },
            Case("one", new Variation("plain", [], [.. Enumerable.Repeat(Flows[0], 50)])));

        Assert.That(asked, Is.EqualTo(3));
        Assert.That(findings.Total[LegVerdict.Inconclusive], Is.EqualTo(100));
    }

    [Test]
    public async Task A_flow_to_an_endpoint_that_the_lab_lacks_is_not_applicable()
    {
        var (findings, _) = await RunAsync(setup => new(setup) { Endpoints = [Client, Server, Host] });

        Assert.That(findings.Reasons.Keys, Is.EqualTo(new[] { (LegVerdict.Skipped, "The lab has no endpoint wan.") }));
    }

    [Test]
    public async Task Only_where_nobody_can_answer_does_the_lab_not_wait_long()
    {
        var patience = new Dictionary<Protocol, TimeSpan>();
        await RunAsync(
            setup => new(setup)
            {
                See = (profile, flow, sending) =>
                {
                    patience[flow.Protocol] = sending.Patience;
                    return FakeLab.Foretold(profile, flow, sending.Packets);
                },
            },
            Case(
                "one",
                new Variation("plain", [], [new(Client, Server, Protocol.Udp), new(Client, Stranger, Protocol.Tcp)])));

        Assert.That(patience[Protocol.Tcp], Is.LessThan(TimeSpan.FromMilliseconds(100)));
        Assert.That(patience[Protocol.Udp], Is.GreaterThan(TimeSpan.FromMilliseconds(100)));
    }

    [Test]
    public void An_observer_that_the_lab_does_not_have_is_said_at_once()
    {
        var run = new ConformanceRun(
            [Case("one", new Variation("plain", [], Flows))], (setup, _) => Task.FromResult<ILab>(new FakeLab(setup)))
        {
            Observers = Observers.Both,
        };

        Assert.That(
            async () => await run.RunAsync(_ => { }, CancellationToken.None),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("LOG cannot observe the namespace lab"));
    }

    [Test]
    public async Task Every_leg_is_in_trails_json_with_the_host_that_it_was_on()
    {
        using var stream = new MemoryStream();
        var findings = new Findings();
        var run = new ConformanceRun(
            [
                Case("one", new Variation("plain", [], Flows), new Variation(
                    "hairpin", [new HostChange.Turn(Switch.Parse("hairpin"), true)], Flows))
            ],
            (setup, _) => Task.FromResult<ILab>(new FakeLab(setup)));
        using (var recorder = new Recorder(stream, findings, mutants: null))
            await run.RunAsync(recorder.Take, CancellationToken.None);
        stream.Position = 0;
        var file = TrailsJson.Read(stream, "trails.json");

        Assert.That(file.Legs, Has.Length.EqualTo(findings.Total.All));
        Assert.That(file.Legs.Take(10).Select(leg => leg.HostProfile), Has.All.Null);
        Assert.That(
            file.Legs.Skip(10).Select(leg => leg.HostProfile),
            Has.All.EqualTo(HostProfile.Default with { Hairpin = true }));
        Assert.That(
            file.Legs.Select(leg => leg.Scenario!.Scenario).Distinct(), Is.EqualTo(new[] { "plain", "hairpin" }));
    }

    [Test]
    public async Task A_run_of_the_model_against_itself_kills_mutants()
    {
        var (findings, mutants) = (new Findings(), new Mutants());
        var run = new ConformanceRun(
            [Case("one", new Variation("plain", [], Flows))], (setup, _) => Task.FromResult<ILab>(new FakeLab(setup)));
        using (var recorder = new Recorder(Stream.Null, findings, mutants))
            await run.RunAsync(recorder.Take, CancellationToken.None);

        Assert.That(mutants.Fates.Count(fate => fate.Value is not null), Is.GreaterThan(30));
    }

    private static HostCase Case(string title, params ImmutableArray<Variation> variations) =>
        new(title, NamespaceSetup.Default, variations);

    private static Finding WithoutFirstHop(Finding.Observed all) =>
        new Finding.Observed(all.Legs.SetItem(
            0, all.Legs[0] with { Trail = all.Legs[0].Trail with { Hops = all.Legs[0].Trail.Hops.RemoveAt(0) } }));

    private static async Task<(Findings Findings, ConformanceRun Run)> RunAsync(
        Func<NamespaceSetup, FakeLab> lab, HostCase? host = null)
    {
        var findings = new Findings();
        var run = new ConformanceRun(
            [host ?? Case("one", new Variation("plain", [], Flows))], (setup, _) => Task.FromResult<ILab>(lab(setup)));
        await run.RunAsync(findings.Add, CancellationToken.None);
        return (findings, run);
    }
}
