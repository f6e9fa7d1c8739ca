using System.Collections.Immutable;
using Hooktrail.Trails;

namespace Hooktrail.Report;

/// <summary>One change of the host profile under which the model predicts what was observed.</summary>
/// <param name="Change">The change as the command line or an administrator would say it: <c>bridge-nf-call-iptables=0</c>.</param>
/// <param name="Profile">The host profile with that change.</param>
public sealed record Explanation(string Change, HostProfile Profile)
{
    // Releases with which a trail changed (facts: section 7). Between two of them the number decides nothing.
    private static readonly ImmutableArray<KernelVersion> Landmarks =
        [new(4, 18), new(5, 2), new(5, 3), new(5, 5), new(6, 4), new(6, 8)];

    /// <summary>
    /// Tries every single change of the profile: each switch, each family's backend, and the kernel on the other side of each release
    /// that changed a trail (of the older and of the newer ones only the nearest that explains it is named).
    /// </summary>
    /// <param name="observed">What the kernel did.</param>
    /// <param name="profile">What the host was taken to be.</param>
    /// <param name="predict">The model, for the flow and leg in question; null where it has no prediction.</param>
    public static ImmutableArray<Explanation> For(
        Trail observed, HostProfile profile, Func<HostProfile, Trail?> predict)
    {
        return [
            .. Switches(profile).Where(Explains),
            .. Backends(profile).Where(Explains),
            .. Older(profile.Kernel).Select(At).Where(Explains).Take(1),
            .. Newer(profile.Kernel).Select(At).Where(Explains).Take(1),
        ];

        bool Explains(Explanation change) =>
            predict(change.Profile) is { } trail && Divergence.Between(trail, observed) is null;

        Explanation At((string Name, KernelVersion Kernel) other) =>
            new(other.Name, profile with { Kernel = other.Kernel });
    }

    /// <summary>Says in one sentence which changes would explain an observation; null where none would.</summary>
    public static string? Sentence(ImmutableArray<Explanation> explanations) =>
        explanations.IsEmpty
            ? null
            : $"{string.Join(" or ", explanations.Select(one => one.Change))} would explain the observation.";

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

    private static IEnumerable<(string Name, KernelVersion Kernel)> Older(KernelVersion kernel) =>
        from landmark in Landmarks.Reverse()
        where landmark <= kernel
        select ($"a kernel older than {landmark}", landmark with { Minor = landmark.Minor - 1 });

    private static IEnumerable<(string Name, KernelVersion Kernel)> Newer(KernelVersion kernel) =>
        from landmark in Landmarks
        where landmark > kernel
        select ($"a kernel from {landmark} on", landmark);
}
