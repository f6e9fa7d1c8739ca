using System.Threading.Channels;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Records;

namespace Hooktrail.Conformance;

/// <summary>
/// Runs the matrix: several hosts in parallel, and the flows of each host one after the other. Results come in the
/// order of the matrix, and memory holds only some flows of each running host.
/// </summary>
public sealed class ConformanceRun(
    ImmutableArray<HostCase> hosts, Func<NamespaceSetup, CancellationToken, Task<ILab>> start)
{
    // A host that is this many flows ahead of the last reported one waits.
    private const int Ahead = 800;

    // After this many failures in a row, the run gives a lab up.
    private const int Failures = 3;

    private const string MayRedirect =
        "The flow can trigger an ICMP redirect, and the kernel limits their rate (net/ipv4/route.c, ip_rt_send_redirect); the Docker lab does not turn redirects off.";

    private static readonly Switch SendRedirects = Switch.Parse("send_redirects");

    // Where no answer is due, a short wait is enough: the hooks still show every packet that comes.
    private static readonly TimeSpan Hopeless = TimeSpan.FromMilliseconds(20);

    private int _next;
    private int _flows;
    private int _legs;

    public int Parallel { get; init; } = 3;

    /// <summary>Null for all observers of the lab.</summary>
    public Observers? Observers { get; init; }

    public int FlowsInAll { get; } = hosts.Sum(host => host.Variations.Sum(variation => variation.Flows.Length));

    public int Flows => _flows;

    public int Legs => _legs;

    /// <summary>The current host and variation, for a reader.</summary>
    public string Current { get; private set; } = "";

    /// <summary>Why the first failed host could not be started; null where all started.</summary>
    public HooktrailException? FirstFailure { get; private set; }

    /// <summary>Cancellation takes down the labs.</summary>
    public async Task RunAsync(Action<FlowResult> tell, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var results = hosts.Select(_ => Channel.CreateBounded<FlowResult>(
            new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true })).ToImmutableArray();
        var workers = Enumerable.Range(0, Math.Min(Parallel, hosts.Length))
            .Select(_ => Task.Run(() => WorkAsync(results, stop.Token), CancellationToken.None))
            .ToList();
        try
        {
            foreach (var channel in results)
                await foreach (var result in channel.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
                    tell(result);
        }
        finally
        {
            // A host that is ahead would otherwise wait endlessly for a report that failed.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(workers).ConfigureAwait(false);
    }

    private async Task WorkAsync(ImmutableArray<Channel<FlowResult>> results, CancellationToken cancellation)
    {
        while (Interlocked.Increment(ref _next) - 1 is var index && index < hosts.Length)
        {
            try
            {
                await RunAsync(hosts[index], results[index].Writer, cancellation).ConfigureAwait(false);
                results[index].Writer.Complete();
            }
            catch (Exception wrong)
            {
                results[index].Writer.Complete(wrong);
                throw;
            }
        }
    }

    private async Task RunAsync(HostCase host, ChannelWriter<FlowResult> results, CancellationToken cancellation)
    {
        if (host.Impossible is { } reason)
        {
            await SkipAsync(host, results, $"This host cannot be built: {reason}.", cancellation).ConfigureAwait(false);
            return;
        }

        ILab lab;
        try
        {
            Current = host.Title;
            lab = await start(host.Setup, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException wrong)
        {
            FirstFailure ??= wrong;
            await SkipAsync(host, results, wrong.Message, cancellation).ConfigureAwait(false);
            return;
        }

        await using (lab.ConfigureAwait(false))
        {
            ObserverChoice.Check(lab.Kind, Observers);
            foreach (var variation in host.Variations)
                await RunAsync(lab, host, variation, results, cancellation).ConfigureAwait(false);
        }
    }

    private async Task SkipAsync(
        HostCase host, ChannelWriter<FlowResult> results, string reason, CancellationToken cancellation)
    {
        foreach (var variation in host.Variations)
            await UntoldAsync(
                host, variation, variation.Sketch(host.Sketch), results,
                LegVerdict.Skipped, reason, cancellation).ConfigureAwait(false);
    }

    private async Task RunAsync(
        ILab lab, HostCase host, Variation variation, ChannelWriter<FlowResult> results, CancellationToken cancellation)
    {
        var made = new Stack<IAsyncDisposable>();
        try
        {
            if (variation.IsQuiet && await QuietenAsync(lab, cancellation).ConfigureAwait(false) is { } quiet)
                made.Push(quiet);
            foreach (var change in variation.Changes)
                made.Push(await lab.ChangeAsync(change, cancellation).ConfigureAwait(false));
            Current = $"{host.Title}: {variation.Title}";
            await SendAsync(lab, host, variation, results, cancellation).ConfigureAwait(false);
        }
        catch (CannotChangeException cannot)
        {
            await UntoldAsync(
                host, variation, variation.Sketch(lab.Profile), results,
                LegVerdict.Skipped, cannot.Message, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException refused)
        {
            var (verdict, reason) = variation.Needs is { } needs
                ? (LegVerdict.Skipped, $"This host lacks {needs}.")
                : (LegVerdict.Inconclusive, refused.Message);
            await UntoldAsync(
                host, variation, variation.Sketch(lab.Profile), results,
                verdict, reason, cancellation).ConfigureAwait(false);
        }
        finally
        {
            while (made.TryPop(out var change))
                await change.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A lab on a user's host must not change this; flows that would draw a redirect are then left out one by one.
    private static async Task<IAsyncDisposable?> QuietenAsync(ILab lab, CancellationToken cancellation)
    {
        try
        {
            return await lab.ChangeAsync(new HostChange.Turn(SendRedirects, false), cancellation).ConfigureAwait(false);
        }
        catch (CannotChangeException)
        {
            return null;
        }
    }

    private async Task SendAsync(
        ILab lab, HostCase host, Variation variation, ChannelWriter<FlowResult> results, CancellationToken cancellation)
    {
        HostProfile? basis = null, quiet = null;
        var failures = 0;
        foreach (var flow in variation.Flows)
        {
            cancellation.ThrowIfCancellationRequested();
            var profile = lab.Profile;
            if (!ReferenceEquals(profile, basis))
                (basis, quiet) = (profile, variation.IsQuiet && profile.SendRedirects
                    ? profile with { SendRedirects = false }
                    : null);
            var forecast = Prediction.Forecast(profile, flow, variation.PacketsOf(flow));
            FlowResult result;
            if (!lab.Endpoints.Contains(flow.From) || !flow.IsBroadcast && !lab.Endpoints.Contains(flow.To))
                result = FlowResult.Untold(
                    host, variation, profile, flow, forecast, LegVerdict.Skipped,
                    $"The lab has no endpoint {(lab.Endpoints.Contains(flow.From) ? flow.To : flow.From)}.");
            else if (quiet is not null
                && Prediction.Legs(quiet, flow, variation.PacketsOf(flow)).Length != forecast.Legs.Length)
                result = FlowResult.Untold(host, variation, profile, flow, forecast, LegVerdict.Skipped, MayRedirect);
            else if (failures == Failures)
                result = FlowResult.Untold(
                    host, variation, profile, flow, forecast, LegVerdict.Inconclusive, "The lab had already failed.");
            else
                try
                {
                    var seen = await lab.SendAsync(
                        flow,
                        Sending.Once with
                        {
                            Packets = variation.PacketsOf(flow),
                            Observers = Observers,
                            Patience = forecast.Legs.AreAnswered(flow) ? Sending.Ample : Hopeless
                        },
                        cancellation).ConfigureAwait(false);
                    // The host was read again because an earlier change had been undone.
                    if (!ReferenceEquals(seen.Profile, profile))
                        forecast = Prediction.Forecast(seen.Profile, flow, variation.PacketsOf(flow));
                    result = FlowResult.Of(host, variation, seen.Profile, flow, forecast, seen);
                    failures = 0;
                }
                catch (CannotSendException cannot)
                {
                    result = FlowResult.Untold(
                        host, variation, profile, flow, forecast, LegVerdict.Skipped, cannot.Message);
                }
                catch (HooktrailException wrong)
                {
                    failures++;
                    result = FlowResult.Untold(
                        host, variation, profile, flow, forecast, LegVerdict.Inconclusive, wrong.Message);
                }

            Interlocked.Increment(ref _flows);
            Interlocked.Add(ref _legs, result.Legs.Count(leg => leg.Verdict != LegVerdict.Skipped));
            await results.WriteAsync(result, cancellation).ConfigureAwait(false);
        }
    }

    private async Task UntoldAsync(
        HostCase host, Variation variation, HostProfile profile, ChannelWriter<FlowResult> results, LegVerdict verdict,
        string reason, CancellationToken cancellation)
    {
        foreach (var flow in variation.Flows)
        {
            Interlocked.Increment(ref _flows);
            await results.WriteAsync(
                FlowResult.Untold(
                    host, variation, profile, flow,
                    Prediction.Forecast(profile, flow, variation.PacketsOf(flow)), verdict, reason),
                cancellation).ConfigureAwait(false);
        }
    }
}
