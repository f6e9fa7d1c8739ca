using System.CommandLine;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Picture;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>figures</c>: draws every leg of <c>trails.json</c> files, one file each.</summary>
internal static class FiguresVerb
{
    private static readonly Argument<string[]> Files = new("file")
    {
        Description = "A trails.json from a run, observe --json or predict --json.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The directory for the figures; it is created if missing.",
        HelpName = "directory",
        DefaultValueFactory = _ => ".",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "figures",
            "Draws each leg of trails.json files as an SVG, named after the file and the leg.",
            """
            These commands make the figures of docs/:
              ./specs observe --lab namespaces --from client --to server --protocol icmp --json > docs/figures/client-server-icmp.json
              ./specs figures docs/figures/*.json --out docs/figures
            """)
        {
            Arguments = { Files },
            Options = { Out },
        };
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var directory = line.GetRequiredValue(Out);
        // Reads all files before it draws the first, so that bad input does not leave half of the figures.
        var figures = line.GetRequiredValue(Files).SelectMany(path => Figures(path, TrailsInput.Read(path))).ToList();
        if (figures.CountBy(figure => figure.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
            throw new HooktrailException(
                $"Two legs would be drawn to {twice}; use files with one flow each, as observe --json writes them.");
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var (name, svg) in figures)
                File.WriteAllText(Path.Combine(directory, name), svg);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new HooktrailException(
                $"The figures cannot be written to {directory}: {wrong.Message.TrimEnd('.')}; choose another directory with --out.",
                wrong);
        }

        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Svg)> Figures(string path, TrailsFile file)
    {
        foreach (var leg in file.Legs)
            if ((leg.Observed ?? leg.Predicted) is { } trail)
            {
                var profile = leg.HostProfile ?? file.HostProfile;
                var lit = new LitLeg(
                    leg.Flow, leg.Leg, trail, leg.Observed is null ? null : leg.Predicted,
                    ReportVerb.AccountOf(profile, leg));
                var map = StackMap.Of(HookMap.Of(profile), lit.Plane, trail.Hops.Select(hop => hop.Point));
                yield return (
                    $"{Path.GetFileNameWithoutExtension(path)}.{leg.Leg.ToString().Replace(' ', '-')}.svg",
                    PictureSvg.Standalone(map, lit));
            }
    }
}
