namespace Hooktrail.Trails;

/// <summary>
/// All releases since <paramref name="First"/>, and those of older stable series since the
/// backports in <paramref name="Stable"/>.
/// </summary>
public sealed record KernelReleases(KernelVersion First, params ImmutableArray<KernelVersion> Stable)
{
    /// <summary>Parses <c>6.9</c>, or with stable series <c>6.9, 6.1.88 and 6.6.29</c>.</summary>
    /// <exception cref="HooktrailException">A part is no kernel version.</exception>
    public static KernelReleases Parse(string text)
    {
        ImmutableArray<KernelVersion> all =
            [.. text.Replace(" and ", ", ", StringComparison.Ordinal).Split(", ").Select(KernelVersion.Parse)];
        return new(all[0], all[1..]);
    }

    public bool Include(KernelVersion kernel) =>
        kernel >= First || Stable.Any(first => first.IsOfSeriesOf(kernel) && (kernel.Patch is null || kernel >= first));

    /// <summary>The first release with the change for this kernel: in its stable series, or in the main line.</summary>
    public KernelVersion FirstFor(KernelVersion kernel) =>
        Stable.Where(first => first.IsOfSeriesOf(kernel)).Append(First).First();

    public override string ToString() => Stable switch
    {
        [] => $"{First}",
        [.. var others, var last] => $"{string.Join(", ", others.Prepend(First))} and {last}",
    };
}
