using Hooktrail.Text;

namespace Hooktrail.Observation;

/// <summary>
/// Removes taps by a POSIX shell script, which works even after the test process was killed and no .NET runs. With a
/// run's mark (<see cref="TapPrefix.Of(RunId)"/>) it removes that run's taps; with <c>--list</c> it prints the marks of
/// all runs that have some.
/// </summary>
public static class TapRemoval
{
    public static string Script { get; } = EmbeddedText.Of(typeof(TapRemoval).Assembly, "remove-taps.sh");
}
