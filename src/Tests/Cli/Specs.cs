using System.Diagnostics;
using NUnit.Framework;

namespace Hooktrail.Tests.Cli;

/// <summary>What one run of the command line left.</summary>
internal sealed record Ran(int ExitCode, string Output, string Error);

/// <summary>Runs the built command line as a process.</summary>
internal static class Specs
{
    public static async Task<Ran> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(TestContext.CurrentContext.TestDirectory, "Hooktrail.Cli.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a line of words that have no blanks.</summary>
    public static Task<Ran> Line(string line) => Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
