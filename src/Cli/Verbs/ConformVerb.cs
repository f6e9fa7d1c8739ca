using System.CommandLine;
using System.Diagnostics;
using Hooktrail.Conformance;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Records;
using Hooktrail.Selection;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>conform</c>: the exhaustive matrix, model against kernel.</summary>
internal static class ConformVerb
{
    private static readonly Option<string> InLab = new("--lab")
    {
        Description = "The lab to run in.",
        HelpName = "docker|namespaces|both",
        DefaultValueFactory = _ => "namespaces",
    };

    private static readonly Option<string?> Observer = new("--observer")
    {
        Description =
            "The observers to use, several with commas; trace also compares the rules. Default: log and nflog, as far as the lab has them.",
        HelpName = "log|nflog|trace|both|all",
    };

    private static readonly Option<string?> Sample = new("--sample")
    {
        Description = "Runs only this many flows, chosen by the seed, on few hosts.",
        HelpName = "flows",
    };

    private static readonly Option<string> Seed = new("--seed")
    {
        Description = "Chooses the flows of a sample; the same seed gives the same flows.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly Option<string?> Filter = new("--filter")
    {
        Description = "Runs only hosts and variations with this text in their titles.",
        HelpName = "text",
    };

    private static readonly Option<string> AtOnce = new("--parallel")
    {
        Description = "The number of namespace labs to run in parallel.",
        HelpName = "number",
        DefaultValueFactory = _ => Math.Clamp(Environment.ProcessorCount, 2, 8).ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The folder for trails.json; default: SPECS_OUT or ./out.",
        HelpName = "folder",
    };

    private static readonly Option<bool> Mutate = new("--mutate")
    {
        Description =
            "Also changes the model by one statement, registration or NAT rule at a time, and shows which leg detects the change.",
    };

    private static readonly Option<bool> List = new("--list")
    {
        Description = "Lists the hosts and flows without running them.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "conform",
            "Runs the full matrix of hosts and flows and compares the kernel with the model, leg by leg.",
            """
            A leg agrees, diverges, is not predicted (the model does not know how it ends), is inconclusive (the observation has a gap),
            or is not applicable (this machine cannot observe it). The exit code is 1 if a leg diverged or two observers disagree, else
            4 if a leg is not predicted, and 0 otherwise.

            Examples:
              ./specs conform
              ./specs conform --sample 200 --seed 7
              ./specs conform --filter "Docker 29"
              ./specs conform --mutate
            """)
        {
            Options = { InLab, Observer, Sample, Seed, Filter, AtOnce, Out, Mutate, List },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        Observers? observers = line.GetValue(Observer) is { } who
            ? LabSelection.ParseObservers(who)
            : LabSelection.WantedObservers();
        LabKind[] labs = line.GetRequiredValue(InLab) is var name && name == "both"
            ? [LabKind.Namespaces, LabKind.Docker]
            : [LabSelection.ParseKind(name)];
        var folder = line.GetValue(Out)
            ?? (Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } set ? set : "out");
        var exitCode = ExitCode.Done;
        foreach (var lab in labs)
        {
            var hosts = lab == LabKind.Namespaces ? Matrix.All : Matrix.OfOneHost;
            if (line.GetValue(Filter) is { } text)
                hosts = Matrix.Where(hosts, text);
            if (line.GetValue(Sample) is { } sample)
                hosts = Sampling.Of(
                    hosts,
                    WholeNumber.Read(sample, "a number of flows", int.MaxValue),
                    WholeNumber.Read(line.GetRequiredValue(Seed), "a seed", int.MaxValue));
            if (hosts.IsEmpty)
                throw new HooktrailException(
                    "The filter matches no host of the matrix; ./specs conform --list prints them all.");
            if (line.GetValue(List))
            {
                await Terminal.Out.WriteAsync(ConformanceText.List(hosts));
                continue;
            }

            await using var privateHosts = new PrivateHosts(besideEngine: labs.Length > 1);
            var run = new ConformanceRun(hosts, Starting(lab, privateHosts))
            {
                Parallel = lab == LabKind.Docker ? 1 : WholeNumber.Read(line.GetRequiredValue(AtOnce), "a number of labs", 64),
                Observers = observers,
            };
            var path = Path.Combine(folder, labs.Length == 1 ? "trails.json" : $"{lab.Name()}/trails.json");
            var mutants = line.GetValue(Mutate) ? new Mutants() : null;
            var (findings, seconds) = await RunAsync(run, path, mutants, cancellation);
            if (run.FirstFailure is { } failure && findings.Total.Run == 0)
                throw failure;
            await Terminal.Out.WriteAsync(ConformanceText.Of(findings, seconds));
            if (mutants is not null)
            {
                var witnesses = Path.ChangeExtension(path, null) + ".mutants.txt";
                await File.WriteAllTextAsync(witnesses, ConformanceText.Witnesses(mutants), cancellation);
                await Terminal.Out.WriteAsync($"\n{ConformanceText.Of(mutants)}wrote {witnesses}\n");
            }

            await Terminal.Out.WriteLineAsync($"wrote {path}");
            if (findings.HasDivergence)
                exitCode = ExitCode.No;
            else if (exitCode == ExitCode.Done && findings.Total[LegVerdict.NotPredicted] > 0)
                exitCode = ExitCode.NotPredicted;
        }

        return exitCode;
    }

    private static async Task<(Findings Findings, double Seconds)> RunAsync(
        ConformanceRun run, string path, Mutants? mutants, CancellationToken cancellation)
    {
        var findings = new Findings();
        var watch = Stopwatch.StartNew();
        using var progress = new ConformanceProgress(Terminal.Error, !Terminal.IsErrorRedirected, run, findings);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await using var stream = new BufferedStream(File.Create(path), 1 << 20);
        using (var recorder = new Recorder(stream, findings, mutants))
            await run.RunAsync(recorder.Take, cancellation);
        return (findings, watch.Elapsed.TotalSeconds);
    }

    private static Func<NamespaceSetup, CancellationToken, Task<ILab>> Starting(LabKind lab, PrivateHosts hosts) =>
        async (setup, cancellation) => (await LabSelection.StartAsync(lab, setup, hosts, cancellation)).Lab;
}
