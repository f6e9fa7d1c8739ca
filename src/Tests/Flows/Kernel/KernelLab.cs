using System.Text;
using Hooktrail.Judging;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>A namespace lab, and all differences between the model and its kernel.</summary>
internal sealed class KernelLab(NamespaceLab lab) : IAsyncDisposable
{
    private readonly StringBuilder _report = new();
    private readonly List<string> _others = [];
    private readonly HostProfile _asLent = lab.Profile;
    private bool _hasAgreed;

    public HostProfile Profile => lab.Profile;

    public int Legs { get; private set; }

    /// <summary>Takes the lab, as it was, for the next test; null: it ends with this test.</summary>
    public Action? GiveBack { get; init; }

    /// <inheritdoc cref="WithoutRedirectsAsync"/>
    public static async Task<KernelLab> StartAsync(NamespaceSetup setup) => new(await WithoutRedirectsAsync(setup));

    /// <summary>
    /// Starts a lab whose host sends no redirects: whether it does depends on earlier ones, and when (net/ipv4/route.c,
    /// <c>ip_rt_send_redirect</c>).
    /// </summary>
    public static async Task<NamespaceLab> WithoutRedirectsAsync(NamespaceSetup setup)
    {
        var started = await Live.StartAsync(setup);
        await new KernelLab(started).TurnAsync(false, "send_redirects");
        return started;
    }

    /// <summary>Turns switches for the rest of the lab's life.</summary>
    public async Task TurnAsync(bool on, params string[] names)
    {
        foreach (var one in names.Select(Switch.Parse).Where(one => one.Read(lab.Profile) != on))
            await lab.ChangeAsync(new HostChange.Turn(one, on));
    }

    public Task<IAsyncDisposable> ChangeAsync(HostChange change) => lab.ChangeAsync(change);

    /// <summary>Runs a script on the host, and reads its rules again; what the script printed.</summary>
    public async Task<IReadOnlyList<string>> LoadAsync(string what, string script)
    {
        var said = await lab.Host.RunAsync(what, script);
        await lab.ReadAsync();
        return said;
    }

    public Task<IAsyncDisposable> RuleAsync(string command) => lab.ChangeAsync(new HostChange.Rule(command));

    /// <summary>Compares each leg; <paramref name="between"/> runs between the first two requests.</summary>
    public async Task CheckAsync(Flow flow, int packets = 1, Func<Task>? between = null, string about = "")
    {
        var before = lab.Profile;
        // Where nothing is to come back, the wait is short: an end that got something has answered before its station
        // is asked.
        var patience = TimeSpan.FromMilliseconds(
            between is null && !Prediction.Legs(before, flow, packets).AreAnswered(flow) ? 30 : 500);
        var seen = await lab.SendAsync(flow, new() { Packets = packets, Patience = patience, Between = between });
        var profiles = Enumerable.Range(0, packets).Select(number => number == 0 ? before : lab.Profile);
        Compare(about, flow, Prediction.Forecast([.. profiles], flow), seen);
    }

    /// <summary>One flow after the other; of all but TCP two packets each.</summary>
    public async Task CheckAllAsync(IEnumerable<Flow> flows, string about = "")
    {
        foreach (var flow in flows)
            await CheckAsync(flow, flow.Protocol is Protocol.Icmp or Protocol.Udp
                && !flow.IsBroadcast
                && flow.Encapsulation == Encapsulation.None ? 2 : 1, null, about);
    }

    /// <summary>At least so many legs were compared, and none differed.</summary>
    public void AssertAgreed(int legs)
    {
        Assert.That(_report.ToString(), Is.Empty);
        Assert.That(Legs, Is.GreaterThanOrEqualTo(legs));
        _hasAgreed = true;
    }

    /// <summary>As <see cref="AssertAgreed"/>, and each leg was predicted and proven.</summary>
    public void AssertAllAgreed(int legs)
    {
        AssertAgreed(legs);
        Assert.That(_others, Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        // Where every change was taken back, the profile is the very one from before (ChangingHost).
        if (GiveBack is { } giveBack && _hasAgreed && ReferenceEquals(lab.Profile, _asLent))
            giveBack();
        else
            await lab.DisposeAsync();
    }

    private void Compare(string about, Flow flow, Forecast forecast, Seen observation)
    {
        if (observation.Finding is not Finding.Observed(var legs))
        {
            _report.AppendLine(
                CultureInfo.InvariantCulture,
                $"{about}{flow}: {observation.Finding}, predicted {string.Join(", ", forecast.Legs.Select(leg => $"{leg.Leg} {leg.Trail.Outcome}"))}");
            return;
        }

        var seen = legs.Select(leg => new LegRecord(flow, leg.Leg, null, leg.Trail));
        var proven = Unproven.In(observation.Profile, legs);
        foreach (var leg in FlowJudgement.Of(flow, forecast, [.. seen], isLogged: false, proven))
        {
            // What the model does not know to its end, or no record proves, is no agreement.
            Legs += leg.Verdict == LegVerdict.Agreed ? 1 : 0;
            if (leg.Verdict is not (LegVerdict.Agreed or LegVerdict.Disagreed))
                _others.Add($"{about}{flow}, {leg.Leg}: {leg.Verdict}, predicted {leg.Predicted?.Outcome}");
            if (leg.Verdict == LegVerdict.Disagreed)
                _report.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{about}{flow}, {leg.Leg}: {Difference(leg.Predicted, leg.Observed)}");
        }
    }

    private static string Difference(Trail? said, Trail? seen)
    {
        var same = seen is null || said is null
            ? 0
            : said.Hops.Zip(seen.Hops).TakeWhile(hops => hops.First == hops.Second).Count();
        return $"after {same} hops:\n  predicted {Shown(said, same)}\n  observed  {Shown(seen, same)}";
    }

    // From where they part, a little way.
    private static string Shown(Trail? trail, int from) => trail is null
        ? "nothing"
        : string.Join(" | ", trail.Hops.Skip(from).Take(4).Select(hop =>
            $"{hop.Point} {hop.In}→{hop.Out} ({hop.PhysIn},{hop.PhysOut}) {hop.Source}→{hop.Destination}"))
            + $" … {trail.Outcome}";
}
