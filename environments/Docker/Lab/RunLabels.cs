using System.Collections.Immutable;
using System.Globalization;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>The labels on everything that a run creates in the Engine.</summary>
internal static class RunLabels
{
    /// <summary>Its value is the run's id.</summary>
    public const string Run = "hooktrail.run";

    /// <summary>Its value is the run's process and that process's machine, <c>4711@host</c>: for people, who may want to end it.</summary>
    public const string Owner = "hooktrail.owner";

    /// <summary>The containers by whose session a run is known to be alive (<see cref="Leftovers"/>).</summary>
    public const string Probe = "hooktrail.probe";

    /// <summary>The value of <see cref="Owner"/> for a process of this machine.</summary>
    public static string OwnerOf(int process) => string.Create(CultureInfo.InvariantCulture, $"{process}@{Environment.MachineName}");

    /// <summary>The name of a container or network of a run.</summary>
    public static string NameOf(string run, string part) => $"hooktrail-{run}-{part}";

    public static ImmutableDictionary<string, string> Of(RunId run) =>
        ImmutableDictionary<string, string>.Empty.Add(Run, run.ToString()).Add(Owner, OwnerOf(Environment.ProcessId));
}
