using Hooktrail.Judging;
using Hooktrail.Model;

namespace Hooktrail.Conformance;

/// <summary>
/// Variants of the model with one change each. A mutant is killed when its prediction differs from what the kernel did.
/// It predicts nothing after that, so a run gets faster as it goes on.
/// </summary>
public sealed class Mutants
{
    private readonly SortedDictionary<string, (Mutation Mutation, Killing? Killing)> _fates =
        new(StringComparer.Ordinal);

    /// <summary>Every mutant and what killed it; null for survivors.</summary>
    public ImmutableArray<(Mutation Key, Killing? Value)> Fates => [.. _fates.Values];

    /// <summary>The surviving mutants, applied to a host.</summary>
    public OnHost Of(HostProfile profile)
    {
        var mutations = Mutation.Of(profile);
        foreach (var mutation in mutations)
            _fates.TryAdd(mutation.What, (mutation, null));
        return new(this, profile, [.. mutations.Where(mutation => _fates[mutation.What].Killing is null)]);
    }

    /// <summary>The mutants of one host.</summary>
    public sealed class OnHost
    {
        private readonly Mutants _all;
        private readonly HostProfile _profile;
        private readonly List<(Mutation Mutation, Lazy<Mutant> Mutant)> _living;

        internal OnHost(Mutants all, HostProfile profile, ImmutableArray<Mutation> mutations)
        {
            (_all, _profile) = (all, profile);
            _living =
            [
                .. mutations.Select(
                    mutation => (mutation, new Lazy<Mutant>(() => new(_profile, mutation), isThreadSafe: false)))
            ];
        }

        /// <summary>Kills the survivors whose predictions differ. The legs are in the order of the packets.</summary>
        public void Show(
            string host, Flow flow, int packets, IReadOnlyList<(Leg Leg, Trail Trail)> observed, bool isLogged = false)
        {
            for (var i = _living.Count - 1; i >= 0; i--)
            {
                var (mutation, mutant) = _living[i];
                var isDead = _all._fates[mutation.What].Killing is not null;
                if (!isDead
                    && Difference(mutant, flow, packets, observed, isLogged) is var (leg, how)
                    && leg is not null)
                {
                    _all._fates[mutation.What] = (mutation, new(host, flow, leg, how));
                    isDead = true;
                }

                if (isDead)
                    _living.RemoveAt(i);
            }
        }

        private static (Leg? Leg, string How) Difference(
            Lazy<Mutant> mutant, Flow flow, int packets, IReadOnlyList<(Leg Leg, Trail Trail)> observed, bool isLogged)
        {
            ImmutableArray<PredictedLeg> said;
            try
            {
                said = mutant.Value.Legs(flow, packets);
            }
            catch (Exception wrong) when (wrong is not OutOfMemoryException)
            {
                return (Leg.Request, $"has no prediction: {wrong.Message}");
            }

            for (var i = 0; i < Math.Max(said.Length, observed.Count); i++)
            {
                if (i >= said.Length
                    || i < observed.Count
                        && said[i].Leg != observed[i].Leg
                        && said.All(one => one.Leg != observed[i].Leg))
                    return (observed[i].Leg, "predicts no such leg");
                if (i >= observed.Count || observed.All(one => one.Leg != said[i].Leg))
                    return (said[i].Leg, "predicts a leg that was not observed");
                var seen = observed.First(one => one.Leg == said[i].Leg).Trail;
                var shown = Sight.Shown(said[i].Trail, isLogged);
                if (!Sight.IsAsObserved(shown, seen))
                    return (said[i].Leg, Divergent(shown, seen));
            }

            return (null, "");
        }

        private static string Divergent(Trail said, Trail seen)
        {
            for (var i = 0; i < Math.Min(said.Hops.Length, seen.Hops.Length); i++)
                if (said.Hops[i] != seen.Hops[i])
                    return $"differs at hop {i + 1}, {seen.Hops[i].Point}";
            return said.Hops.Length == seen.Hops.Length
                ? $"predicts the outcome {said.Outcome}"
                : $"differs from hop {Math.Min(said.Hops.Length, seen.Hops.Length) + 1} on";
        }
    }
}

/// <summary>The first leg that a mutant predicts wrongly, and its prediction.</summary>
public sealed record Killing(string Host, Flow Flow, Leg Leg, string How)
{
    public override string ToString() => $"{Host}: {Flow}, {Leg}";
}
