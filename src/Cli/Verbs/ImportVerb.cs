using System.CommandLine;
using Hooktrail.Judging;
using Hooktrail.Model;
using Hooktrail.Observation;
using Hooktrail.Observation.Import;
using Hooktrail.Records;
using Hooktrail.Report;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>import</c>: reads traces of other tools. Needs no right and no lab.</summary>
internal static class ImportVerb
{
    private static readonly Argument<string> File = new("file")
    {
        Description = "The trace; - is standard input.",
    };

    private static readonly Option<string?> As = new("--as")
    {
        Description = "The format of the trace, if its first line does not show it.",
        HelpName = "nft-trace|xtables-trace|dmesg",
    };

    private static readonly Option<string[]> Prefixes = new("--prefix")
    {
        Description = "Maps a LOG prefix to its hook point, if the prefix does not name table and chain; repeatable.",
        HelpName = "\"prefix=layer table chain\"",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Names = new("--name")
    {
        Description = "Maps a device or address in the trace to its name in the lab, such as 172.17.0.2=client, veth12ab=client.port, docker0=lab; repeatable.",
        HelpName = "printed=name",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "The endpoint that sends the first packet; with --to and --protocol, compares the packets of that flow with the prediction.",
        HelpName = "endpoint",
    };

    private static readonly Option<string?> To =
        new("--to") { Description = "The destination.", HelpName = "endpoint" };

    private static readonly Option<string?> ByProtocol = new("--protocol")
    {
        Description = "The protocol: icmp (an echo request and its reply), udp, tcp or arp.",
        HelpName = "protocol",
    };

    private static readonly Option<string?> OfLeg = new("--leg")
    {
        Description = "Compares only packets in this direction of the flow.",
        HelpName = "request|reply|error",
    };

    private static readonly Option<bool> Everywhere = new("--everywhere")
    {
        Description = "Assumes that every hook point was traced, as with a LOG rule in every chain: a hook point without a line was not crossed.",
    };

    private static readonly Option<bool> Explain = new("--explain")
    {
        Description = "If the flow diverged from the prediction, also finds the smallest changes to the host that would explain it.",
    };

    private static readonly Option<string?> Profile = new("--profile")
    {
        Description = "A trails.json whose host to assume.",
        HelpName = "file",
    };

    private static readonly HostOptions Host = new(null);

    private static readonly Option<bool> Json = new("--json")
    {
        Description =
            $"Prints only {TrailsFile.Schema}, the format of trails.json, to standard output; requires a flow.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "import",
            "Reads a trace from nft monitor trace, xtables-monitor --trace or LOG rules, and compares it with the prediction.",
            $"""
            Without a flow, it prints the trail of each packet in the trace. With --from, --to and --protocol, and with --name to map addresses and devices,
            it compares the trails of that flow with the prediction, and marks the first divergent hop with >.

            The host is the one in --profile, or else one with the rules of Docker 20.10; --docker, --kernel, --iptables, --ebtables and --set change it.
            A trace proves nothing about hook points where it shows no packet: the comparison names and skips them, unless --everywhere is given. A trace
            does not show who received a packet either: a packet counts as delivered if the last chain on its way accepted it, or if it was answered.
            LOG does not show what later rules do.

            The prefix of a LOG rule names its table and chain, in any order, as in "iptables-raw-PREROUTING " or "[ebt nat PRE]"; the line itself shows
            the layer. Timestamps of dmesg, journald or syslog before a line are ignored.

            Exit codes: 0 every leg is as predicted; 1 a leg diverged, or a line of the trace was cut off, which proves nothing.

            A trace is the output of one of these commands, and needs a rule that enables it: nft monitor trace (meta nftrace set 1), xtables-monitor
            --trace (iptables -t raw -A PREROUTING … -j TRACE), dmesg or journalctl -k (-j LOG --log-prefix, ebtables --log-ip --log-prefix).

            Examples:
              ./specs import trace.txt
              ./specs import log.txt --as dmesg --prefix P1=iptables:raw:PREROUTING --prefix P2=ebtables:nat:PREROUTING
              ./specs import trace.txt --name 172.17.0.2=client --name 172.17.0.3=server --from client --to server --protocol icmp --leg request
              ./specs import trace.txt --name 172.17.0.2=client --name veth12ab=client.port --name docker0=lab --name eth0=wan.nic --name 192.0.2.1=host.wan --name 192.0.2.9=wan --from client --to wan --protocol icmp --docker 29
              ./specs import trace.txt --name 192.0.2.1=host.wan --name 192.0.2.9=wan --from wan --to host --port 8080 --protocol tcp --json
            """)
        {
            Arguments = { File },
        };
        foreach (var option in (Option[])
            [
                As, Prefixes, Names, From, To, ByProtocol, .. FlowOptions.Further,
                OfLeg, Everywhere, Explain, Profile, .. Host.All, Json
            ])
            verb.Options.Add(option);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        // Checks the whole command line before it reads the trace.
        var prefixes = LogPrefixes.Parse(line.GetRequiredValue(Prefixes));
        var map = ForeignNames.Parse(line.GetRequiredValue(Names));
        TraceFormat? format = line.GetValue(As) is { } named ? TraceFormats.Parse(named) : null;
        Direction? direction = line.GetValue(OfLeg) is { } leg ? Directions.Parse(leg) : null;
        var flow = Flow(line);
        var profile = HostOf(line);
        if (flow is null && line.GetValue(Json))
            throw new HooktrailException(
                "--json needs a flow; give --from, --to and --protocol, and map the addresses with --name.");
        if (flow is not null)
            _ = Prediction.Legs(profile, flow);

        var path = line.GetRequiredValue(File);
        var trace = Read(path, format, prefixes);
        return flow is null ? Print(trace, map) : Compare(line, trace, map, flow, profile, direction);
    }

    private static Flow? Flow(ParseResult line) =>
        (line.GetValue(From), line.GetValue(To), line.GetValue(ByProtocol)) switch
        {
            (null, null, null) when line.GetValue(OfLeg) is null => null,
            ({ } from, { } to, { } protocol) => FlowOptions.Read(line, from, to, protocol),
            _ => throw new HooktrailException(
                "A flow needs --from, --to and --protocol; give all three, or none to print the packets of the trace."),
        };

    private static HostProfile HostOf(ParseResult line)
    {
        var basis = line.GetValue(Profile) is { } path ? TrailsInput.Read(path).HostProfile : HostProfile.Default;
        var profile = Host.Apply(line, basis);
        return !Host.SaysDocker(line, out var release) ? profile
            : line.GetValue(Profile) is null ? DockerRules.On(profile, release)
            : Explanation.WithDocker(profile, release);
    }

    private static int Print(ForeignTrace trace, LabMap map)
    {
        Console.Out.Write($"{Heading(trace)}\n");
        foreach (var (index, packet) in trace.Packets.Index())
            Console.Out.Write(
                $"\npacket {index + 1}: {Title(packet)}\n{TrailText.Of(packet.Trail(map, trace.Format))}");
        Notes(Console.Out, Notes(trace));
        return ExitCode.Done;
    }

    private static int Compare(
        ParseResult line, ForeignTrace trace, LabMap map, Flow flow, HostProfile profile, Direction? direction)
    {
        var found = ForeignFlow.Of(trace, flow, map);
        var most = found.Legs.Max(one => one.Leg.Packet);
        var comparison = new ImportComparison(trace, flow, profile, line.GetValue(Everywhere));
        var legs = comparison.Of(found, Prediction.Legs(profile, flow, flow.Protocol == Protocol.Tcp ? 1 : most));
        var wanted = legs.Where(one => direction is null || one.Leg.Direction == direction).ToImmutableArray();
        if (wanted.IsEmpty)
            throw new HooktrailException(
                $"The trace has no {direction!.Value.Name()} of {flow}; it has {string.Join(", ", legs.Select(one => one.Leg.ToString()))}.");
        var json = line.GetValue(Json);
        var judgement = new Judgement(wanted, Ending(wanted));
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            TrailsJson.Write(output, new(profile, wanted));
        }
        else
        {
            Console.Out.Write($"{Heading(trace)}\n{judgement.Text}\n{judgement.Ending}\n");
        }

        if (!json && line.GetValue(Explain) && !judgement.Agreed && trace.Cut is null)
            Console.Out.Write(Explained(
                comparison,
                flow,
                profile,
                [.. found.Legs.Where(one => direction is null || one.Leg.Direction == direction)]));
        var docker = Host.DockerNote(line) is { } note ? [note] : Array.Empty<string>();
        Notes(json ? Console.Error : Console.Out, [.. docker, .. Notes(trace), .. found.Notes, .. comparison.Notes]);
        if (json)
            Console.Error.WriteLine(judgement.Ending);
        return judgement.Agreed ? ExitCode.Done : ExitCode.No;
    }

    private static string Ending(ImmutableArray<LegRecord> legs) =>
        legs.Any(leg => leg.Verdict == LegVerdict.Inconclusive)
            ? "Inconclusive: a line of the trace was cut off. This proves neither agreement nor divergence."
            : legs.Count(leg => leg.Verdict != LegVerdict.Agreed) switch
            {
                0 => legs.Length == 1 ? "1 leg, as predicted." : $"{legs.Length} legs, all as predicted.",
                var parted =>
                    $"{parted} of {legs.Length} leg{(legs.Length == 1 ? "" : "s")} diverged from the prediction.",
            };

    private static string Explained(
        ImportComparison comparison, Flow flow, HostProfile profile, ImmutableArray<ForeignLeg> legs)
    {
        // Keeps the last host: callers ask for all legs of one host before the next host.
        HostProfile? asked = null;
        ImmutableArray<PredictedLeg> predicted = [];
        var most = flow.Protocol == Protocol.Tcp ? 1 : legs.Max(leg => leg.Leg.Packet);
        var found = Explanation.For(
            profile, [.. legs.Select(leg => new Witness(
                leg.Trail,
                All(profile).FirstOrDefault(one => one.Leg == leg.Leg)?.Trail,
                host => comparison.IsRight(host, leg, All)))]);
        return found.IsEmpty
            ? "No change to the host explains it.\n"
            : $"Changes that would explain it, smallest first:\n{string.Concat(found.Select((one, index) => $"  {index + 1}  {PlainText.Of(one.Change)}\n"))}";

        ImmutableArray<PredictedLeg> All(HostProfile host)
        {
            if (ReferenceEquals(host, asked))
                return predicted;
            asked = host;
            try
            {
                return predicted = Prediction.Legs(host, flow, most);
            }
            catch (HooktrailException)
            {
                return predicted = []; // the model refuses this flow on such a host
            }
        }
    }

    private static string Heading(ForeignTrace trace) =>
        $"{trace.Format.Name()}: {Count(trace.Packets.Length, "packet")} in {Count(trace.Lines, "line")}.";

    private static string Title(ForeignPacket packet)
    {
        string?[] ids = [.. packet.Hops.Select(hop => hop.TraceId).Distinct()];
        return PlainText.Of(
            $"{PacketText.Of(packet.Fullest)}, {packet.First.Source} → {packet.First.Destination}, lines {packet.First.Sequence} to {packet.Last.Sequence}"
            + (ids is [null, ..] ? "" : $", trace id {string.Join(" and ", ids)}"));
    }

    private static IEnumerable<string> Notes(ForeignTrace trace) =>
    [
        .. trace.Notes,
        .. trace.Cut is { } cut ? [$"The trace is cut off at {cut}, so a hop may be missing."] : Array.Empty<string>(),
    ];

    private static void Notes(TextWriter output, IEnumerable<string> notes)
    {
        foreach (var note in notes)
            output.Write($"{PlainText.Of(note)}\n");
    }

    private static string Count(int number, string what) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {what}{(number == 1 ? "" : "s")}";

    private static ForeignTrace Read(string path, TraceFormat? format, LogPrefixes prefixes)
    {
        var isInput = path == TrailsInput.StandardInput;
        try
        {
            using var reader = isInput ? Console.In : new StreamReader(path);
            return ForeignTrace.Read(Lines(reader), isInput ? "Standard input" : $"\"{path}\"", format, prefixes);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = System.IO.File.Exists(path) ? wrong.Message.TrimEnd('.')
                : Directory.Exists(path) ? "it is a directory"
                : "there is no such file";
            throw new HooktrailException(
                $"\"{path}\" cannot be read: {why}; name a trace, or use - for standard input.", wrong);
        }
    }

    private static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
