using Hooktrail.Text;

namespace Hooktrail.Observation;

/// <summary>
/// Removes taps: a POSIX shell script, because that must work also where the test process was killed and no .NET
/// is left to run. Called with a run's mark (<see cref="TapPrefix.Of(RunId)"/>) it removes that run's; with
/// <c>--list</c> it prints the marks of all runs that have some.
/// </summary>
public static class TapRemoval
{
    public static string Script { get; } = EmbeddedText.Of(typeof(TapRemoval).Assembly, "remove-taps.sh");
}
