using System.CommandLine;
using System.Globalization;
using Hooktrail.Model;
using Hooktrail.Report;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>predict</c>: prints the trail of one packet. Needs neither a right nor an Engine nor a network.</summary>
internal static class PredictVerb
{
    private static readonly Option<string> From = new("--from")
    {
        Description = "Who speaks first.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "Whom it addresses; \"everyone\" is a broadcast.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "What they speak: icmp (an echo and its reply), udp, tcp or arp.",
        HelpName = "protocol",
        Required = true,
    };

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

    private static readonly Option<string> Ip = new("--ip")
    {
        Description = "The version of IP.",
        HelpName = "ipv4|ipv6",
        DefaultValueFactory = _ => IpVersion.V4.Name(),
    };

    private static readonly Option<string?> Via = new("--via")
    {
        Description = "The address that the sender writes, where it is not the one by which it knows the other: host.wan, away.gateway, host.lo.",
        HelpName = "address",
    };

    private static readonly Option<string> Port = new("--port")
    {
        Description = "The destination port of tcp and udp.",
        HelpName = "number",
        DefaultValueFactory = _ => Flow.ServicePort.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<string> Ttl = new("--ttl")
    {
        Description = "The TTL or hop limit that the sender writes.",
        HelpName = "number",
        DefaultValueFactory = _ => Flow.DefaultTtl.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<string> Docker = new("--docker")
    {
        Description = "Whose rules are on the host: a release of Docker (20.10, 28.0, 28.5, 29, 29-nftables), or none.",
        HelpName = "release",
        DefaultValueFactory = _ => "20.10",
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
              stranger        a container on the network away
              left, right     containers on the network closed, whose containers may not talk to each other (ICC=false)
              insider         a container on the internal network inner
              host            the Docker host, by the address that the other side would use; host to host is loopback
              hosted          a container in the host's network namespace: to packets it is the host
              wan             a host behind a plain NIC
              everyone        all who hear a broadcast of the sender

            Published ports: {string.Join(", ", PublishedPort.OfLab.Select(one => $"{one.Port} is {one.To}:{Flow.ServicePort}"))}.

            Switches that are on unless set:
              {string.Join("\n  ", Switch.All.Where(one => one.Read(HostProfile.Default)).Select(one => one.Name))}
            Switches that are off unless set:
              {string.Join("\n  ", Switch.All.Where(one => !one.Read(HostProfile.Default)).Select(one => one.Name))}
            Without userland-proxy, Docker's rules have hairpin NAT; hairpin and route_localnet then have to be set as well.

            Examples:
              ./specs predict --from client --to server --protocol icmp
              ./specs predict --from client --to wan --protocol icmp --leg reply --set bridge-nf-call-iptables=0
              ./specs predict --from wan --to host --port 8080 --protocol tcp
              ./specs predict --from wan --to client --protocol tcp --docker 28.5
              ./specs predict --from host --to client --protocol icmp --kernel 5.4 --ebtables legacy --json
            """)
        {
            Options = { From, To, ByProtocol, Ip, Via, Port, Ttl, OfLeg, Packet, Docker, Kernel, Iptables, Ebtables, Set, Json },
        };
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        var flow = new Flow(
            Endpoint.Parse(line.GetRequiredValue(From)),
            Endpoint.Parse(line.GetRequiredValue(To)),
            Protocols.Parse(line.GetRequiredValue(ByProtocol)))
        {
            Ip = IpVersions.Parse(line.GetRequiredValue(Ip)),
            Via = line.GetValue(Via) is { } via ? LabNames.ParseAddress(via) : null,
            Port = Number(line.GetRequiredValue(Port), "a port", 65535),
            Ttl = Number(line.GetRequiredValue(Ttl), "a TTL", 255),
        };
        var leg = new Leg(
            Directions.Parse(line.GetRequiredValue(OfLeg)), Number(line.GetRequiredValue(Packet), "the number of a packet", int.MaxValue));
        var profile = line.GetRequiredValue(Set).Aggregate(
            HostProfile.Default with
            {
                Kernel = KernelVersion.Parse(line.GetRequiredValue(Kernel)),
                Iptables = Backends.Parse(line.GetRequiredValue(Iptables)),
                Ebtables = Backends.Parse(line.GetRequiredValue(Ebtables)),
            },
            Switch.Set);
        profile = profile with { Rules = Rules(line.GetRequiredValue(Docker), profile.UserlandProxy) };
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

    private static RuleSet Rules(string docker, bool userlandProxy) =>
        docker == "none" ? RuleSet.Empty : DockerRules.Of(DockerRules.Parse(docker), userlandProxy);

    private static int Number(string text, string what, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
            ? number
            : throw new HooktrailException($"\"{text}\" is not {what}; write a whole number from 1 to {most}.");
}
