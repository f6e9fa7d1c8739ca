using Hooktrail.Judging.Explaining;

namespace Hooktrail.Judging.Comparison.Hosts;

/// <summary>What the releases of Docker between two hosts changed, each by itself and with its source.</summary>
internal static class DockerDifferences
{
    /// <summary>What other differences follow from another release, so that they are no alternatives to it.</summary>
    public const string Subject = "Docker's release";

    /// <summary>Empty if both hosts have the rules of one release, or one has none of Docker's.</summary>
    public static ImmutableArray<HostDifference> Between(HostProfile before, HostProfile after)
    {
        if (before.Rules == after.Rules
            || DockerSets.Nearest(before) is not { Release: var was }
            || DockerSets.Nearest(after) is not { Release: var now })
            return [];
        return
        [
            .. DockerChange.Between(was, now).Select(one => was < now
                ? Of(one, $"Docker {one.Release}: {one.Name}", one.Since)
                : Of(one, $"before Docker {one.Release}, not yet: {one.Name}", one.Since - 1)),
        ];

        // Only the chains of this change become those of the release: a packet shows which of them it needs.
        HostDifference Of(DockerChange one, string title, DockerRelease release) => new(
            title,
            $"From Docker {one.Release} on: {one.Says}",
            one.Source,
            host => host.With(profile => Tracked(profile, DockerSets.Exchange(profile, release, one.Concerns))))
        {
            Subject = Subject,
        };

        // Conntrack follows from the rules, unless the hosts say that it stays.
        HostProfile Tracked(HostProfile profile, HostProfile exchanged) => exchanged with
        {
            Conntrack = before.Conntrack == after.Conntrack ? profile.Conntrack : exchanged.Conntrack,
            Conntrack6 = before.Conntrack6 == after.Conntrack6 ? profile.Conntrack6 : exchanged.Conntrack6,
        };
    }
}
