using Hooktrail.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The program that reads the log group: perl, because it must run where the packets are, in a container or another network
/// namespace, and Debian has a perl everywhere. Its first comment says what it reads and writes;
/// <see cref="NflogReader"/> is its other end.
/// </summary>
public static class NflogProgram
{
    public static string Script { get; } = EmbeddedText.Of(typeof(NflogProgram).Assembly, "nflog.pl");
}
