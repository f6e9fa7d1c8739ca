using System.CommandLine;
using System.Globalization;
using Hooktrail.Model;
using Hooktrail.Report;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>predict</c>: prints the trail of one packet. Needs neither a right nor an Engine nor a network.</summary>
internal static class PredictVerb
{
    private static readonly Option<string> From = new("--from")
    {
        Description = "Who speaks first: client, server, host or wan.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "Who answers.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "What they speak: icmp (an echo and its reply).",
        HelpName = "protocol",
        Required = true,
    };

    private static readonly Option<string> OfLeg = new("--leg")
    {
        Description = "The way the packet goes.",
        HelpName = "request|reply",
        DefaultValueFactory = _ => Direction.Request.Name(),
    };

    private static readonly Option<string> Packet = new("--packet")
    {
        Description = "The how-manieth packet of the connection in that direction.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly Option<string> Kernel = new("--kernel")
    {
        Description = "The host's kernel release.",
        HelpName = "version",
        DefaultValueFactory = _ => HostProfile.Default.Kernel.ToString(),
    };

    private static readonly Option<string> Iptables = new("--iptables")
    {
        Description = "Where the rules of iptables are.",
        HelpName = "nft|legacy",
        DefaultValueFactory = _ => HostProfile.Default.Iptables.Name(),
    };

    private static readonly Option<string> Ebtables = new("--ebtables")
    {
        Description = "Where the rules of ebtables are.",
        HelpName = "nft|legacy",
        DefaultValueFactory = _ => HostProfile.Default.Ebtables.Name(),
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Turns a switch of the host off (0) or on (1); may be given several times.",
        HelpName = "switch=0|1",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = $"Prints {TrailsFile.Schema}, the format of trails.json, instead of text.",
    };

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "predict",
            "Prints which hooks one packet crosses, by the model alone: no right, no Docker and no network is needed.",
            $"""
            Endpoints:
              client, server  containers on the bridge network lab
              host            the Docker host, by the address that the other side would use; host to host is loopback
              wan             a host behind a plain NIC

            Switches (on unless set):
              {string.Join("\n  ", Switch.All.Select(one => one.Name))}

            Examples:
              ./specs predict --from client --to server --protocol icmp
              ./specs predict --from client --to wan --protocol icmp --leg reply --set bridge-nf-call-iptables=0
              ./specs predict --from host --to client --protocol icmp --kernel 5.4 --ebtables legacy --json
            """)
        {
            Options = { From, To, ByProtocol, OfLeg, Packet, Kernel, Iptables, Ebtables, Set, Json },
        };
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var flow = new Flow(
            Endpoint.Parse(line.GetRequiredValue(From)),
            Endpoint.Parse(line.GetRequiredValue(To)),
            Protocols.Parse(line.GetRequiredValue(ByProtocol)));
        var leg = new Leg(Directions.Parse(line.GetRequiredValue(OfLeg)), Number(line.GetRequiredValue(Packet)));
        var profile = line.GetRequiredValue(Set).Aggregate(
            HostProfile.Default with
            {
                Kernel = KernelVersion.Parse(line.GetRequiredValue(Kernel)),
                Iptables = Backends.Parse(line.GetRequiredValue(Iptables)),
                Ebtables = Backends.Parse(line.GetRequiredValue(Ebtables)),
            },
            Switch.Set);
        var trail = Prediction.Of(profile, flow, leg);

        if (line.GetValue(Json))
        {
            using var output = Console.OpenStandardOutput();
            TrailsJson.Write(output, new(profile, [new(flow, leg, trail, null)]));
        }
        else
        {
            Console.Out.Write($"{flow}, {leg}\n\n{TrailText.Of(trail)}");
        }
        return ExitCode.Done;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new HooktrailException($"\"{text}\" is not the number of a packet; packets are counted from 1.");
}
