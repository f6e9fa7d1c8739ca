using System.Diagnostics;
using System.Reflection;
using System.Text;
using Hooktrail.Cli;

namespace Hooktrail.Tests.Cli;

internal sealed record Ran(int ExitCode, string Output, string Error);

internal static class Specs
{
    /// <summary>The program as users start it, compiled ahead of time; the tests' own copy is not.</summary>
    public static string Path { get; } = typeof(Specs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "Cli").Value!;

    /// <summary>The script at the top of the checkout.</summary>
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

    /// <summary>
    /// Runs a command in this process, as Program.cs does: a process for each would take most of the tests' time.
    /// </summary>
    public static Task<Ran> Run(params string[] arguments) => Fed("", arguments);

    /// <summary>Splits the line at its blanks; no quoting.</summary>
    public static Task<Ran> Line(string line) => Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The same with an input.</summary>
    public static async Task<Ran> Fed(string input, params string[] arguments)
    {
        using var given = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var (output, error) = (new Written(), new Written());
        var exitCode = await Terminal.With(
            given, output, error, () => CommandLine.RunAsync(arguments, patience: null));
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command as a user does, in a process of its own.</summary>
    public static Task<Ran> Program(params string[] arguments) => Start("dotnet", [Path, .. arguments]);

    /// <remarks>Null input is this process's; a variable that is null is unset.</remarks>
    public static async Task<Ran> Start(
        string program, string[] arguments, string? input = null, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
        };
        // The tests' own setting: a user's program compiles in tiers, which takes it a fifth less processor time.
        start.Environment.Remove("DOTNET_TieredCompilation");
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

    /// <summary>Can be written to and read after a command has closed it.</summary>
    private sealed class Written : MemoryStream
    {
        public override string ToString() => Encoding.UTF8.GetString(ToArray());

        protected override void Dispose(bool disposing)
        {
        }
    }
}
