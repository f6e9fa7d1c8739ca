using System.ComponentModel;
using System.Diagnostics;

namespace Hooktrail.Kernels;

/// <summary>Runs programs of this machine.</summary>
internal static class Tool
{
    /// <summary>Used if a program fails without a message.</summary>
    public const string NoReason = "it gave no reason";

    // Directories that a service user's PATH may lack.
    private const string Places = "/usr/local/sbin:/usr/sbin:/sbin";

    /// <summary>Runs a program and returns what it printed.</summary>
    /// <remarks>
    /// The error message contains purpose (<c>to fetch kernels</c>) and remedy. A null folder means this process's.
    /// </remarks>
    /// <exception cref="HooktrailException">
    /// The program is missing, or it failed; the message then has its last lines.
    /// </exception>
    public static async Task<string> RunAsync(
        string what,
        string remedy,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:{Places}";
        using var process = Start(start, what, remedy);
        process.StandardInput.Close();
        var (output, error) =
            (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            var printed = await output.ConfigureAwait(false);
            var said = await error.ConfigureAwait(false);
            return process.ExitCode == 0
                ? printed
                : throw new HooktrailException(
                    $"{command[0]}, needed {what}, failed ({LastWords(said, printed)}): {remedy}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static bool Exists(string program) => Find(program) is not null;

    /// <summary>Null if this machine lacks the program. A path is returned unchanged.</summary>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:{Places}".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>The last line that is not empty; an error is preferred to a warning.</summary>
    internal static string LastWords(params ReadOnlySpan<string> said)
    {
        foreach (var text in said)
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (lines.LastOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) is { } error)
                return error[2..].Trim().TrimEnd('.');
            if (lines is [.., var last])
                return last.TrimEnd('.');
        }

        return NoReason;
    }

    private static Process Start(ProcessStartInfo start, string what, string remedy)
    {
        // Process.Start would search only this process's PATH.
        if (!start.FileName.Contains('/'))
            start.FileName = Find(start.FileName) ?? start.FileName;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new HooktrailException(
                $"The program {Path.GetFileName(start.FileName)}, needed {what}, is missing: {remedy}.", e);
        }
    }
}
