namespace Hooktrail.Observation.Nflog;

/// <summary>
/// The program that reads the log group: perl, because it must run where the packets are, in a container or another network
/// namespace, and Debian has a perl everywhere. Its first comment says what it reads and writes;
/// <see cref="NflogReader"/> is its other end.
/// </summary>
public static class NflogProgram
{
    public static string Script { get; } = Read();

    private static string Read()
    {
        using var script = typeof(NflogProgram).Assembly.GetManifestResourceStream("nflog.pl")!;
        return new StreamReader(script).ReadToEnd();
    }
}
