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

    /// <summary>Runs the command line with something on standard input.</summary>
    public static Task<Ran> Fed(string input, params string[] arguments) => Start("dotnet", [Path, .. arguments], input);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads; null for what this process would.</param>
    /// <param name="environment">Variables that are different for it; null to unset one.</param>
    public static async Task<Ran> Start(
        string program, string[] arguments, string? input = null, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
