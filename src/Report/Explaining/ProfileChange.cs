using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Report.Explaining;

/// <summary>One change of a host profile, in the words of an administrator.</summary>
/// <param name="Words">What is changed: <c>bridge-nf-call-iptables=0</c>, <c>kernel 5.4</c>.</param>
/// <param name="Size">How much it takes: whoever has to believe that the host is so believes the smaller one first.</param>
/// <param name="Subject">
/// What it is a change of: two changes of the same are no pair, because the second would undo the first.
/// </param>
/// <param name="Apply">Makes it.</param>
internal sealed record ProfileChange(string Words, int Size, object Subject, Func<HostProfile, HostProfile> Apply)
{
    /// <summary>A switch.</summary>
    public const int OfSwitch = 1;

    /// <summary>A backend, or the kernel's release.</summary>
    public const int OfVersion = 2;

    /// <summary>One rule more or less, or a chain's policy.</summary>
    public const int OfRule = 3;

    /// <summary>All of Docker's rules.</summary>
    public const int OfDocker = 4;

    // From the oldest to the newest release whose sources the facts were read from.
    private static readonly ImmutableArray<KernelVersion> Kernels =
    [
        .. Series(4, from: 15, to: 20),
        .. Series(5, from: 0, to: 19),
        .. Series(6, from: 0, to: 19),
        .. Series(7, from: 0, to: 3),
    ];

    // The releases that are maintained for years, and so are on hosts.
    private static readonly ImmutableArray<KernelVersion> LongTerm =
        [new(4, 19), new(5, 4), new(5, 10), new(5, 15), new(6, 1), new(6, 6), new(6, 12), new(6, 18)];

    /// <summary>Every switch to the other side.</summary>
    public static IEnumerable<ProfileChange> Switches(HostProfile profile) =>
        from one in Switch.All
        let other = !one.Read(profile)
        select new ProfileChange($"{one.Name}={(other ? 1 : 0)}", OfSwitch, one, host => one.Write(host, other));

    /// <summary>The tools of each family in the other backend.</summary>
    public static IEnumerable<ProfileChange> Backends(HostProfile profile)
    {
        var (iptables, ebtables) = (Other(profile.Iptables), Other(profile.Ebtables));
        yield return new($"iptables-{iptables.Name()}", OfVersion, "iptables", host => host with { Iptables = iptables });
        yield return new($"ebtables-{ebtables.Name()}", OfVersion, "ebtables", host => host with { Ebtables = ebtables });
    }

    /// <summary>Every older release, the nearest first.</summary>
    public static IEnumerable<ProfileChange> OlderKernels(HostProfile profile) =>
        Kernels.Where(kernel => kernel < profile.Kernel).Reverse().Select(Kernel);

    /// <summary>Every newer release, the nearest first.</summary>
    public static IEnumerable<ProfileChange> NewerKernels(HostProfile profile) =>
        Kernels.Where(kernel => kernel > profile.Kernel).Select(Kernel);

    /// <summary>Releases that are on many hosts, the newest first.</summary>
    public static IEnumerable<ProfileChange> UsualKernels(HostProfile profile) =>
        LongTerm.Where(kernel => kernel != profile.Kernel).Reverse().Select(Kernel);

    private static ProfileChange Kernel(KernelVersion kernel) =>
        new($"kernel {kernel}", OfVersion, "kernel", host => host with { Kernel = kernel });

    private static Backend Other(Backend backend) => backend == Backend.Nft ? Backend.Legacy : Backend.Nft;

    private static IEnumerable<KernelVersion> Series(int major, int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(minor => new KernelVersion(major, minor));
}
