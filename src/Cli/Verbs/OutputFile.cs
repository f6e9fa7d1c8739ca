namespace Hooktrail.Cli.Verbs;

/// <summary>Writes a verb's result.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes to a file; to standard output for null or -. What is its name in a message: <c>The report</c>.
    /// </summary>
    /// <exception cref="HooktrailException">The file cannot be written.</exception>
    public static void Write(string? to, ReadOnlySpan<byte> bytes, string what)
    {
        if (to is null or TrailsInput.StandardInput)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(bytes);
            return;
        }

        if (Directory.Exists(to))
            throw new HooktrailException($"--out \"{to}\" is a directory; name a file.");
        try
        {
            File.WriteAllBytes(to, bytes);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new HooktrailException(
                $"{what} cannot be written to \"{to}\": {wrong.Message.TrimEnd('.')}; choose another file with --out.",
                wrong);
        }
    }
}
