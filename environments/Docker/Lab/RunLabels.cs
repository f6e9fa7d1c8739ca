using System.Collections.Immutable;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>The labels on everything that a run creates in the Engine.</summary>
internal static class RunLabels
{
    /// <summary>Its value is the run's id.</summary>
    public const string Run = "hooktrail.run";

    /// <summary>The containers that a run keeps for as long as it lives: while one exists, the run is alive.</summary>
    public const string Probe = "hooktrail.probe";

    public static ImmutableDictionary<string, string> Of(RunId run) =>
        ImmutableDictionary<string, string>.Empty.Add(Run, run.ToString());
}
