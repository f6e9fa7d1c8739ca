using Hooktrail.Records;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Judging.Comparison.Baselines;

/// <summary>
/// The part of a run to keep: what was observed, on which host, and nothing that changes from run to run. It is an
/// ordinary trails file, so every verb reads it; predictions are made again when needed.
/// </summary>
public static class BaselineForm
{
    /// <summary>The legs are in the order of their titles, host by host.</summary>
    public static TrailsFile Of(TrailsFile run)
    {
        var legs = run.Legs.Where(leg => leg.Observed is not null || leg.Verdict is not (null or LegVerdict.Agreed))
            .OrderBy(leg => leg.Scenario?.Feature, StringComparer.Ordinal)
            .ThenBy(leg => leg.Scenario?.Scenario, StringComparer.Ordinal)
            .ThenBy(leg => leg.Scenario?.Example, StringComparer.Ordinal)
            .ThenBy(leg => leg.Flow.ToString(), StringComparer.Ordinal)
            .ThenBy(leg => leg.Leg.Packet)
            .ThenBy(leg => leg.Leg.Direction)
            .Select(leg => leg with
            {
                Predicted = null,
                Reason = null,
                Evidence = [],
                HostProfile = leg.HostProfile == run.HostProfile ? null : leg.HostProfile
            })
            .ToList();
        // The file has a host's rules once, at the host's first leg, so the legs of a host stay
        // together. The first host comes first.
        var hosts = legs.Select(leg => leg.HostProfile).Prepend(null).Distinct().ToList();
        return new(
            run.HostProfile,
            [.. legs.GroupBy(leg => hosts.IndexOf(leg.HostProfile)).OrderBy(host => host.Key).SelectMany(host => host)])
        {
            Facts = [.. run.Facts.Where(OutlastsTheRun)],
            Hooks = [.. run.Hooks.Where(OutlastsTheRun)],
        };
    }

    /// <summary>False for chains with a run's id in their names, and for devices that come and go.</summary>
    public static bool OutlastsTheRun(Registration one) =>
        one.Device is null && !one.What.Contains("hooktrail", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// False for the reason for the run's lab, and for a count of registrations that includes the run's own.
    /// </summary>
    public static bool OutlastsTheRun(Fact fact) => fact.Name is not ("why this lab" or "nft list hooks");

    /// <summary>Writes one hop a line, with as little indentation as possible.</summary>
    public static void Write(Stream stream, TrailsFile baseline) => TrailsJson.Write(stream, baseline, indentation: 1);
}
