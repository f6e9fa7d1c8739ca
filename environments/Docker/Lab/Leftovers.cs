using Hooktrail.Docker.Engine;

namespace Hooktrail.Docker.Lab;

/// <summary>What dead runs left; found by label in the Engine and by journal in the kernel.</summary>
/// <remarks>
/// <para>
/// A run is alive while it holds its session: while its process can write to the standard input of its probe. That
/// connection to the Engine ends with the process, on any machine. On the Engine's host it is a pipe, and the kernel
/// knows whether it has a writer. The existence of a container proves nothing. A probe that runs without a writer is
/// restoring the host, so the clean waits for it. A probe that does not run holds no session: either its run is dead,
/// or the run is about to start it. The clean removes it without force, which the Engine refuses once it runs. A run
/// that loses its probe this way has nothing else yet, and starts again (<see cref="RunSession"/>).
/// </para>
/// <para>
/// The Engine finishes a request even if the process that sent it is dead. So the clean looks again until a look finds
/// nothing. A container that was still being created had been requested before the probe that looks; the Engine creates
/// and starts that probe meanwhile. A network can take longer, while Docker waits to change the host's rules. But the
/// Engine creates or removes one network at a time (moby, drivers/bridge, configNetwork): after it has created one
/// more, those of dead runs exist. A network that the Engine is removing is in no list any more (moby,
/// libnetwork/network.go, inDelete), but its rules still name the bridge; the clean waits for it in the same way. The
/// journal of a run is removed last, because Docker turns IPv6 forwarding on for a network.
/// </para>
/// </remarks>
public static class Leftovers
{
    // A probe that restores the host waits for others that do so too, and takes a second itself.
    private static TimeSpan GivingBack => Allowance.For(TimeSpan.FromSeconds(60));

    // Killing and removing a container, or creating a network, takes well under a second.
    private static TimeSpan Removal => Allowance.For(TimeSpan.FromSeconds(30));

    /// <exception cref="HooktrailException">
    /// The Engine or the image is missing, or something cannot be removed.
    /// </exception>
    public static async Task<Cleaning> RemoveAsync(
        ContainerEngine engine, string image, CancellationToken cancellation = default)
    {
        await using var probe = await Probe.StartAsync(engine, image, cancellation).ConfigureAwait(false);
        return await RemoveAsync(engine, probe, cancellation).ConfigureAwait(false);
    }

    /// <summary>The devices of Docker labs, dead or alive: an Engine that was stopped leaves its bridges.</summary>
    public static ImmutableArray<string> Among(IEnumerable<string> devices) =>
        [.. devices.Where(LabAddresses.IsDevice).Order(StringComparer.Ordinal)];

    /// <summary>The names of one run's containers and networks, whether the run is dead or alive.</summary>
    public static Task<ImmutableArray<string>> InEngineAsync(
        ContainerEngine engine, string run, CancellationToken cancellation = default) =>
        InEngineAsync(engine, RunLabels.Run, run, cancellation);

    internal static async Task<ImmutableArray<string>> InEngineAsync(
        ContainerEngine engine, string label, string value, CancellationToken cancellation) =>
    [
        .. (await engine.FindContainersAsync(label, value, cancellation).ConfigureAwait(false)).Select(
            container => container.Name),
        .. (await engine.FindNetworksAsync(label, value, cancellation).ConfigureAwait(false)).Select(
            network => network.Name),
    ];

    internal static async Task<Cleaning> RemoveAsync(
        ContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        var removed = new HashSet<string>();
        var settled = new HashSet<string>();
        while (true)
        {
            var left = await LookAsync(engine, probe, cancellation).ConfigureAwait(false);
            var asking = left.Asking.Union(left.Removing).Except(settled);
            if (left.IsEmpty && asking.IsEmpty)
                return new([.. removed], left.Alive);

            var outlasting = asking.IsEmpty ? Task.CompletedTask : OutlastAsync(engine, probe, cancellation);
            var ends = left.Containers.Select(found => EndAsync(engine, found, cancellation)).ToList();
            await Task.WhenAll([outlasting, .. ends]).ConfigureAwait(false);
            removed.UnionWith(ends.Select(end => end.Result).OfType<string>());
            await Task.WhenAll(left.Networks.Select(
                network => engine.RemoveNetworkAsync(network.Id, cancellation))).ConfigureAwait(false);
            removed.UnionWith(left.Networks.Select(network => $"the network {network.Name}"));
            settled.UnionWith(asking);
            if (!left.IsInKernelAlone || !asking.IsEmpty)
                continue;
            foreach (var run in left.Journals)
            {
                await probe.Journal.LeaveForAsync(run, cancellation).ConfigureAwait(false);
                removed.Add($"the rules, settings and link of run {run}");
            }
        }
    }

    private static async Task<Left> LookAsync(ContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        // Lists the resources before the live runs: a run that begins meanwhile starts its probe before anything else.
        var (journals, asking) = await probe.Journal.ListAsync(cancellation).ConfigureAwait(false);
        var named = await probe.Wiring.NamedInRulesAsync(cancellation).ConfigureAwait(false);
        var networks = await engine.FindNetworksAsync(
            RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var containers = await engine.FindContainersAsync(
            RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var sessions = new List<Found>();
        foreach (var session in containers.Where(
            container => container.Labels.ContainsKey(RunLabels.Probe) && RunOf(container) != probe.Run.ToString()))
            sessions.Add(new(
                session,
                await engine.FindProcessAsync(session.Id, cancellation).ConfigureAwait(false),
                IsSession: true));
        var processes = sessions.Select(session => session.Process).OfType<int>().ToList();
        var ended = processes.Count == 0 ? [] : await probe.EndedAsync(processes, cancellation).ConfigureAwait(false);
        var others = sessions.Where(session => session.Process is { } process && !ended.Contains(process))
            .Select(session => session.Container)
            .ToList();
        var alive = others.Select(RunOf).Append(probe.Run.ToString()).ToHashSet();

        journals = journals.Except(alive);
        // Such a run may have been ending normally.
        if (journals.Count > 0)
            journals = journals.Intersect((await probe.Journal.ListAsync(cancellation).ConfigureAwait(false)).Runs);
        return new(
            [
                .. sessions.Where(session => !alive.Contains(RunOf(session.Container))),
                .. from container in containers
                   where !alive.Contains(RunOf(container)) && !container.Labels.ContainsKey(RunLabels.Probe)
                   select new Found(container, null, IsSession: false),
            ],
            [.. networks.Where(network => !alive.Contains(RunOf(network)))],
            journals,
            asking.Intersect(journals),
            named.Except(journals).Except(alive).Except(networks.Select(RunOf)),
            [
                .. others.Select(session =>
                    $"{RunOf(session)} (process {session.Labels.GetValueOrDefault(RunLabels.Owner, "unknown")})")
            ]);
    }

    // Returns when the Engine has created every network that was requested earlier.
    private static async Task OutlastAsync(ContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        // So that a clean-up after this run waits for this network too.
        await probe.Journal.BeginAsync(cancellation).ConfigureAwait(false);
        var subnets = await probe.Wiring.ChooseAsync(cancellation).ConfigureAwait(false);
        var network = await engine.CreateNetworkAsync(
            new()
            {
                Name = RunLabels.NameOf(probe.Run.ToString(), "last"),
                Subnets = [subnets.Of(LabNames.Networks[0], IpVersion.V4)],
                Internal = true,
                Labels = RunLabels.Of(probe.Run),
            },
            cancellation).ConfigureAwait(false);
        await engine.RemoveNetworkAsync(network.Id, cancellation).ConfigureAwait(false);
        await probe.Journal.SettleAsync().ConfigureAwait(false);
    }

    // Returns what was removed; null if the run turns out to be alive.
    private static async Task<string?> EndAsync(ContainerEngine engine, Found found, CancellationToken cancellation)
    {
        var (container, process, isSession) = found;
        if (isSession && process is null)
        {
            await engine.RemoveUnlessRunningAsync(container.Id, cancellation).ConfigureAwait(false);
            if (await engine.FindProcessAsync(container.Id, cancellation).ConfigureAwait(false) is not null)
                return null; // its run has started it
        }
        else if (!isSession || !await IsInTimeAsync(
            GivingBack, limit => engine.WhenRemovedAsync(container.Id, limit), cancellation).ConfigureAwait(false))
        {
            // What the probe has not restored by then is still in the journal.
            await engine.RemoveContainerAsync(container.Id, cancellation).ConfigureAwait(false);
        }

        if (!await IsInTimeAsync(
            Removal, limit => engine.WhenRemovedAsync(container.Id, limit), cancellation).ConfigureAwait(false))
            throw new HooktrailException(
                $"The container {container.Name} of the dead run {RunOf(container)} was not removed within {Removal.TotalSeconds:0} seconds: "
                + $"check the Docker Engine's log, remove the container with docker rm -f {container.Name}, and run ./specs clean again.");
        return $"the container {container.Name}";
    }

    private static async Task<bool> IsInTimeAsync(
        TimeSpan time, Func<CancellationToken, Task> wait, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        try
        {
            await wait(limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string RunOf(LabelledResource resource) => resource.Labels[RunLabels.Run];

    /// <summary>Process is null if the container does not run; a session proves that the run is alive.</summary>
    private sealed record Found(LabelledResource Container, int? Process, bool IsSession);

    /// <summary>
    /// What dead runs left. The runs in Asking died while they waited for the Engine to create networks; of those in
    /// Removing, the Engine is removing a network.
    /// </summary>
    private sealed record Left(
        ImmutableArray<Found> Containers,
        ImmutableArray<LabelledResource> Networks,
        ImmutableHashSet<string> Journals,
        ImmutableHashSet<string> Asking,
        ImmutableHashSet<string> Removing,
        ImmutableArray<string> Alive)
    {
        public bool IsInKernelAlone => Containers.IsEmpty && Networks.IsEmpty;

        public bool IsEmpty => IsInKernelAlone && Journals.IsEmpty;
    }
}
