using System.CommandLine;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Report.Html;
using Hooktrail.Report.Runs;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>compare</c>: how runs differ. Needs no right and no lab.</summary>
internal static class CompareVerb
{
    private const string What = "The comparison";

    private static readonly Argument<string[]> Runs = new("run")
    {
        Description =
            "A trails.json, a folder that contains one, or the name of a baseline; each other run is compared with the first. - is standard input.",
        Arity = new(2, 1000),
    };

    internal static readonly Option<string> Format = new("--format")
    {
        Description =
            "The output format: text; markdown, for a pull request; json; html, a standalone page as in the report.",
        HelpName = "text|markdown|json|html",
        DefaultValueFactory = _ => "text",
    };

    internal static readonly Option<string?> Out = new("--out")
    {
        Description = "The file to write; default: standard output.",
        HelpName = "file",
    };

    internal static readonly Option<string?> Baselines = new("--dir")
    {
        Description = $"The folder of the baselines; default: SPECS_BASELINES or ./{BaselineFolder.Usual}.",
        HelpName = "folder",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "compare",
            "Lists the differences between runs, leg by leg and by cause, and whether the model expects them.",
            """
            A leg is the same, changed (a hop was added, removed or moved, or its fields changed), appeared, or no longer possible. Legs that one of the
            runs did not send, skipped or found inconclusive are counted separately. Trails contain no addresses or ids of a single run.

            A difference is expected if the model predicts each run's trail from that run's host. Its cause is then the difference between the two hosts
            that turns the earlier trail into the later one: a change in a kernel release, a backend, a switch, a rule, or Docker's rules. compare tries
            each difference separately, then two together. Every other difference is unexplained, and is shown with both trails and the records.

            Exit codes: 0 no difference, or only expected ones; 1 an unexpected difference.

            Examples:
              ./specs compare before/trails.json out
              ./specs compare before-upgrade out --format markdown --out differences.md
              ./specs compare out/kernels/5.10-nft out/kernels/6.1-nft out/kernels/6.12-nft --format html --out kernels.html
            """)
        {
            Arguments = { Runs },
            Options = { Format, Out, Baselines },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(Baselines));
            var said = line.GetRequiredValue(Runs);
            // Finds all before it reads the first, which may take a while.
            foreach (var one in said)
                _ = RunInput.PathOf(one, folder);
            return Show(line, [.. said.Select(one => RunInput.Read(one, folder))]);
        });
        return verb;
    }

    internal static int Show(ParseResult line, ImmutableArray<ComparedRun> runs)
    {
        Action<string?, ComparisonMatrix> write = line.GetRequiredValue(Format) switch
        {
            "text" => (to, matrix) => Text(to, text => text.Write(ComparisonText.Of(matrix))),
            "markdown" => (to, matrix) => Text(to, text => text.Write(ComparisonMarkdown.Of(matrix))),
            "json" => (to, matrix) => OutputFile.Write(to, stream => ComparisonJson.Write(stream, matrix), What),
            "html" => (to, matrix) => Text(to, text => HtmlReport.Write(text, ComparisonPage.Alone(matrix))),
            var other => throw new HooktrailException(
                $"Unknown format \"{other}\"; the formats are text, markdown, json and html."),
        };
        var matrix = ComparisonMatrix.Of(Told(runs));
        write(line.GetValue(Out), matrix);
        return matrix.HasUnexplained ? ExitCode.No : ExitCode.Done;
    }

    /// <summary>Runs with equal labels get the names that the user typed.</summary>
    internal static ImmutableArray<ComparedRun> Told(ImmutableArray<ComparedRun> runs) =>
        runs.Select(run => run.Label).Distinct().Count() == runs.Length
            ? runs
            : [.. runs.Select(run => run with { Label = run.Name })];

    private static void Text(string? to, Action<TextWriter> write) => OutputFile.WriteText(to, write, What);
}
