using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Records;

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

        /// <summary>Kills the survivors that the observation contradicts.</summary>
        /// <param name="host">The host's title, for the table of the killed.</param>
        /// <param name="flow">The flow.</param>
        /// <param name="packets">The number of its exchanges.</param>
        /// <param name="observed">The observed legs, in the order of the packets, without a prediction.</param>
        /// <param name="isLogged">Whether LOG rules were among the observers.</param>
        public void Show(
            string host, Flow flow, int packets, ImmutableArray<LegRecord> observed, bool isLogged = false)
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
            Lazy<Mutant> mutant, Flow flow, int packets, ImmutableArray<LegRecord> observed, bool isLogged)
        {
            Forecast forecast;
            try
            {
                forecast = mutant.Value.Forecast(flow, packets);
            }
            catch (Exception wrong) when (wrong is not OutOfMemoryException)
            {
                return (Leg.Request, $"has no prediction: {wrong.Message}");
            }

            var wrongly = FlowJudgement.Of(flow, forecast, observed, isLogged)
                .FirstOrDefault(leg => leg.Verdict == LegVerdict.Disagreed);
            return wrongly switch
            {
                null => (null, ""),
                { Predicted: null } => (wrongly.Leg, "predicts no such leg"),
                { Observed: null } => (wrongly.Leg, "predicts a leg that was not observed"),
                { Predicted: { } said, Observed: { } seen } => (wrongly.Leg, Divergent(said, seen)),
            };
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
