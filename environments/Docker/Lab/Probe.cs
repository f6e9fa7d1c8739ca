using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// A run's session in the host's network namespace: a container that lives while the run's process holds its standard
/// input. When the input ends, the container restores what the run changed.
/// </summary>
internal sealed class Probe : IAsyncDisposable
{
    private Probe(RunId run, Shell shell)
    {
        (Run, Shell) = (run, shell);
        Journal = new(run, shell);
        Tools = new(shell);
        Taps = new(run, shell, Tools);
        Wiring = new(run, shell);
    }

    public RunId Run { get; }

    public Shell Shell { get; }

    public RunJournal Journal { get; }

    public HostTools Tools { get; }

    public LogTaps Taps { get; }

    public LabWiring Wiring { get; }

    /// <summary>Begins a run; changes nothing on the host yet.</summary>
    public static Task<Probe> StartAsync(ContainerEngine engine, string image, CancellationToken cancellation) =>
        RunSession.StartAsync(run => StartAsync(engine, run, image, cancellation));

    private static async Task<Probe> StartAsync(
        ContainerEngine engine, RunId run, string image, CancellationToken cancellation)
    {
        try
        {
            return await StartAsync(engine, run, Containers.Probe(run, image, sharesLock: true), cancellation)
                .ConfigureAwait(false);
        }
        catch (NoSuchHostPathException)
        {
            // No legacy tool has run on this host, so Docker uses none either.
            return await StartAsync(engine, run, Containers.Probe(run, image), cancellation).ConfigureAwait(false);
        }
    }

    internal static async Task<Probe> StartAsync(
        ContainerEngine engine, RunId run, ContainerSpec spec, CancellationToken cancellation)
    {
        var probe = new Probe(run, new Shell(await engine.StartAsync(spec, cancellation).ConfigureAwait(false)));
        try
        {
            // The first process of a namespace has the number 1.
            if (await probe.Shell.RunAsync("read its process number", "echo $$", cancellation).ConfigureAwait(false) is ["1"])
                throw new HooktrailException(
                    "The lab's probe does not see the host's processes, although it was started with --pid host; the runtime crun 1.28 ignores that under Docker 29: start dockerd with --default-runtime runc.");
            return probe;
        }
        catch
        {
            await probe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The processes that have ended, or whose standard input has no writer.</summary>
    public async Task<ImmutableHashSet<int>> EndedAsync(IEnumerable<int> processes, CancellationToken cancellation)
    {
        var ended = await Shell.RunAsync(
            "look who is alive", $"hooktrail-ended {string.Join(' ', processes)}", cancellation).ConfigureAwait(false);
        return [.. ended.Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    /// <summary>
    /// Settings, rules and sockets on published ports, without Hooktrail's own rules; <paramref name="holds"/>: this run
    /// holds the switches.
    /// </summary>
    public async Task<HostProfile> ProfileAsync(
        LabMap names, LabAddresses addresses, bool holds, RegistrationHistory history, CancellationToken cancellation)
    {
        var backend = await Tools.IptablesAsync(cancellation).ConfigureAwait(false);
        var ebtables = await Tools.EbtablesAsync(cancellation).ConfigureAwait(false);
        var devices = addresses.Networks.Add(LabNames.WanNic);
        var lines = await Shell.RunAsync(
            "read the host's settings and rules",
            $"""
            {(holds ? "" : HostSnapshot.WhileNoneTurns)}
            {PortSockets.Script(addresses.Ports.Keys)}
            {HostScript.Of(backend, addresses, devices, "/host/net", ebtables)}
            """,
            cancellation).ConfigureAwait(false);
        var (sockets, others) = PortSockets.Parse(lines, addresses.Ports);
        return HostReading.Parse(others, names, backend, ebtables, history) with
        {
            UserlandProxy = sockets.HasProxy,
            Sockets = sockets.All,
        };
    }

    public async Task<HostFacts> FactsAsync(string engine, CancellationToken cancellation) => HostFacts.Parse(
        await Shell.RunAsync(
            "read the facts of the host", HostFacts.Script("/host/net"), cancellation).ConfigureAwait(false),
        new Fact("lab", "Docker"), new Fact("docker", engine));

    public async Task<HostSnapshot> SnapshotAsync(CancellationToken cancellation) =>
        new([.. await Shell.RunAsync(
            "take a snapshot of the host", HostSnapshot.Script, cancellation).ConfigureAwait(false)]);

    /// <summary>Ends the session; the container then restores what the run changed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Journal.SettleAtEndAsync().ConfigureAwait(false);
        await Shell.DisposeAsync().ConfigureAwait(false);
        await Taps.EndAsync().ConfigureAwait(false);
    }
}
