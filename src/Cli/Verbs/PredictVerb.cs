using System.CommandLine;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>predict</c>: prints the trail of one packet. Needs no right, Engine or network.</summary>
internal static class PredictVerb
{
    private static readonly Option<string> OfLeg = new("--leg")
    {
        Description =
            "The direction of the packet; an error is the host's ICMP message to the sender of an undeliverable packet.",
        HelpName = "request|reply|error",
        DefaultValueFactory = _ => Direction.Request.Name(),
    };

    private static readonly Option<string> Packet = new("--packet")
    {
        Description =
            "Packet number in that direction, starting at 1. For tcp, request 1 is the SYN, reply 1 the SYN-ACK, request 2 the ACK, request 3 the data, request 4 and reply 2 the FINs.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly HostOptions Host = new(HostProfile.Default);

    private static readonly Option<string> Format = new("--format")
    {
        Description =
            "The output format: table, one hop per line; text, a picture of the stack with the trail, for a terminal; svg, the same picture as a file; mermaid, a flowchart for Markdown.",
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
            "Prints the hooks that a packet crosses, from the model; needs no root, no Docker and no network.",
            $"""
            {FlowOptions.Notes}

            {HostOptions.Switches}
            Without userland-proxy, Docker's rules have hairpin NAT; then also set hairpin and route_localnet.

            Exit codes: 0 the model knows how the packet ends, or the ways that it can go; 4 it does not know.

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
            Directions.Parse(line.GetRequiredValue(OfLeg)),
            WholeNumber.Read(line.GetRequiredValue(Packet), "the number of a packet", int.MaxValue));
        var profile = Host.Apply(line, HostProfile.Default);
        if (Host.SaysDocker(line, out var release))
            profile = DockerRules.On(profile, release);
        var format = line.GetRequiredValue(Format);
        var predicted = Prediction.LegOf(profile, flow, leg);
        var note = Host.DockerNote(line) is { } told ? PlainText.Of(told) + "\n" : "";
        // Drawings and JSON are read by programs.
        if (format != "table" || line.GetValue(Json))
            Terminal.Error.Write(note);
        if (line.GetValue(Json))
        {
            if (format != "table")
                throw new HooktrailException("--json and --format cannot be combined; remove one of them.");
            using var output = Terminal.OpenOutput();
            TrailsJson.Write(output, new(profile, [new(flow, leg, predicted.Trail, null) { Ways = predicted.Ways }]));
        }
        else
        {
            Terminal.Out.Write(format switch
            {
                "table" => $"{note}{flow}, {leg}\n\n{Table(predicted)}",
                "text" or LegDrawing.Svg or LegDrawing.Mermaid => LegDrawing.Of(
                    format, profile, flow, leg, predicted.Trail, Prediction.Account(profile, flow, leg)),
                _ => throw new HooktrailException(
                    $"Unknown format \"{format}\"; the formats are table, text, svg and mermaid."),
            });
        }

        return EndsOf(predicted).Any(trail => trail.Outcome.Kind == OutcomeKind.Unknown)
            ? ExitCode.NotPredicted
            : ExitCode.Done;
    }

    private static IEnumerable<Trail> EndsOf(PredictedLeg leg) =>
        leg.Ways.IsEmpty ? [leg.Trail] : leg.Ways.Select(way => way.Trail).OfType<Trail>();

    private static string Table(PredictedLeg leg) => leg.Ways.IsEmpty
        ? TrailText.Of(leg.Trail)
        : string.Join('\n', leg.Ways.Select((way, index) => Table(way, index, leg.Ways.Length)));

    private static string Table(Way way, int index, int of)
    {
        var supposing = PlainText.Of(string.Join(" and ", way.Supposing));
        return $"Way {index + 1} of {of}, if {supposing}:\n{(way.Trail is { } trail ? TrailText.Of(trail) : "The leg does not come about.\n")}";
    }
}
