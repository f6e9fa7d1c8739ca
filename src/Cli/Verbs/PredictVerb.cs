using System.CommandLine;
using Hooktrail.Model;
using Hooktrail.Report;
using Hooktrail.Report.Picture;
using Hooktrail.Records;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>predict</c>: prints the trail of one packet. Needs no right, Engine or network.</summary>
internal static class PredictVerb
{
    private static readonly Option<string> OfLeg = new("--leg")
    {
        Description = "The way the packet goes; an error is what the host says to the sender instead of passing the packet on.",
        HelpName = "request|reply|error",
        DefaultValueFactory = _ => Direction.Request.Name(),
    };

    private static readonly Option<string> Packet = new("--packet")
    {
        Description = "The how-manieth packet of the connection in that direction. Of tcp, request 1 is the SYN, reply 1 the SYN-ACK, request 2 the ACK, request 3 the data, request 4 and reply 2 the FINs.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly HostOptions Host = new(HostProfile.Default);

    private static readonly Option<string> Format = new("--format")
    {
        Description = "How the trail is shown: table, a hop a line; text, the picture of the stack with the trail on it, for a terminal; svg, the same as a file of its own; mermaid, a flowchart for Markdown.",
        HelpName = "table|text|svg|mermaid",
        DefaultValueFactory = _ => "table",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = $"Prints {TrailsFile.Schema}, the format of trails.json, instead of text.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "predict",
            "Prints which hooks one packet crosses, by the model alone: no right, no Docker and no network is needed.",
            $"""
            {FlowOptions.Notes}

            {HostOptions.Switches}
            Without userland-proxy, Docker's rules have hairpin NAT; hairpin and route_localnet then have to be set as well.

            Examples:
              ./specs predict --from client --to server --protocol icmp
              ./specs predict --from client --to wan --protocol icmp --leg reply --set bridge-nf-call-iptables=0
              ./specs predict --from wan --to host --port 8080 --protocol tcp
              ./specs predict --from wan --to client --protocol tcp --docker 28.5
              ./specs predict --from client --to wan --protocol icmp --format svg > trail.svg
              ./specs predict --from client --to wan --protocol icmp --format text
              ./specs predict --from host --to client --protocol icmp --kernel 5.4 --ebtables legacy --json
            """);
        foreach (var option in (Option[])[.. FlowOptions.All, OfLeg, Packet, .. Host.All, Format, Json])
            verb.Options.Add(option);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var flow = FlowOptions.Read(line);
        var leg = new Leg(
            Directions.Parse(line.GetRequiredValue(OfLeg)), FlowOptions.Number(line.GetRequiredValue(Packet), "the number of a packet", int.MaxValue));
        var profile = Host.Apply(line, HostProfile.Default);
        if (Host.SaysDocker(line, out var release))
            profile = DockerRules.On(profile, release);
        var format = line.GetRequiredValue(Format);
        if (line.GetValue(Json))
        {
            if (format != "table")
                throw new HooktrailException("--json and --format exclude each other; leave one of them out.");
            using var output = Console.OpenStandardOutput();
            TrailsJson.Write(output, new(profile, [new(flow, leg, Prediction.Of(profile, flow, leg), null)]));
            return ExitCode.Done;
        }

        Console.Out.Write(format switch
        {
            "table" => $"{flow}, {leg}\n\n{TrailText.Of(Prediction.Of(profile, flow, leg))}",
            "text" => Drawn(profile, flow, leg, PictureText.Of),
            "svg" => Drawn(profile, flow, leg, PictureSvg.Standalone),
            "mermaid" => Drawn(profile, flow, leg, PictureMermaid.Of),
            _ => throw new HooktrailException($"Unknown format \"{format}\"; the formats are table, text, svg and mermaid."),
        });
        return ExitCode.Done;
    }

    private static string Drawn(HostProfile profile, Flow flow, Leg leg, Func<StackMap, LitLeg, string> draw)
    {
        var account = Prediction.Account(profile, flow, leg);
        var lit = new LitLeg(flow, leg, account.Trail, null, account);
        return draw(StackMap.Of(HookMap.Of(profile), lit.Plane, account.Trail.Hops.Select(hop => hop.Point)), lit);
    }
}
