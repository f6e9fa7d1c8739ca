namespace Hooktrail.Trails;

/// <summary>
/// All releases from <paramref name="First"/> on, and those of older stable series from the backports in
/// <paramref name="Stable"/> on.
/// </summary>
public sealed record KernelReleases(KernelVersion First, params ImmutableArray<KernelVersion> Stable)
{
    /// <summary>Reads <c>6.9</c>, or with stable series <c>6.9, 6.1.88 and 6.6.29</c>.</summary>
    /// <exception cref="HooktrailException">One of them is no kernel version.</exception>
    public static KernelReleases Parse(string text)
    {
        ImmutableArray<KernelVersion> all = [.. text.Replace(" and ", ", ", StringComparison.Ordinal).Split(", ").Select(KernelVersion.Parse)];
        return new(all[0], all[1..]);
    }

    public bool Include(KernelVersion kernel) =>
        kernel >= First || Stable.Any(first => first.IsOfSeriesOf(kernel) && (kernel.Patch is null || kernel >= first));

    /// <summary>The first release that has it for this kernel: of its stable series, or of the main line.</summary>
    public KernelVersion FirstFor(KernelVersion kernel) => Stable.Where(first => first.IsOfSeriesOf(kernel)).Append(First).First();

    public override string ToString() => Stable switch
    {
        [] => $"{First}",
        [.. var others, var last] => $"{string.Join(", ", others.Prepend(First))} and {last}",
    };
}
