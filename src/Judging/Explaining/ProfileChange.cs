namespace Hooktrail.Judging.Explaining;

/// <summary>One change of a host profile, in an administrator's words.</summary>
/// <remarks>
/// A smaller change is a more credible explanation. Two changes of one subject make no pair, because
/// the second would undo the first.
/// </remarks>
internal sealed record ProfileChange(string Words, int Size, object Subject, Func<HostProfile, HostProfile> Apply)
{
    public const int OfSwitch = 1;

    /// <summary>A backend, or the kernel's release.</summary>
    public const int OfVersion = 2;

    /// <summary>One rule more or less, or a chain's policy.</summary>
    public const int OfRule = 3;

    /// <summary>All of Docker's rules.</summary>
    public const int OfDocker = 4;

    // The oldest to the newest release whose sources the model's facts come from.
    private static readonly ImmutableArray<KernelVersion> Kernels =
    [
        .. Series(4, from: 15, to: 20),
        .. Series(5, from: 0, to: 19),
        .. Series(6, from: 0, to: 19),
        .. Series(7, from: 0, to: 3),
    ];

    // Long-term releases, which many hosts run.
    private static readonly ImmutableArray<KernelVersion> LongTerm =
        [new(4, 19), new(5, 4), new(5, 10), new(5, 15), new(6, 1), new(6, 6), new(6, 12), new(6, 18)];

    /// <summary>Each switch turned.</summary>
    public static IEnumerable<ProfileChange> Switches(HostProfile profile) =>
        from one in Switch.All
        let other = !one.Read(profile)
        select new ProfileChange($"{one.Name}={(other ? 1 : 0)}", OfSwitch, one, host => one.Write(host, other));

    /// <summary>Each tool family with the other backend.</summary>
    public static IEnumerable<ProfileChange> Backends(HostProfile profile)
    {
        var (iptables, ebtables) = (Other(profile.Iptables), Other(profile.Ebtables));
        yield return new(
            $"iptables-{iptables.Name()}", OfVersion, "iptables", host => host with { Iptables = iptables });
        yield return new(
            $"ebtables-{ebtables.Name()}", OfVersion, "ebtables", host => host with { Ebtables = ebtables });
    }

    /// <summary>The nearest first.</summary>
    public static IEnumerable<ProfileChange> OlderKernels(HostProfile profile) =>
        Kernels.Where(kernel => kernel < profile.Kernel).Reverse().Select(Kernel);

    /// <summary>The nearest first.</summary>
    public static IEnumerable<ProfileChange> NewerKernels(HostProfile profile) =>
        Kernels.Where(kernel => kernel > profile.Kernel).Select(Kernel);

    /// <summary>Long-term releases, the newest first.</summary>
    public static IEnumerable<ProfileChange> UsualKernels(HostProfile profile) =>
        LongTerm.Where(kernel => kernel != profile.Kernel).Reverse().Select(Kernel);

    private static ProfileChange Kernel(KernelVersion kernel) =>
        new($"kernel {kernel}", OfVersion, "kernel", host => host with { Kernel = kernel });

    private static Backend Other(Backend backend) => backend == Backend.Nft ? Backend.Legacy : Backend.Nft;

    private static IEnumerable<KernelVersion> Series(int major, int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(minor => new KernelVersion(major, minor));
}
