using System.CommandLine;
using System.Text;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Report.Runs;
using Hooktrail.Report.Html;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>compare</c>: how runs differ. Needs no right and no lab.</summary>
internal static class CompareVerb
{
    private static readonly Argument<string[]> Runs = new("run")
    {
        Description = "A trails.json, a folder that holds one, or a baseline's name; the others are held against the first. - is standard input.",
        Arity = new(2, 1000),
    };

    internal static readonly Option<string> Format = new("--format")
    {
        Description = "How it is shown: text; markdown, for a pull request; json; html, a page of its own as in the report.",
        HelpName = "text|markdown|json|html",
        DefaultValueFactory = _ => "text",
    };

    internal static readonly Option<string?> Out = new("--out")
    {
        Description = "The file to write; standard output otherwise.",
        HelpName = "file",
    };

    internal static readonly Option<string?> Baselines = new("--dir")
    {
        Description = $"The folder of the baselines; SPECS_BASELINES or ./{BaselineFolder.Usual} unless given.",
        HelpName = "folder",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "compare",
            "Says what is different between runs: leg by leg, by cause, and whether the model expects it.",
            """
            A leg is the same, changed (which hop came, went or moved, and which fields), appeared, or no longer possible. What one of the runs proves nothing
            of, because it was not sent there, was skipped or is inconclusive, is counted apart. Addresses and ids of a run are in no trail.

            A difference is expected where the model predicts the trail of either run from that run's host. Its cause is then the one difference of the two
            hosts that turns the earlier trail into the later one, found by trying each of them alone, then two together: what a kernel release brought, a backend,
            a switch, a rule, Docker's rules. Every other difference is unexplained, and shown with both trails and the records.

            Exit codes: 0 no difference, or all are expected; 1 some are not.

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
            return Show(line, [.. line.GetRequiredValue(Runs).Select(said => RunInput.Read(said, folder))]);
        });
        return verb;
    }

    internal static int Show(ParseResult line, ImmutableArray<ComparedRun> runs)
    {
        var write = line.GetRequiredValue(Format) switch
        {
            "text" => matrix => Bytes(ComparisonText.Of(matrix)),
            "markdown" => matrix => Bytes(ComparisonMarkdown.Of(matrix)),
            "json" => Json,
            "html" => Html,
            var other => (Func<ComparisonMatrix, byte[]>)(_ => throw new HooktrailException($"Unknown format \"{other}\"; the formats are text, markdown, json and html.")),
        };
        var matrix = ComparisonMatrix.Of(Told(runs));
        OutputFile.Write(line.GetValue(Out), write(matrix), "The comparison");
        return matrix.HasUnexplained ? ExitCode.No : ExitCode.Done;
    }

    /// <summary>Runs with equal labels get the names that the user typed.</summary>
    internal static ImmutableArray<ComparedRun> Told(ImmutableArray<ComparedRun> runs) => runs.Select(run => run.Label).Distinct().Count() == runs.Length
        ? runs
        : [.. runs.Select(run => run with { Label = run.Name })];

    private static byte[] Bytes(string text) => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text);

    private static byte[] Json(ComparisonMatrix matrix)
    {
        using var json = new MemoryStream();
        ComparisonJson.Write(json, matrix);
        return json.ToArray();
    }

    private static byte[] Html(ComparisonMatrix matrix)
    {
        using var html = new StringWriter { NewLine = "\n" };
        HtmlReport.Write(html, ComparisonPage.Alone(matrix));
        return Bytes(html.ToString());
    }
}
