using System.Collections.Immutable;
using Hooktrail.Report.Explaining;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Report;

/// <summary>A change of the host profile under which the model predicts trails that it does not predict for the host as it is.</summary>
/// <param name="Change">The change as the command line or an administrator would say it: <c>bridge-nf-call-iptables=0</c>.</param>
/// <param name="Profile">The host profile with that change.</param>
public sealed record Explanation(string Change, HostProfile Profile)
{
    /// <summary>
    /// For how many hosts a prediction is asked at most. It bounds the time (a host and its legs take the model some tenths of a millisecond) and, unlike
    /// a clock, lets the same question have the same answer everywhere.
    /// </summary>
    public const int Limit = 10_000;

    // Enough to choose from; whatever comes behind them is no smaller.
    private const int Offered = 8;

    /// <summary>What would explain an observation: see the last overload.</summary>
    public static ImmutableArray<Explanation> For(Trail observed, HostProfile profile, Func<HostProfile, Trail?> predict) =>
        For(ExpectedTrail.Of(observed), profile, predict, observed);

    /// <summary>What would explain what a feature says, or an observation: see the last overload.</summary>
    /// <param name="trail">What the kernel did, or what a feature says.</param>
    /// <param name="profile">What the host was taken to be.</param>
    /// <param name="predict">The model, for the flow and leg in question; null where it has no prediction.</param>
    /// <param name="observed">What the kernel did, where that is the question: it suggests rules that the host may have.</param>
    public static ImmutableArray<Explanation> For(
        ExpectedTrail trail, HostProfile profile, Func<HostProfile, Trail?> predict, Trail? observed = null) =>
        For(profile, [new(observed, predict(profile), host => predict(host) is { } predicted && Divergence.Between(trail, predicted) is null)]);

    /// <summary>
    /// Looks for the smallest changes of the profile under which all witnesses would be right, best first: a switch; the other backend or the
    /// nearest kernel release (of the older and of the newer ones); a rule less or more, or a chain's policy; another release of Docker. Two changes
    /// at once are tried only where no single one suffices. Nothing has to be explained that the profile as it is predicts.
    /// </summary>
    /// <param name="profile">What the host was taken to be.</param>
    /// <param name="witnesses">The legs of one flow that have to be explained together.</param>
    /// <param name="limit">How many hosts are tried; see <see cref="Limit"/>.</param>
    public static ImmutableArray<Explanation> For(HostProfile profile, ImmutableArray<Witness> witnesses, int limit = Limit)
    {
        if (Explains(profile))
            return [];

        ImmutableArray<ProfileChange> rules =
        [
            .. RuleChanges.Removals(profile),
            .. RuleChanges.Policies(profile),
            .. RuleChanges.Missing(profile),
            .. witnesses.SelectMany(one => RuleChanges.Own(one.Observed, one.Predicted)).DistinctBy(change => change.Words),
        ];
        var docker = DockerSets.Changes(profile).ToImmutableArray();
        ImmutableArray<Explanation> single =
        [
            .. ProfileChange.Switches(profile).Where(Suffices).Select(Single),
            .. ProfileChange.Backends(profile).Where(Suffices).Select(Single),
            .. ProfileChange.OlderKernels(profile).Where(Suffices).Take(1).Select(Single),
            .. ProfileChange.NewerKernels(profile).Where(Suffices).Take(1).Select(Single),
            .. rules.Where(Suffices).Select(Single),
            .. docker.Where(Suffices).Take(1).Select(Single),
        ];
        if (!single.IsEmpty)
            return single;

        ImmutableArray<ProfileChange> all =
        [
            .. ProfileChange.Switches(profile), .. ProfileChange.Backends(profile), .. ProfileChange.UsualKernels(profile), .. rules, .. docker,
        ];
        return [.. Pairs(all).Take(limit).Where(SufficeBoth).Take(Offered).Select(Both)];

        bool Explains(HostProfile host) => witnesses.All(witness => witness.IsRight(host));

        bool Suffices(ProfileChange change) => Explains(change.Apply(profile));

        Explanation Single(ProfileChange change) => new(change.Words, change.Apply(profile));

        bool SufficeBoth((ProfileChange One, ProfileChange Other) pair) => Explains(pair.Other.Apply(pair.One.Apply(profile)));

        Explanation Both((ProfileChange One, ProfileChange Other) pair) =>
            new($"{pair.Other.Words} together with {pair.One.Words}", pair.Other.Apply(pair.One.Apply(profile)));
    }

    /// <summary>A host with the rules of another release of Docker in the place of those that it has; an administrator's own stay.</summary>
    /// <param name="profile">The host.</param>
    /// <param name="release">The release; null for none of Docker's rules.</param>
    public static HostProfile WithDocker(HostProfile profile, DockerRelease? release) => DockerSets.Exchange(profile, release);

    /// <summary>Says in one sentence which changes would explain a trail; null where none would.</summary>
    public static string? Sentence(ImmutableArray<Explanation> explanations, string what) =>
        explanations.IsEmpty
            ? null
            : $"{string.Join(" or ", explanations.Take(Offered).Select(one => one.Change))} would explain {what}.";

    // The smallest first: in order of their sizes' sum, and otherwise as they come. The larger change is made first, so that a switch holds after Docker's rules have come.
    private static IEnumerable<(ProfileChange One, ProfileChange Other)> Pairs(ImmutableArray<ProfileChange> changes) =>
        from size in Enumerable.Range(2 * ProfileChange.OfSwitch, 2 * ProfileChange.OfDocker)
        from other in Enumerable.Range(0, changes.Length)
        from one in Enumerable.Range(other + 1, changes.Length - other - 1)
        where changes[one].Size + changes[other].Size == size && !changes[one].Subject.Equals(changes[other].Subject)
        select (changes[one], changes[other]);
}

/// <summary>A leg of which it is known what became of it.</summary>
/// <param name="Observed">Its trail; null where that is not known as a whole, or the leg did not come about.</param>
/// <param name="Predicted">What is predicted for the host as it was taken to be; null where there is no prediction.</param>
/// <param name="IsRight">Whether a host of a profile would do to the leg what was done to it.</param>
public sealed record Witness(Trail? Observed, Trail? Predicted, Func<HostProfile, bool> IsRight)
{
    /// <summary>A leg that was observed.</summary>
    /// <param name="observed">Its trail; null where the leg did not come about.</param>
    /// <param name="profile">What the host was taken to be.</param>
    /// <param name="predict">The model, for this leg; null where it has no prediction.</param>
    public static Witness Of(Trail? observed, HostProfile profile, Func<HostProfile, Trail?> predict)
    {
        var expected = observed is null ? null : ExpectedTrail.Of(observed);
        return new(observed, predict(profile), host => (predict(host), expected) switch
        {
            (null, null) => true,
            ({ } trail, { } said) => Divergence.Between(said, trail) is null,
            _ => false,
        });
    }
}
