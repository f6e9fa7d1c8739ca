using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>One change of the host profile under which the model predicts a trail that it does not predict for the host as it is.</summary>
/// <param name="Change">The change as the command line or an administrator would say it: <c>bridge-nf-call-iptables=0</c>.</param>
/// <param name="Profile">The host profile with that change.</param>
public sealed record Explanation(string Change, HostProfile Profile)
{
    // From the oldest to the newest release whose sources the facts were read from.
    private static readonly ImmutableArray<KernelVersion> Kernels =
    [
        .. Series(4, from: 15, to: 20),
        .. Series(5, from: 0, to: 19),
        .. Series(6, from: 0, to: 19),
        .. Series(7, from: 0, to: 3),
    ];

    /// <summary>What would explain an observation: see the other overload.</summary>
    public static ImmutableArray<Explanation> For(
        Trail observed, HostProfile profile, Func<HostProfile, Trail?> predict) =>
        For(ExpectedTrail.Of(observed), profile, predict);

    /// <summary>
    /// Tries every single change of the profile: each switch, each family's backend, and each kernel release (of the older and of the
    /// newer ones only the nearest that explains it is named). Nothing has to be explained that the profile as it is predicts.
    /// </summary>
    /// <param name="trail">What the kernel did, or what a feature says.</param>
    /// <param name="profile">What the host was taken to be.</param>
    /// <param name="predict">The model, for the flow and leg in question; null where it has no prediction.</param>
    public static ImmutableArray<Explanation> For(
        ExpectedTrail trail, HostProfile profile, Func<HostProfile, Trail?> predict)
    {
        return Predicts(profile) ? [] :
        [
            .. Switches(profile).Where(Explains),
            .. Backends(profile).Where(Explains),
            .. Kernels.Where(kernel => kernel < profile.Kernel).Reverse().Select(At).Where(Explains).Take(1),
            .. Kernels.Where(kernel => kernel > profile.Kernel).Select(At).Where(Explains).Take(1),
        ];

        bool Explains(Explanation change) => Predicts(change.Profile);

        bool Predicts(HostProfile host) => predict(host) is { } predicted && Divergence.Between(trail, predicted) is null;

        Explanation At(KernelVersion kernel) => new($"kernel {kernel}", profile with { Kernel = kernel });
    }

    /// <summary>Says in one sentence which changes would explain a trail; null where none would.</summary>
    public static string? Sentence(ImmutableArray<Explanation> explanations, string what) =>
        explanations.IsEmpty
            ? null
            : $"{string.Join(" or ", explanations.Select(one => one.Change))} would explain {what}.";

    private static IEnumerable<Explanation> Switches(HostProfile profile) =>
        from one in Switch.All
        let other = !one.Read(profile)
        select new Explanation($"{one.Name}={(other ? 1 : 0)}", one.Write(profile, other));

    private static IEnumerable<Explanation> Backends(HostProfile profile)
    {
        var (iptables, ebtables) = (Other(profile.Iptables), Other(profile.Ebtables));
        yield return new($"iptables-{iptables.Name()}", profile with { Iptables = iptables });
        yield return new($"ebtables-{ebtables.Name()}", profile with { Ebtables = ebtables });
    }

    private static Backend Other(Backend backend) => backend == Backend.Nft ? Backend.Legacy : Backend.Nft;

    private static IEnumerable<KernelVersion> Series(int major, int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(minor => new KernelVersion(major, minor));
}
