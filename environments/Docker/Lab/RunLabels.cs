using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

internal static class RunLabels
{
    /// <summary>Its value is the run's id.</summary>
    public const string Run = "hooktrail.run";

    /// <summary><c>4711@host</c>: the run's process and its machine, for a user who wants to end it.</summary>
    public const string Owner = "hooktrail.owner";

    /// <summary>Marks the container that holds a run's session (<see cref="Leftovers"/>).</summary>
    public const string Probe = "hooktrail.probe";

    public static string OwnerOf(int process) =>
        string.Create(CultureInfo.InvariantCulture, $"{process}@{Environment.MachineName}");

    public static string NameOf(string run, string part) => $"hooktrail-{run}-{part}";

    public static ImmutableDictionary<string, string> Of(RunId run) =>
        ImmutableDictionary<string, string>.Empty.Add(Run, run.ToString()).Add(Owner, OwnerOf(Environment.ProcessId));
}
