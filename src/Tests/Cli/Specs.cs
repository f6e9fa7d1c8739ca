using System.Diagnostics;
using NUnit.Framework;

namespace Hooktrail.Tests.Cli;

/// <summary>What one run of the command line left.</summary>
internal sealed record Ran(int ExitCode, string Output, string Error);

/// <summary>Runs the built command line as a process.</summary>
internal static class Specs
{
    /// <summary>The built command line.</summary>
    public static string Path =>
        System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "Hooktrail.Cli.dll");

    /// <summary>The command at the top of the checkout.</summary>
    public static string Script
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Specs.sln")))
                folder = folder.Parent!;
            return System.IO.Path.Combine(folder.FullName, "specs");
        }
    }

    /// <summary>Runs the command line with these arguments.</summary>
    public static Task<Ran> Run(params string[] arguments) => Start("dotnet", [Path, .. arguments]);

    /// <summary>Runs a line of words that have no blanks.</summary>
    public static Task<Ran> Line(string line) => Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Ran> Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
