using System.CommandLine;
using System.Text;
using Hooktrail.Judging.Comparison;
using Hooktrail.Judging.Comparison.Baselines;
using Hooktrail.Report.Runs;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>baseline</c>: keeps a host's trails before an upgrade, and compares later ones with them.</summary>
internal static class BaselineVerb
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "What the baseline is called: letters, digits, dots, hyphens and underscores.",
    };

    private static readonly Argument<string?> Run = new("run")
    {
        Description = "A trails.json, or a folder that holds one; that of the last run unless given: SPECS_OUT, or ./out. - is standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Replaces a baseline of that name.",
    };

    public static Verb Create() =>
        new(
            "baseline",
            "Keeps a host's trails before an upgrade, and says afterwards what is different.",
            $"""
            A baseline is a trails.json of what was observed and on which host, without records, predictions, and whatever another run would have otherwise: a hop a
            line, in an order that stays. Two runs that saw the same have the same baseline, byte by byte. It is meant to be committed: NAME.json in ./{BaselineFolder.Usual},
            SPECS_BASELINES or --dir. Every verb that reads a trails.json reads it.

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
            "Keeps a run as a baseline.",
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
            Console.Out.WriteLine(folder.Save(name, run, line.GetValue(Force)));
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Check()
    {
        var verb = new Verb(
            "check",
            "Says what is different in a run from a baseline; compare, with the baseline as the earlier run.",
            """
            Exit codes: 0 no difference, or all are expected from the hosts; 1 some are not.

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
                    ? $"There is no baseline \"{name}\", and none at all in {folder.Path}; keep one by ./specs baseline save {name}."
                    : $"There is no baseline \"{name}\" in {folder.Path}; there are {string.Join(", ", folder.Names)}.");
            return CompareVerb.Show(line, [new(name, name, TrailsInput.Read(file)), RunInput.Read(line.GetValue(Run) ?? RunInput.LastRun, folder)]);
        });
        return verb;
    }

    private static Verb List()
    {
        var verb = new Verb(
            "list",
            "Names the baselines, each with its host.",
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
                Console.Out.WriteLine($"{name}  Linux {host.Kernel}, iptables-{host.Iptables.Name()}, ebtables-{host.Ebtables.Name()}, {run.Legs.Length} legs");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Document()
    {
        var verb = new Verb(
            "document",
            "Writes what changes from kernel to kernel as a page, from baselines of many kernels.",
            """
            docs/kernels.md is made so:
              ./specs baseline document --dir environments/Kernels/reference --out docs/kernels.md
            """)
        {
            Options = { CompareVerb.Baselines, CompareVerb.Out },
        };
        verb.SetAction(line =>
        {
            var folder = BaselineFolder.Named(line.GetValue(CompareVerb.Baselines));
            if (folder.Names.IsEmpty)
                throw new HooktrailException($"There is no baseline in {folder.Path}; name a folder that holds some by --dir.");
            var kernels = ReferenceKernels.Of(folder.Names.Select(name => new ComparedRun(name, name, TrailsInput.Read(folder.FileOf(name)))));
            OutputFile.Write(line.GetValue(CompareVerb.Out), Encoding.UTF8.GetBytes(KernelsDocument.Of(kernels)), "The page");
            return ExitCode.Done;
        });
        return verb;
    }
}
