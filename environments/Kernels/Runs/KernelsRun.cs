using System.Diagnostics;
using Hooktrail.Kernels.Machine;
using Hooktrail.Records;

namespace Hooktrail.Kernels.Runs;

/// <summary>
/// Runs the features on kernels, each with each userland and backend in a separate guest, some in parallel. A guest's
/// failure does not affect the others.
/// </summary>
public sealed class KernelsRun
{
    /// <summary>The files that an earlier run may have left in a guest's folder.</summary>
    private static readonly string[] Written =
        [
            "trails.json", "summary.md", "messages.ndjson", "junit.xml", "report.html",
            "reqnroll.html", "counts.txt", RunFiles.EndedScenarios, "features.trx", "features.log", "console.log"
        ];

    private readonly Checkout _checkout;

    /// <param name="checkout">The checkout with the features, built, and the guests' disks.</param>
    public KernelsRun(Checkout checkout) => _checkout = checkout;

    public required ImmutableArray<Kernel> Kernels { get; init; }

    /// <summary>
    /// The userlands and backends that each kernel runs with. Private hosts have the tools of the lab's image and the
    /// backend that a scenario names, so they run only with the first of both.
    /// </summary>
    public required ImmutableArray<Userland> Userlands { get; init; }

    public required ImmutableArray<Backend> Backends { get; init; }

    /// <summary>A disk with programs of another Engine, and whether it writes its rules in nft's own tables.</summary>
    public string? Engine { get; init; }

    public bool HasNftablesEngine { get; init; }

    public required string Filter { get; init; }

    /// <summary>The number of guests at once.</summary>
    public required int Parallel { get; init; }

    /// <summary>The time limit for one guest, from its start to the last scenario's end.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>The folder that holds a folder for each guest.</summary>
    public required string Folder { get; init; }

    public required ImmutableDictionary<Kernel, Accelerator> Accelerators { get; init; }

    /// <summary>Receives one line at a time, from several threads.</summary>
    public required Action<string> Progress { get; init; }

    /// <summary>Twenty times what a boot takes on two idle processors without KVM.</summary>
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <summary>The results are in the order of kernels and backends.</summary>
    public async Task<ImmutableArray<KernelResult>> RunAsync(CancellationToken cancellation)
    {
        using var turns = new SemaphoreSlim(Parallel);
        // The slowest starts first, so that no guest runs by itself at the end.
        var results = await Task.WhenAll(from backend in Backends
                                         from userland in Userlands
                                         from kernel in Kernels
                                         select InTurnAsync(new(kernel, userland, backend))).ConfigureAwait(false);
        return [.. from kernel in Kernels from result in results where result.Guest.Kernel == kernel select result];

        async Task<KernelResult> InTurnAsync(GuestKind kind)
        {
            await turns.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await RunAsync(kind, cancellation).ConfigureAwait(false);
            }
            finally
            {
                turns.Release();
            }
        }
    }

    private async Task<KernelResult> RunAsync(GuestKind kind, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = new KernelResult(kind, Path.Combine(Folder, kind.Folder))
        {
            WithoutPrivateHosts = kind.Backend != Backends[0] || kind.Userland != Userlands[0],
        };
        Directory.CreateDirectory(result.Folder);
        // The results of an earlier run must not pass for this one's.
        foreach (var file in Written)
            File.Delete(Path.Combine(result.Folder, file));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            Progress($"{kind}: boots Linux {kind.Kernel.Title}");
            var machine = new GuestMachine(kind.Kernel, kind.Backend, _checkout.GuestDisk(kind.Userland))
            {
                Accelerator = Accelerators[kind.Kernel],
                Engine = Engine,
                HasNftablesEngine = HasNftablesEngine,
            };
            var (log, bootLimit) = (Path.Combine(result.Folder, "console.log"), BootLimit < Limit ? BootLimit : Limit);
            await using var guest = await Guest.BootAsync(machine, log, bootLimit, cancellation).ConfigureAwait(false);
            result = result with
            {
                BootedIn = guest.BootedIn,
                Release = guest.Release,
                Engine = guest.EngineVersion,
                Lacks = guest.Lacks,
            };
            Progress(string.Create(CultureInfo.InvariantCulture, $"{kind}: its Engine {guest.EngineVersion} answers at {guest.Endpoint} after {guest.BootedIn.TotalSeconds:0.0} s; running the features"));
            result = await RunFeaturesAsync(result, guest, machine, limit.Token).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
        catch (GuestLostException lost)
        {
            result = result with { Trouble = lost.Message };
        }

        result = result with { Took = clock.Elapsed };
        Progress($"{kind}: {KernelsText.Outcome(result)}");
        return result;
    }

    private async Task<KernelResult> RunFeaturesAsync(
        KernelResult result, Guest guest, GuestMachine machine, CancellationToken limit)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var features = new FeatureRun(_checkout, Filter, privateHosts: !result.WithoutPrivateHosts).RunAsync(
            guest, machine, result.Folder, until.Token);
        using (new Timer(
            _ => Progress($"{result.Guest}: {FeatureRun.Ended(result.Folder)} scenarios have ended"), null, Period, Period))
            await Task.WhenAny(features, guest.Lost).ConfigureAwait(false);
        if (!features.IsCompleted || features.IsCanceled)
        {
            await until.CancelAsync().ConfigureAwait(false);
            await features.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            var what = limit.IsCancellationRequested
                ? $"took longer than the {Limit.TotalMinutes:0.#} min of --time-limit and was ended"
                : await guest.Lost.ConfigureAwait(false);
            var ended = FeatureRun.Ended(result.Folder);
            var loss = await guest.LossAsync($"{what} after {ended} scenarios").ConfigureAwait(false);
            return result with { Counts = Counts.Of(result.Folder), Trouble = loss.Message };
        }

        var status = await features.ConfigureAwait(false);
        var counts = Counts.Of(result.Folder);
        return result with
        {
            Counts = counts,
            Trouble = counts is null || (status != 0 && counts.IsGood)
                ? $"The features did not finish; see {Path.Combine(result.Folder, "features.log")}."
                : null,
        };
    }
}
