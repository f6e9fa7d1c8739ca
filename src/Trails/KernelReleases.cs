using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>The releases that something is so in: all from one on, and those of stable series that it was brought back to.</summary>
/// <param name="First">The first release of the main line.</param>
/// <param name="Stable">The first release of each older series that has it too; with their patch levels.</param>
public sealed record KernelReleases(KernelVersion First, params ImmutableArray<KernelVersion> Stable)
{
    /// <summary>Reads <c>6.9</c>, or with stable series <c>6.9, 6.1.88 and 6.6.29</c>.</summary>
    /// <exception cref="HooktrailException">One of them is no kernel version.</exception>
    public static KernelReleases Parse(string text)
    {
        ImmutableArray<KernelVersion> all = [.. text.Replace(" and ", ", ", StringComparison.Ordinal).Split(", ").Select(KernelVersion.Parse)];
        return new(all[0], all[1..]);
    }

    /// <summary>Whether a release is among them.</summary>
    public bool Include(KernelVersion kernel) =>
        kernel >= First || Stable.Any(first => first.IsOfSeriesOf(kernel) && (kernel.Patch is null || kernel >= first));

    /// <summary>From which release on somebody with this kernel has it: that of its own stable series, or that of the main line.</summary>
    public KernelVersion FirstFor(KernelVersion kernel) => Stable.Where(first => first.IsOfSeriesOf(kernel)).Append(First).First();

    /// <inheritdoc/>
    public override string ToString() => Stable switch
    {
        [] => $"{First}",
        [.. var others, var last] => $"{string.Join(", ", others.Prepend(First))} and {last}",
    };
}
