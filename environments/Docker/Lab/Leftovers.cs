using Hooktrail.Docker.Engine;

namespace Hooktrail.Docker.Lab;

/// <summary>What dead runs left, found by label in the Engine and by journal in the kernel.</summary>
/// <remarks>
/// <para>
/// A run is alive while it holds its session: while its process can write to the standard input of its probe. That connection to the Engine
/// ends with the process, on any machine; on the Engine's host it is a pipe, and the kernel knows if it has a writer. A container alone
/// proves nothing. A probe that runs without a writer is giving the host back, so we wait for it. A probe that does not run holds no
/// session: its run has died, or is about to start it. We remove it without force, which the Engine refuses once it runs; a run that loses
/// its probe this way has nothing else yet and begins again (<see cref="RunSession"/>).
/// </para>
/// <para>
/// The Engine finishes what it was asked though the process that asked has died. So a look is repeated until one finds nothing. A container
/// that was on its way was asked for before the probe that looks, which was created and started meanwhile. A network can take longer, while
/// Docker waits for its turn at the host's rules. But the Engine makes one network at a time (moby, drivers/bridge, configNetwork): so when it has made
/// one more, those of the dead are made. The journal of a run comes last, because Docker turns IPv6 forwarding on for a network.
/// </para>
/// </remarks>
public static class Leftovers
{
    // A probe that gives the host back waits for others that do, and takes a second itself.
    private static TimeSpan GivingBack => Allowance.For(TimeSpan.FromSeconds(60));

    // Killing and removing a container, or making a network, takes well under a second.
    private static TimeSpan Removal => Allowance.For(TimeSpan.FromSeconds(30));

    /// <exception cref="HooktrailException">The Engine or the image is missing, or something does not go away.</exception>
    public static async Task<Cleaning> RemoveAsync(ContainerEngine engine, string image, CancellationToken cancellation = default)
    {
        await using var probe = await Probe.StartAsync(engine, image, cancellation).ConfigureAwait(false);
        return await RemoveAsync(engine, probe, cancellation).ConfigureAwait(false);
    }

    /// <summary>The devices of Docker labs, dead or alive: a stopped Engine leaves its bridges.</summary>
    public static ImmutableArray<string> Among(IEnumerable<string> devices) =>
        [.. devices.Where(LabAddresses.IsDevice).Order(StringComparer.Ordinal)];

    /// <summary>Of a run, dead or alive.</summary>
    public static Task<ImmutableArray<string>> InEngineAsync(ContainerEngine engine, string run, CancellationToken cancellation = default) =>
        InEngineAsync(engine, RunLabels.Run, run, cancellation);

    internal static async Task<ImmutableArray<string>> InEngineAsync(
        ContainerEngine engine, string label, string value, CancellationToken cancellation) =>
    [
        .. (await engine.FindContainersAsync(label, value, cancellation).ConfigureAwait(false)).Select(container => container.Name),
        .. (await engine.FindNetworksAsync(label, value, cancellation).ConfigureAwait(false)).Select(network => network.Name),
    ];

    internal static async Task<Cleaning> RemoveAsync(ContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        var removed = new HashSet<string>();
        var settled = new HashSet<string>();
        while (true)
        {
            var left = await LookAsync(engine, probe, cancellation).ConfigureAwait(false);
            if (left.IsEmpty)
                return new([.. removed], left.Alive);

            var asking = left.Asking.Except(settled);
            var outlasting = asking.IsEmpty ? Task.CompletedTask : OutlastAsync(engine, probe, cancellation);
            var ends = left.Containers.Select(found => EndAsync(engine, found, cancellation)).ToList();
            await Task.WhenAll([outlasting, .. ends]).ConfigureAwait(false);
            removed.UnionWith(ends.Select(end => end.Result).OfType<string>());
            await Task.WhenAll(left.Networks.Select(network => engine.RemoveNetworkAsync(network.Id, cancellation))).ConfigureAwait(false);
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
        // What there is, before who is alive: a run that begins meanwhile has its probe before anything else.
        var (journals, asking) = await probe.Journal.ListAsync(cancellation).ConfigureAwait(false);
        var networks = await engine.FindNetworksAsync(RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var containers = await engine.FindContainersAsync(RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var sessions = new List<Found>();
        foreach (var session in containers.Where(container => container.Labels.ContainsKey(RunLabels.Probe) && RunOf(container) != probe.Run.ToString()))
            sessions.Add(new(session, await engine.FindProcessAsync(session.Id, cancellation).ConfigureAwait(false), IsSession: true));
        var processes = sessions.Select(session => session.Process).OfType<int>().ToList();
        var ended = processes.Count == 0 ? [] : await probe.EndedAsync(processes, cancellation).ConfigureAwait(false);
        var others = sessions.Where(session => session.Process is { } process && !ended.Contains(process)).Select(session => session.Container).ToList();
        var alive = others.Select(RunOf).Append(probe.Run.ToString()).ToHashSet();

        journals = journals.Except(alive);
        // A run may have been about to end in good order.
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
            [.. others.Select(session => $"{RunOf(session)} (process {session.Labels.GetValueOrDefault(RunLabels.Owner, "unknown")})")]);
    }

    // Returns when the Engine has made every network that it was asked for before.
    private static async Task OutlastAsync(ContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        // So that this network, too, is outlasted by who cleans up after this run.
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

    // Gives what is gone then; null where it turns out to be alive.
    private static async Task<string?> EndAsync(ContainerEngine engine, Found found, CancellationToken cancellation)
    {
        var (container, process, isSession) = found;
        if (isSession && process is null)
        {
            await engine.RemoveUnlessRunningAsync(container.Id, cancellation).ConfigureAwait(false);
            if (await engine.FindProcessAsync(container.Id, cancellation).ConfigureAwait(false) is not null)
                return null; // its run has started it
        }
        else if (!isSession || !await IsInTimeAsync(GivingBack, limit => engine.WhenRemovedAsync(container.Id, limit), cancellation).ConfigureAwait(false))
        {
            // What a probe has not given back by then is in the journal still.
            await engine.RemoveContainerAsync(container.Id, cancellation).ConfigureAwait(false);
        }

        if (!await IsInTimeAsync(Removal, limit => engine.WhenRemovedAsync(container.Id, limit), cancellation).ConfigureAwait(false))
            throw new HooktrailException(
                $"The container {container.Name} of the dead run {RunOf(container)} was not removed within {Removal.TotalSeconds:0} seconds: "
                + $"check the Docker Engine's log, remove the container with docker rm -f {container.Name}, and run ./specs clean again.");
        return $"the container {container.Name}";
    }

    private static async Task<bool> IsInTimeAsync(TimeSpan time, Func<CancellationToken, Task> wait, CancellationToken cancellation)
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

    /// <summary>The process is null where it does not run; a session proves that the run is alive.</summary>
    private sealed record Found(LabelledResource Container, int? Process, bool IsSession);

    /// <summary>What dead runs left. Those in Asking died while they asked the Engine for networks.</summary>
    private sealed record Left(
        ImmutableArray<Found> Containers,
        ImmutableArray<LabelledResource> Networks,
        ImmutableHashSet<string> Journals,
        ImmutableHashSet<string> Asking,
        ImmutableArray<string> Alive)
    {
        public bool IsInKernelAlone => Containers.IsEmpty && Networks.IsEmpty;

        public bool IsEmpty => IsInKernelAlone && Journals.IsEmpty;
    }
}
