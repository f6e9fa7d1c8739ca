using Hooktrail.Judging.Explaining;
using Hooktrail.Model;

namespace Hooktrail.Judging;

/// <summary>A change of the host profile after which the model predicts the observation.</summary>
/// <param name="Change">The change as an administrator would write it: <c>bridge-nf-call-iptables=0</c>.</param>
/// <param name="Profile">The profile with that change.</param>
public sealed record Explanation(string Change, HostProfile Profile)
{
    /// <summary>
    /// The largest number of hosts to predict for. It bounds the time (a host and its legs take some tenths of a
    /// millisecond) and, unlike a clock, gives the same question the same answer on every machine.
    /// </summary>
    public const int Limit = 10_000;

    // The limit for an explanation of secondary interest, such as that of one failure among many.
    private const int Briefly = 1_000;

    // Enough to choose from; later explanations are no smaller.
    private const int Offered = 8;

    /// <summary>Explains an observation: see the last overload.</summary>
    public static ImmutableArray<Explanation> For(
        Trail observed, HostProfile profile, Func<HostProfile, Trail?> predict) =>
        For(ExpectedTrail.Of(observed), profile, predict, observed);

    /// <summary>
    /// Explains a feature's trail or an observation, if a short search finds an explanation; see the last overload.
    /// </summary>
    /// <remarks>The observation, if any, suggests rules that the host may have. The model may predict null.</remarks>
    public static ImmutableArray<Explanation> For(
        ExpectedTrail trail, HostProfile profile, Func<HostProfile, Trail?> predict, Trail? observed = null) =>
        For(profile, [new(
            observed,
            predict(profile),
            host => predict(host) is { } predicted && Divergence.Between(trail, predicted) is null)], Briefly);

    /// <summary>
    /// Finds the smallest profile changes after which all witnesses are right, best first: a switch; the other
    /// backend or the nearest kernel release, older and newer; a rule removed or added, or a policy; another Docker
    /// release. Pairs of changes are tried only if no single change is enough. If the profile already predicts
    /// everything, there is nothing to explain.
    /// </summary>
    public static ImmutableArray<Explanation> For(
        HostProfile profile, ImmutableArray<Witness> witnesses, int limit = Limit)
    {
        if (Explains(profile))
            return [];

        ImmutableArray<ProfileChange> rules =
        [
            .. RuleChanges.Removals(profile),
            .. RuleChanges.Policies(profile),
            .. RuleChanges.Missing(profile),
            .. witnesses.SelectMany(one => RuleChanges.Own(one.Observed, one.Predicted))
                .DistinctBy(change => change.Words),
        ];
        var docker = DockerSets.Changes(profile).ToImmutableArray();
        ImmutableArray<Explanation> single =
        [
            .. ProfileChange.Switches(profile).Where(Suffices).Select(Single),
            .. ProfileChange.Backends(profile).Where(Suffices).Select(Single),
            .. ProfileChange.OlderKernels(profile).Where(Suffices).Take(1).Select(Single),
            .. ProfileChange.NewerKernels(profile).Where(Suffices).Take(1).Select(Single),
            .. rules.Where(Suffices).Select(Single),
            .. docker.Where(Suffices).Select(Single),
        ];
        if (!single.IsEmpty)
            return single;

        ImmutableArray<ProfileChange> all =
        [
            .. ProfileChange.Switches(profile), .. ProfileChange.Backends(profile),
            .. ProfileChange.UsualKernels(profile), .. rules, .. docker,
        ];
        return [.. Pairs(all).Take(limit).Where(SufficeBoth).Take(Offered).Select(Both)];

        bool Explains(HostProfile host) => witnesses.All(witness => witness.IsRight(host));

        bool Suffices(ProfileChange change) => Explains(change.Apply(profile));

        Explanation Single(ProfileChange change) => new(change.Words, change.Apply(profile));

        bool SufficeBoth((ProfileChange One, ProfileChange Other) pair) =>
            Explains(pair.Other.Apply(pair.One.Apply(profile)));

        Explanation Both((ProfileChange One, ProfileChange Other) pair) =>
            new($"{pair.Other.Words} together with {pair.One.Words}", pair.Other.Apply(pair.One.Apply(profile)));
    }

    /// <summary>Replaces Docker's rules with another release's, or none; an administrator's rules stay.</summary>
    public static HostProfile WithDocker(HostProfile profile, DockerRelease? release) =>
        DockerSets.Exchange(profile, release);

    /// <summary>Null if there is no explanation.</summary>
    public static string? Sentence(ImmutableArray<Explanation> explanations, string what) =>
        explanations.IsEmpty
            ? null
            : $"{string.Join(" or ", explanations.Take(Offered).Select(one => one.Change))} would explain {what}.";

    // By the sum of sizes, else in the given order. The larger change comes first, so that a switch stays in effect
    // after an exchange of Docker's rules.
    private static IEnumerable<(ProfileChange One, ProfileChange Other)> Pairs(ImmutableArray<ProfileChange> changes) =>
        from size in Enumerable.Range(2 * ProfileChange.OfSwitch, 2 * ProfileChange.OfDocker)
        from other in Enumerable.Range(0, changes.Length)
        from one in Enumerable.Range(other + 1, changes.Length - other - 1)
        where changes[one].Size + changes[other].Size == size && !changes[one].Subject.Equals(changes[other].Subject)
        select (changes[one], changes[other]);
}

/// <summary>A leg with a known fate.</summary>
/// <remarks>
/// Observed is null if the leg did not happen, or if its trail is not fully known. IsRight decides whether a host would
/// treat the leg as observed.
/// </remarks>
public sealed record Witness(Trail? Observed, Trail? Predicted, Func<HostProfile, bool> IsRight)
{
    /// <summary>
    /// A leg that was observed, or that is known not to have happened (null). A host is right about it if one of the
    /// ways that it leaves open is that one.
    /// </summary>
    public static Witness Of(Trail? observed, HostProfile profile, Func<HostProfile, PredictedLeg?> predict)
    {
        var expected = observed is null ? null : ExpectedTrail.Of(observed);
        return new(observed, predict(profile)?.Trail, host => predict(host) switch
        {
            null => expected is null,
            { Ways.IsEmpty: true, Trail: var only } => IsRight(only),
            { Ways: var ways } => ways.Any(way => IsRight(way.Trail)),
        });

        bool IsRight(Trail? said) => (said, expected) switch
        {
            (null, null) => true,
            ({ } trail, { } claim) => Divergence.Between(claim, trail) is null,
            _ => false,
        };
    }
}
