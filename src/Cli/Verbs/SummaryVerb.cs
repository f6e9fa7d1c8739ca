using System.CommandLine;
using Hooktrail.Model;
using Hooktrail.Report;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>summary</c>: prints <c>trails.json</c> files in Markdown.</summary>
internal static class SummaryVerb
{
    private static readonly Argument<string[]> Files = new("file")
    {
        Description = "A trails.json from a run, observe --json or predict --json; - is standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "summary",
            "Prints runs as Markdown, for a CI step summary: counts, host, and each leg's result and trail.",
            """
            Example:
              ./specs summary trails.json >> "$GITHUB_STEP_SUMMARY"
            """)
        {
            Arguments = { Files },
        };
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var paths = line.GetRequiredValue(Files);
        // Reads all files before it prints the first, so that bad input does not leave half of a summary.
        var files = paths.Select(path => (Path: path, File: TrailsInput.Read(path))).ToList();
        using var output = new StreamWriter(Terminal.OpenOutput());
        foreach (var (index, (path, file)) in files.Index())
        {
            output.Write(index == 0 ? "" : "\n");
            MarkdownSummary.Write(
                output, file, paths.Length == 1 ? "Hooktrail" : $"Hooktrail: {path}", hooks: HookMap.Of);
        }

        return ExitCode.Done;
    }
}
