using System.CommandLine;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Report.Runs;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>baseline</c>: keeps a host's trails before an upgrade, and compares later ones with them.</summary>
internal static class BaselineVerb
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "The name of the baseline: letters, digits, dots, hyphens and underscores.",
    };

    private static readonly Argument<string?> Run = new("run")
    {
        Description =
            "A trails.json, or a folder that contains one; default: the last run, in SPECS_OUT or ./out. - is standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Overwrites an existing baseline of that name.",
    };

    public static Verb Create() =>
        new(
            "baseline",
            "Saves a host's trails before an upgrade and lists the differences after it.",
            $"""
            A baseline is a trails.json with the observed trails and their host, without records, predictions or anything that varies from run to run.
            It has one hop per line, in a stable order: two runs that saw the same produce the same bytes. Commit it to version control. It is NAME.json
            in ./{BaselineFolder.Usual}, SPECS_BASELINES or --dir. Every verb that reads a trails.json also reads a baseline.

            Examples:
              ./specs run && ./specs baseline save before-upgrade
              ./specs run && ./specs baseline check before-upgrade
              ./specs baseline list
            """)
        {
            Subcommands = { Save(), Check(), List(), Document() },
        };

    private static Verb Save()
    {
        var verb = new Verb(
            "save",
            "Saves a run as a baseline.",
            """
            Examples:
              ./specs baseline save before-upgrade
              ./specs baseline save 6.12-nft out/kernels/6.12-nft --dir environments/Kernels/reference --force
            """)
        {
            Arguments = { Name, Run },
            Options = { CompareVerb.Baselines, Force },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(CompareVerb.Baselines));
            var name = line.GetRequiredValue(Name);
            _ = folder.FileOf(name);
            var run = TrailsInput.Read(RunInput.PathOf(line.GetValue(Run) ?? RunInput.LastRun, folder));
            Terminal.Out.WriteLine(folder.Save(name, run, line.GetValue(Force)));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Check()
    {
        var verb = new Verb(
            "check",
            "Lists the differences between a baseline and a run, as compare does with the baseline as the earlier run.",
            """
            Exit codes: 0 no difference, or only expected ones; 1 an unexpected difference.

            Examples:
              ./specs baseline check before-upgrade
              ./specs baseline check before-upgrade out --format markdown
            """)
        {
            Arguments = { Name, Run },
            Options = { CompareVerb.Format, CompareVerb.Out, CompareVerb.Baselines },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(CompareVerb.Baselines));
            var name = line.GetRequiredValue(Name);
            var file = folder.FileOf(name);
            if (!File.Exists(file))
                throw new HooktrailException(folder.Names.IsEmpty
                    ? $"There is no baseline \"{name}\": the folder {folder.Path} is empty; save one with ./specs baseline save {name}."
                    : $"There is no baseline \"{name}\" in the folder {folder.Path}, which has {string.Join(", ", folder.Names)}.");
            return CompareVerb.Show(
                line,
                [
                    new(name, name, TrailsInput.Read(file)),
                    RunInput.Read(line.GetValue(Run) ?? RunInput.LastRun, folder)
                ]);
        });
        return verb;
    }

    private static Verb List()
    {
        var verb = new Verb(
            "list",
            "Lists the baselines, each with its host.",
            """
            Examples:
              ./specs baseline list
              ./specs baseline list --dir environments/Kernels/reference
            """)
        {
            Options = { CompareVerb.Baselines },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(CompareVerb.Baselines));
            foreach (var name in folder.Names)
            {
                var run = TrailsInput.Read(folder.FileOf(name));
                var host = run.HostProfile;
                Terminal.Out.WriteLine(
                    $"{name}  Linux {host.Kernel}, iptables-{host.Iptables.Name()}, ebtables-{host.Ebtables.Name()}, {run.Legs.Length} legs");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Document()
    {
        var verb = new Verb(
            "document",
            "Writes a page on what changes from kernel to kernel, from baselines of many kernels.",
            """
            This command makes docs/kernels.md:
              ./specs baseline document --dir environments/Kernels/reference --out docs/kernels.md
            """)
        {
            Options = { CompareVerb.Baselines, CompareVerb.Out },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(CompareVerb.Baselines));
            if (folder.Names.IsEmpty)
                throw new HooktrailException(
                    $"There is no baseline in the folder {folder.Path}; choose another folder with --dir.");
            var kernels = ReferenceKernels.Of(
                folder.Names.Select(name => new ComparedRun(name, name, TrailsInput.Read(folder.FileOf(name)))));
            OutputFile.WriteText(
                line.GetValue(CompareVerb.Out), text => text.Write(KernelsDocument.Of(kernels)), "The page");
            return ExitCode.Done;
        });
        return verb;
    }
}
