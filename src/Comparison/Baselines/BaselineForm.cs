using Hooktrail.Trails;
using Hooktrail.Trails.Accounts;
using Hooktrail.Trails.Json;

namespace Hooktrail.Comparison.Baselines;

/// <summary>
/// A run as it is worth keeping: what was observed, on which host, and nothing that the next run would have otherwise. It is a trails file like any
/// other, so every verb reads it; predictions are made anew whenever somebody asks.
/// </summary>
public static class BaselineForm
{
    /// <summary>The run without records, predictions, sentences and what is of one run; legs in the order of their titles, host by host.</summary>
    public static TrailsFile Of(TrailsFile run)
    {
        var legs = run.Legs.Where(leg => leg.Observed is not null || leg.Verdict is not (null or LegVerdict.Agreed))
            .OrderBy(leg => leg.Scenario?.Feature, StringComparer.Ordinal)
            .ThenBy(leg => leg.Scenario?.Scenario, StringComparer.Ordinal)
            .ThenBy(leg => leg.Scenario?.Example, StringComparer.Ordinal)
            .ThenBy(leg => leg.Flow.ToString(), StringComparer.Ordinal)
            .ThenBy(leg => leg.Leg.Packet)
            .ThenBy(leg => leg.Leg.Direction)
            .Select(leg => leg with { Predicted = null, Reason = null, Evidence = [], HostProfile = leg.HostProfile == run.HostProfile ? null : leg.HostProfile })
            .ToList();
        // A host's rules are said once: where its first leg is, all of its legs are. The first host stands first in any case.
        var hosts = legs.Select(leg => leg.HostProfile).Prepend(null).Distinct().ToList();
        return new(run.HostProfile, [.. legs.GroupBy(leg => hosts.IndexOf(leg.HostProfile)).OrderBy(host => host.Key).SelectMany(host => host)])
        {
            Facts = [.. run.Facts.Where(OutlastsTheRun)],
            Hooks = [.. run.Hooks.Where(OutlastsTheRun)],
        };
    }

    /// <summary>Whether a registration is the host's rather than a run's own, whose chains have the run's id in their names, or that of a device of the moment.</summary>
    public static bool OutlastsTheRun(Registration one) => one.Device is null && !one.What.Contains("hooktrail", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a fact is the host's rather than the run's own: why it took its lab, and how many registrations there were with its own among them.</summary>
    public static bool OutlastsTheRun(Fact fact) => fact.Name is not ("why this lab" or "nft list hooks");

    /// <summary>Writes it: a hop a line, with as little indentation as can be.</summary>
    public static void Write(Stream stream, TrailsFile baseline) => TrailsJson.Write(stream, baseline, indentation: 1);
}
