using Hooktrail.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The program that reads the log group. It is perl, because it must run in the packets' network namespace, which may
/// be a container's, and every Debian has perl. Its first comment describes its input and output; <see
/// cref="NflogReader"/> is its other end.
/// </summary>
public static class NflogProgram
{
    public static string Script { get; } = EmbeddedText.Of(typeof(NflogProgram).Assembly, "nflog.pl");
}
