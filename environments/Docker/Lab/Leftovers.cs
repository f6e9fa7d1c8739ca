using System.Collections.Immutable;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// What runs that died left behind. Their probes undo almost all of it by themselves; the rest is found by label in the Engine and by
/// journal in the kernel. A run that is alive, because its probe is, is left alone.
/// </summary>
public static class Leftovers
{
    /// <summary>Removes what dead runs left, with a probe of its own; returns a line for each thing that was removed.</summary>
    /// <exception cref="HooktrailException">The Engine or the image is missing.</exception>
    public static async Task<ImmutableArray<string>> RemoveAsync(
        IContainerEngine engine, string image, CancellationToken cancellation = default)
    {
        await using var probe = await Probe.StartAsync(engine, RunId.New(), image, cancellation).ConfigureAwait(false);
        return await RemoveAsync(engine, probe, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Which of the host's devices are of a Docker lab, dead or alive. Who can ask no Engine sees by them that there has been a run: an Engine that is
    /// stopped leaves its bridges.
    /// </summary>
    /// <param name="devices">The names of the host's devices.</param>
    public static ImmutableArray<string> Among(IEnumerable<string> devices) =>
        [.. devices.Where(LabAddresses.IsDevice).Order(StringComparer.Ordinal)];

    /// <summary>The names of what the Engine has of a run, dead or alive.</summary>
    public static async Task<ImmutableArray<string>> InEngineAsync(
        IContainerEngine engine, string run, CancellationToken cancellation = default) =>
    [
        .. (await engine.FindContainersAsync(RunLabels.Run, run, cancellation).ConfigureAwait(false)).Select(container => container.Name),
        .. (await engine.FindNetworksAsync(RunLabels.Run, run, cancellation).ConfigureAwait(false)).Select(network => network.Name),
    ];

    /// <summary>Waits until the containers of a run whose process has died have ended and are gone.</summary>
    public static async Task WhenGoneAsync(IContainerEngine engine, string run, CancellationToken cancellation = default)
    {
        foreach (var container in await engine.FindContainersAsync(RunLabels.Run, run, cancellation).ConfigureAwait(false))
            await engine.WhenRemovedAsync(container.Id, cancellation).ConfigureAwait(false);
    }

    internal static async Task<ImmutableArray<string>> RemoveAsync(
        IContainerEngine engine, Probe probe, CancellationToken cancellation)
    {
        var removed = ImmutableArray.CreateBuilder<string>();

        // What there is, before who is alive: a run that begins meanwhile has its probe before anything else.
        var journals = await probe.JournalsAsync(cancellation).ConfigureAwait(false);
        var containers = await engine.FindContainersAsync(RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var networks = await engine.FindNetworksAsync(RunLabels.Run, cancellationToken: cancellation).ConfigureAwait(false);
        var alive = (await engine.FindContainersAsync(RunLabels.Probe, cancellationToken: cancellation).ConfigureAwait(false))
            .Select(RunOf)
            .ToHashSet();

        foreach (var run in journals.Where(run => !alive.Contains(run)))
        {
            await probe.LeaveForAsync(run, cancellation).ConfigureAwait(false);
            removed.Add($"the rules, settings and link of run {run}");
        }
        foreach (var container in containers.Where(container => !alive.Contains(RunOf(container))))
        {
            await engine.RemoveContainerAsync(container.Id, cancellation).ConfigureAwait(false);
            removed.Add($"the container {container.Name}");
        }
        foreach (var network in networks.Where(network => !alive.Contains(RunOf(network))))
        {
            await engine.RemoveNetworkAsync(network.Id, cancellation).ConfigureAwait(false);
            removed.Add($"the network {network.Name}");
        }
        return removed.ToImmutable();
    }

    private static string RunOf(LabelledResource resource) => resource.Labels[RunLabels.Run];
}
