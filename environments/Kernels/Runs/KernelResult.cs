using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Kernels.Runs;

/// <summary>What came of one kernel with one backend.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Backend">The backend of Docker's rules.</param>
/// <param name="Folder">Where its files are.</param>
public sealed record KernelResult(Kernel Kernel, Backend Backend, string Folder)
{
    /// <summary>The release that the guest's kernel said it is; empty where it said nothing.</summary>
    public string Release { get; init; } = "";

    /// <summary>How long the boot took, until the Engine answered; null where it never did.</summary>
    public TimeSpan? BootedIn { get; init; }

    /// <summary>What came of the features; null where none ended.</summary>
    public Counts? Counts { get; init; }

    /// <summary>How long all of it took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>What the guest said that it lacks.</summary>
    public ImmutableArray<string> Lacks { get; init; } = [];

    /// <summary>Why there is no whole result; null where there is one.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether the scenarios on hosts of their own were left to another backend's guest.</summary>
    public bool WithoutOwnHosts { get; init; }

    /// <summary>Whether all went well. Where scenarios were left to another guest, it may be that none was left for this one.</summary>
    public bool IsGood => Trouble is null && (Counts is { IsGood: true } || (WithoutOwnHosts && Counts is { IsWithoutFault: true, Passed: 0, Skipped: > 0 }));
}
