using System.CommandLine;
using Hooktrail.Hosts.Overview;
using Hooktrail.Report.Hosts;
using Hooktrail.Report.Picture;
using Hooktrail.Snapshots;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>host</c>: says what a host is, from its snapshot.</summary>
internal static class HostVerb
{
    private static readonly Argument<string?> File = new("snapshot")
    {
        Description = "A snapshot; - is standard input. Without one, this host as it is now.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "text, for a terminal; json; or svg, a picture of the topology.",
        HelpName = "text|json|svg",
        DefaultValueFactory = _ => "text",
    };

    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "The file, readable by its owner only; standard output by default.",
        HelpName = "file",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "host",
            "Says what a host is: endpoints, networks, ports, devices, routes, and how far its rules are modelled.",
            """
            Of each table it counts the rules that the model decides as the kernel does, those whose packets are predicted with and without them, and those
            after which a packet's way is not known. Of the latter it says which packets they are about, as far as their other matches tell. docs/matches.md
            lists every match and target. What could not be read of the host stands last.

            Examples:
              ./specs host shop.snapshot
              ./specs host shop.snapshot --format svg > shop.svg
            """)
        {
            Arguments = { File },
            Options = { Format, Out },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var format = line.GetRequiredValue(Format);
        if (format is not ("text" or "json" or "svg"))
            throw new HooktrailException($"Unknown format \"{format}\"; use text, json or svg.");
        var host = HostOverview.Of(
            line.GetValue(File) is { } path
                ? SnapshotInput.Read(path)
                : await SnapshotTaking.OfThisHostAsync(cancellation));
        OutputFile.WritePrivate(
            line.GetValue(Out),
            stream =>
            {
                if (format == "json")
                {
                    HostJson.Write(stream, host);
                    return;
                }

                using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                if (format == "svg")
                    text.Write(TopologySvg.Of(host.Topology));
                else
                    HostText.Write(text, host);
            },
            "The description of the host");
        return ExitCode.Done;
    }
}
