using Hooktrail.Trails;

namespace Hooktrail.Cli.Verbs;

/// <summary>Writes what a verb made: to a file, or to standard output.</summary>
internal static class OutputFile
{
    /// <summary>Writes it whole.</summary>
    /// <param name="to">The file; null or - for standard output.</param>
    /// <param name="bytes">What is written.</param>
    /// <param name="what">What a message calls it: <c>The report</c>.</param>
    /// <exception cref="HooktrailException">It cannot be written there.</exception>
    public static void Write(string? to, ReadOnlySpan<byte> bytes, string what)
    {
        if (to is null or TrailsInput.StandardInput)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(bytes);
            return;
        }

        if (Directory.Exists(to))
            throw new HooktrailException($"--out \"{to}\" is a folder; name the file to write.");
        try
        {
            File.WriteAllBytes(to, bytes);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new HooktrailException($"{what} cannot be written to \"{to}\": {wrong.Message.TrimEnd('.')}; choose another file by --out.", wrong);
        }
    }
}
