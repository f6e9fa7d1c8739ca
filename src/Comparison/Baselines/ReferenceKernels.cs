using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Comparison.Baselines;

/// <summary>The runs of many kernels: of each backend of iptables, from the oldest kernel to the newest.</summary>
/// <param name="Runs">The runs.</param>
public sealed record ReferenceKernels(ImmutableArray<ComparedRun> Runs)
{
    /// <summary>Sorts runs by backend and kernel.</summary>
    public static ReferenceKernels Of(IEnumerable<ComparedRun> runs) =>
        new([.. runs.OrderBy(run => run.Trails.HostProfile.Iptables).ThenBy(run => run.Trails.HostProfile.Kernel).ThenBy(run => run.Label, StringComparer.Ordinal)]);

    /// <summary>The runs of each backend.</summary>
    public IEnumerable<IGrouping<Backend, ComparedRun>> ByBackend => Runs.GroupBy(run => run.Trails.HostProfile.Iptables);

    /// <summary>The kernel's whole release, as it was read from the host; its number where that was not kept.</summary>
    public static string Release(ComparedRun run) => Fact(run, "kernel") ?? run.Trails.HostProfile.Kernel.ToString();

    /// <summary>Something that was measured of a run's host; null where it was not.</summary>
    public static string? Fact(ComparedRun run, string name) => run.Trails.Facts.FirstOrDefault(fact => fact.Name == name)?.Value;
}
