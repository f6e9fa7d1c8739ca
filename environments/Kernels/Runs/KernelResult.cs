namespace Hooktrail.Kernels.Runs;

/// <summary>The result of one guest.</summary>
public sealed record KernelResult(GuestKind Guest, string Folder)
{
    /// <summary>The version of the guest's Engine, such as <c>26.1.5</c>; empty if it reported none.</summary>
    public string Engine { get; init; } = "";

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

    /// <summary>Whether the scenarios on namespace hosts were left to another guest of the same kernel.</summary>
    public bool WithoutPrivateHosts { get; init; }

    /// <summary>If its scenarios on private hosts ran in another guest, this one may have had none to run.</summary>
    public bool IsGood => Trouble is null
        && (Counts is { IsGood: true }
            || (WithoutPrivateHosts && Counts is { IsWithoutFault: true, Passed: 0, Skipped: > 0 }));
}
