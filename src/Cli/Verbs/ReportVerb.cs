using System.CommandLine;
using Hooktrail.Judging.Comparison;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Html;
using Hooktrail.Report.Messages;
using Hooktrail.Report.Runs;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>report</c>: writes runs as one HTML file.</summary>
internal static class ReportVerb
{
    /// <summary>A run's Cucumber Messages; looked for beside each trails.json.</summary>
    private const string MessagesName = "messages.ndjson";

    private static readonly Argument<string[]> Files = new("file")
    {
        Description = "A trails.json from a run, conform, observe --json or predict --json; - is standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Messages = new("--messages")
    {
        Description =
            $"The Cucumber Messages of the run, with the text of the features and failures without a trail; default: {MessagesName} next to trails.json.",
        HelpName = "file",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The file to write; default: report.html next to the first file. - is standard output.",
        HelpName = "file",
    };

    private static readonly Option<bool> Compare = new("--compare")
    {
        Description = "Adds a page with the differences between the first file and the others.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "report",
            "Writes runs as one self-contained HTML file: each feature with its result, pictures, hops and evidence; the hooks of the host; search; the guide.",
            """
            The report shows several files in sequence, each with its host.

            Examples:
              ./specs report out/trails.json
              ./specs report before.json after.json --compare --out both.html
              ./specs predict --from client --to wan --protocol tcp --json | ./specs report - --out -
            """)
        {
            Arguments = { Files },
            Options = { Messages, Out, Compare },
        };
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var paths = line.GetRequiredValue(Files);
        var messages = line.GetValue(Messages);
        if (messages is not null && paths.Length > 1)
            throw new HooktrailException(
                $"--messages belongs to one run, but {paths.Length} files are given; put each run's messages next to its trails.json as {MessagesName}, and remove --messages.");
        if (line.GetValue(Compare) && paths.Length == 1)
            throw new HooktrailException("--compare needs at least two files; add a file, or remove --compare.");
        var to = line.GetValue(Out) ?? Beside(paths[0], "report.html") ?? "report.html";
        if (Directory.Exists(to))
            throw new HooktrailException(
                $"--out \"{to}\" is a directory; name a file, such as {Path.Combine(to, "report.html")}.");

        // Reads everything before it writes the first byte, so that bad input does not leave half of a report.
        var input = new ReportInput([.. paths.Select(
            path => new ReportRun(Path.GetFileName(path), TrailsInput.Read(path), MessagesOf(path, messages)))])
        {
            Account = AccountOf,
            Hooks = HookMap.Of,
        };
        input = Named(input, paths);
        if (line.GetValue(Compare))
            input = ComparisonPage.With(
                input,
                ComparisonMatrix.Of([.. input.Runs.Select(run => new ComparedRun(run.Name, run.Name, run.Trails))]));
        OutputFile.WriteText(to, html => HtmlReport.Write(html, input), "The report");
        if (to != TrailsInput.StandardInput)
            Terminal.Out.WriteLine(to);
        return ExitCode.Done;
    }

    /// <summary>Files with equal names, such as two runs' trails.json, get their paths.</summary>
    private static ReportInput Named(ReportInput input, string[] paths) =>
        input.Runs.Select(run => run.Name).Distinct().Count() == paths.Length
            ? input
            : input with { Runs = [.. input.Runs.Zip(paths, (run, path) => run with { Name = path })] };

    private static string? Beside(string path, string name) =>
        path == TrailsInput.StandardInput ? null : Path.Combine(Path.GetDirectoryName(path) ?? "", name);

    private static CucumberRun? MessagesOf(string path, string? said)
    {
        var file = said ?? Beside(path, MessagesName);
        if (file is null || (said is null && !File.Exists(file)))
            return null;
        return InputFile.Read(
            file,
            $"use a {MessagesName} from a run, or remove --messages",
            stream => MessagesReader.Read(stream, file));
    }

    /// <summary>The model's account of a leg; null where it predicts no such leg.</summary>
    internal static Account? AccountOf(HostProfile host, LegRecord leg)
    {
        try
        {
            return Prediction.Account(host, leg.Flow, leg.Leg, leg.Predicted);
        }
        catch (HooktrailException)
        {
            return null;
        }
    }
}
