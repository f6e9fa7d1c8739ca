using Hooktrail.Observation;
using Hooktrail.Records;

namespace Hooktrail.Labs;

/// <summary>The legs that a lab observed, as the records that are then judged.</summary>
public static class ObservedRecords
{
    /// <summary>A record of each leg, with its evidence and without a prediction.</summary>
    public static ImmutableArray<LegRecord> Of(Flow flow, ImmutableArray<ObservedLeg> legs) =>
        [.. legs.Select(leg => new LegRecord(flow, leg.Leg, null, leg.Trail) { Evidence = leg.Evidence })];
}
