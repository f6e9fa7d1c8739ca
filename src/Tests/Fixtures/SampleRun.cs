using System.Diagnostics;
using System.Reflection;
using System.Xml.Linq;

namespace Hooktrail.Tests.Fixtures;

/// <summary>One test in the results file.</summary>
internal sealed record Result(
    string Outcome, string Message, string StackTrace, string Output, ImmutableArray<string> Attachments);

/// <summary>One run of the sample project by <c>dotnet test</c>.</summary>
internal sealed class SampleRun
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    private SampleRun(string folder, int exitCode)
    {
        ExitCode = exitCode;
        var results = XDocument.Load(Path.Combine(folder, "sample.trx"));
        var classes = results.Descendants(Trx + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!,
            test => (string)test.Element(Trx + "TestMethod")!.Attribute("className")!);
        Results = results.Descendants(Trx + "UnitTestResult").ToImmutableDictionary(
            result => $"{classes[(string)result.Attribute("testId")!]}.{(string)result.Attribute("testName")!}",
            result => new Result(
                (string)result.Attribute("outcome")!,
                Text(result, "Message"), Text(result, "StackTrace"), Text(result, "StdOut"),
                [
                    .. result.Descendants(Trx
                        + "ResultFile").Select(file => Path.GetFileName((string)file.Attribute("path")!))
                ]));
        End = File.ReadAllText(Path.Combine(folder, "end"));
        Messages = File.ReadAllText(Path.Combine(folder, "messages.ndjson"));
        Report = File.ReadAllText(Path.Combine(folder, "report.html"));
    }

    public int ExitCode { get; }

    /// <summary>By the test's class and name.</summary>
    public ImmutableDictionary<string, Result> Results { get; }

    /// <summary>What the hook after the run wrote.</summary>
    public string End { get; }

    public string Messages { get; }

    public string Report { get; }

    public static string Project => Metadata("Sample");

    public static async Task<SampleRun> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-sample-").FullName;
        try
        {
            var assembly = Path.Combine(Project, "bin", Metadata("Configuration"), "net10.0", "Hooktrail.Sample.dll");
            var (exitCode, output) = await DotnetAsync(
                ["test", assembly, "--logger", "trx;LogFileName=sample.trx", "--results-directory", folder],
                ("SAMPLE_END", Path.Combine(folder, "end")),
                ("REQNROLL_FORMATTERS_MESSAGE", $"outputFilePath={folder}/messages.ndjson"),
                ("REQNROLL_FORMATTERS_HTML", $"outputFilePath={folder}/report.html"));
            return File.Exists(Path.Combine(folder, "end"))
                ? new(folder, exitCode)
                : throw new InvalidOperationException(output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static async Task<(int ExitCode, string Output)> DotnetAsync(
        string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Project
        };
        // This process's variables of MSBuild and VSTest must not reach the new process.
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("MSBUILD") || name.StartsWith("VSTEST")).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment.Append(("REQNROLL_TELEMETRY_ENABLED", "0")))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static string Text(XElement result, string name) =>
        result.Descendants(Trx + name).FirstOrDefault()?.Value ?? "";

    private static string Metadata(string key) => typeof(SampleRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
