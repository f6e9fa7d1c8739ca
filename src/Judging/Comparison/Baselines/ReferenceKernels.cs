namespace Hooktrail.Judging.Comparison.Baselines;

/// <summary>The runs of many kernels, by backend of iptables, from the oldest kernel to the newest.</summary>
public sealed record ReferenceKernels(ImmutableArray<ComparedRun> Runs)
{
    public static ReferenceKernels Of(IEnumerable<ComparedRun> runs) =>
        new([.. runs.OrderBy(run => run.Trails.HostProfile.Iptables)
            .ThenBy(run => run.Trails.HostProfile.Kernel)
            .ThenBy(run => run.Label, StringComparer.Ordinal)]);

    public IEnumerable<IGrouping<Backend, ComparedRun>> ByBackend =>
        Runs.GroupBy(run => run.Trails.HostProfile.Iptables);

    /// <summary>The full release that the host reported; the version number if that was not kept.</summary>
    public static string Release(ComparedRun run) => Fact(run, "kernel") ?? run.Trails.HostProfile.Kernel.ToString();

    public static string? Fact(ComparedRun run, string name) =>
        run.Trails.Facts.FirstOrDefault(fact => fact.Name == name)?.Value;
}
