namespace Hooktrail.Kernels.Runs;

/// <summary>The result of one kernel with one backend.</summary>
public sealed record KernelResult(Kernel Kernel, Backend Backend, string Folder)
{
    /// <summary>The release that the guest's kernel reported; empty if it reported none.</summary>
    public string Release { get; init; } = "";

    /// <summary>The time until the Engine answered; null where it never did.</summary>
    public TimeSpan? BootedIn { get; init; }

    /// <summary>Null where no scenario ended.</summary>
    public Counts? Counts { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>What the guest reported to be missing.</summary>
    public ImmutableArray<string> Lacks { get; init; } = [];

    /// <summary>Why there is no complete result; null where there is one.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether the scenarios on namespace hosts were left to another backend's guest.</summary>
    public bool WithoutPrivateHosts { get; init; }

    /// <summary>If its scenarios on private hosts ran in another guest, this one may have had none to run.</summary>
    public bool IsGood => Trouble is null
        && (Counts is { IsGood: true }
            || (WithoutPrivateHosts && Counts is { IsWithoutFault: true, Passed: 0, Skipped: > 0 }));
}
