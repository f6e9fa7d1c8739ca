namespace Hooktrail.Cli.Verbs;

/// <summary>Writes a verb's result.</summary>
internal static class OutputFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The same for text.</summary>
    /// <exception cref="HooktrailException">The file cannot be written.</exception>
    public static void WriteText(string? to, Action<TextWriter> write, string what) => Write(to, Text(write), what);

    /// <summary>The same for text that only the owner of the file may read.</summary>
    /// <exception cref="HooktrailException">The file cannot be written.</exception>
    public static void WritePrivateText(string? to, Action<TextWriter> write, string what) =>
        WritePrivate(to, Text(write), what);

    /// <summary>
    /// Writes to a file; to standard output for null or -. What is its name in a message: <c>The report</c>.
    /// </summary>
    /// <exception cref="HooktrailException">The file cannot be written.</exception>
    public static void Write(string? to, Action<Stream> write, string what) =>
        Write(to, write, what, new() { Mode = FileMode.Create, Access = FileAccess.Write });

    /// <summary>The same for what only the owner of the file may read.</summary>
    /// <exception cref="HooktrailException">The file cannot be written.</exception>
    public static void WritePrivate(string? to, Action<Stream> write, string what)
    {
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = Private;
        Write(to, write, what, how);
    }

    private static void Write(string? to, Action<Stream> write, string what, FileStreamOptions how)
    {
        if (to is null or TrailsInput.StandardInput)
        {
            using var output = new BufferedStream(Terminal.OpenOutput());
            write(output);
            return;
        }

        if (Directory.Exists(to))
            throw new HooktrailException($"--out \"{to}\" is a directory; name a file.");
        try
        {
            // The mode of a file that is there already would stay.
            if (!OperatingSystem.IsWindows() && how.UnixCreateMode is { } mode && File.Exists(to) && !IsDevice(to))
                File.SetUnixFileMode(to, mode);
            using var file = new FileStream(to, how);
            write(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new HooktrailException(
                $"{what} cannot be written to \"{to}\": {wrong.Message.TrimEnd('.')}; choose another file with --out.",
                wrong);
        }
    }

    private static Action<Stream> Text(Action<TextWriter> write) => stream =>
    {
        using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        write(text);
    };

    // The mode of /dev/null is not ours to change.
    private static bool IsDevice(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path))
        .StartsWith("/dev/", StringComparison.Ordinal);
}
