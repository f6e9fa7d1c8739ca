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
        Description = "The trace, also packed by gzip; - is standard input.",
    };

    private static readonly Option<string?> Format = new("--format", "--as")
    {
        Description =
            "The format of the trace, if its first line does not show it; ufw, firewalld and shorewall are the kernel log with the prefixes of their rules.",
        HelpName = TraceFormats.All,
    };

    private static readonly Option<string[]> Prefixes = new("--prefix")
    {
        Description =
            "Maps a LOG prefix to its hook point, if the prefix does not name table and chain; of several chains, the devices of a line choose; an empty prefix means lines with no other meaning; none skips lines; repeatable.",
        HelpName = "\"prefix=layer table chain[,chain…]\"",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Names = new("--name")
    {
        Description =
            "Maps a device or address in the trace to its name in the lab, such as 172.17.0.2=client, veth12ab=client.port, docker0=lab; repeatable.",
        HelpName = "printed=name",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description =
            "The endpoint that sends the first packet; with --to and --protocol, compares the packets of that flow with the prediction.",
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
        Description =
            "Assumes that every hook point was traced, as with a LOG rule in every chain: a hook point without a line was not crossed.",
    };

    private static readonly Option<bool> Explain = new("--explain")
    {
        Description =
            "If the flow diverged from the prediction, also finds the smallest changes to the host that would explain it.",
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
            the layer. What a logger wrote before a line is ignored, whatever its form.

            Lines that show a flow only behind NAT, retransmissions and a trace that begins late are compared as far as they go. Where lines are missing,
            cut or masked, or the trace ends in the middle of a packet, a missing hop proves nothing: the leg is inconclusive.

            Exit codes: 0 every leg is as predicted, as far as the trace shows it, or the packets are printed; 1 a leg diverged, or the trace proves nothing
            about one; 4 the model does not know how a leg ends, and no leg diverged. The last line before the notes says which.

            A trace is the output of one of these commands, and needs a rule that enables it: nft monitor trace (meta nftrace set 1), xtables-monitor
            --trace (iptables -t raw -A PREROUTING … -j TRACE), dmesg or journalctl -k (-j LOG --log-prefix, ebtables --log-ip --log-prefix).

            Examples:
              ./specs import trace.txt
              ./specs import log.txt --prefix P1=iptables:raw:PREROUTING --prefix P2=ebtables:nat:PREROUTING
              ./specs import syslog.1.gz --format ufw
              ./specs import log.txt --prefix DENY=iptables:filter:INPUT,FORWARD,OUTPUT --prefix =iptables:filter:FORWARD
              ./specs import trace.txt --name 172.17.0.2=client --name 172.17.0.3=server --from client --to server --protocol icmp --leg request
              ./specs import trace.txt --name 172.17.0.2=client --name veth12ab=client.port --name docker0=lab --name eth0=wan.nic --name 192.0.2.1=host.wan --name 192.0.2.9=wan --from client --to wan --protocol icmp --docker 29
              ./specs import trace.txt --name 192.0.2.1=host.wan --name 192.0.2.9=wan --from wan --to host --port 8080 --protocol tcp --json
            """)
        {
            Arguments = { File },
        };
        foreach (var option in (Option[])
            [
                Format, Prefixes, Names, From, To, ByProtocol, .. FlowOptions.Further,
                OfLeg, Everywhere, Explain, Profile, .. Host.All, Json
            ])
            verb.Options.Add(option);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult line)
    {
        // Checks the whole command line before it reads the trace.
        TraceFormat? format = line.GetValue(Format) is { } named ? TraceFormats.Parse(named) : null;
        var prefixes = LogPrefixes.Parse(line.GetRequiredValue(Prefixes), format);
        var map = ForeignNames.Parse(line.GetRequiredValue(Names));
        Direction? direction = line.GetValue(OfLeg) is { } leg ? Directions.Parse(leg) : null;
        var flow = Flow(line);
        var profile = HostOf(line);
        if (flow is null && line.GetValue(Json))
            throw new HooktrailException(
                "--json needs a flow; give --from, --to and --protocol, and map the addresses with --name.");
        if (flow is not null)
            _ = Predicted(profile, flow, 1);

        var path = line.GetRequiredValue(File);
        var trace = Read(path, format, prefixes with { FirewalldByNft = flow is null || HasFirewalld(profile) });
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

    private static bool HasFirewalld(HostProfile profile) => profile.Rules.Chains.Any(
        chain => chain.Id is { Layer: Layer.Nftables, Table: "inet firewalld" });

    // The one place that asks the model.
    private static Forecast Forecast(HostProfile profile, Flow flow, int packets) =>
        Prediction.Forecast(profile, flow, flow.Protocol == Protocol.Tcp ? 1 : packets);

    private static ImmutableArray<PredictedLeg> Predicted(HostProfile profile, Flow flow, int packets) =>
        Forecast(profile, flow, packets).Legs;

    private static int Print(ForeignTrace trace, LabMap map)
    {
        Terminal.Out.Write($"{Heading(trace)}\n");
        foreach (var (index, packet) in trace.Packets.Index())
            Terminal.Out.Write(
                $"\npacket {index + 1}: {Title(packet)}\n{TrailText.Of(packet.Trail(map, trace.Format))}{Rules(packet.Hops)}");
        Notes(Terminal.Out, Notes(trace));
        return ExitCode.Done;
    }

    private static int Compare(
        ParseResult line, ForeignTrace trace, LabMap map, Flow flow, HostProfile profile, Direction? direction)
    {
        var ends = FlowEnds.Of(Predicted(profile, flow, 1).Select(one => (one.Leg.Direction, one.Trail)));
        var found = ForeignFlow.Of(trace, flow, map, ends);
        var comparison = new ImportComparison(trace, flow, profile, line.GetValue(Everywhere));
        var legs = comparison.Of(found, Forecast(profile, flow, found.Legs.Max(one => one.Leg.Packet)));
        var wanted = legs.Where(one => direction is null || one.Leg.Direction == direction).ToImmutableArray();
        if (wanted.IsEmpty)
            throw new HooktrailException(
                $"The trace has no {direction!.Value.Name()} of {flow}; it has {string.Join(", ", legs.Select(one => one.Leg.ToString()))}.");
        var json = line.GetValue(Json);
        var judgement = new Judgement(wanted, Ending(wanted));
        if (json)
        {
            using var output = Terminal.OpenOutput();
            TrailsJson.Write(output, new(profile, wanted));
        }
        else
        {
            Terminal.Out.Write($"{Heading(trace)}\n{judgement.Text}");
            foreach (var leg in found.Legs.Where(one => wanted.Any(record => record.Leg == one.Leg)))
                if (Rules(leg.Packet.Hops.Where(hop => comparison.IsKnown(hop.Sighting.Point)))
                    is { Length: > 0 } rules)
                    Terminal.Out.Write($"\n{flow}, {leg.Leg}\n{rules}");
            Terminal.Out.Write($"\n{judgement.Ending}\n");
        }

        if (!json && line.GetValue(Explain) && wanted.Any(leg => leg.Verdict == LegVerdict.Disagreed))
            Terminal.Out.Write(Explained(
                comparison,
                flow,
                profile,
                [
                    .. found.Legs.Where(one => wanted.Any(
                        leg => leg.Leg == one.Leg && leg.Verdict is LegVerdict.Agreed or LegVerdict.Disagreed)),
                ]));
        var docker = Host.DockerNote(line) is { } note ? [note] : Array.Empty<string>();
        Notes(json ? Terminal.Error : Terminal.Out, [.. docker, .. Notes(trace), .. found.Notes, .. comparison.Notes]);
        if (json)
            Terminal.Error.WriteLine(judgement.Ending);
        return judgement.ExitCode;
    }

    private static string Ending(ImmutableArray<LegRecord> legs)
    {
        var (parted, unproven) = (
            legs.Count(leg => leg.Verdict == LegVerdict.Disagreed),
            legs.Where(leg => leg.Verdict == LegVerdict.Inconclusive).ToList());
        if (unproven.Count > 0)
            return $"Inconclusive: {(parted == 0 ? "" : $"{Count(parted, "leg")} diverged from the prediction, and ")}the trace proves neither agreement nor divergence of {unproven.Count} of {Count(legs.Length, "leg")}. {unproven[0].Reason}";
        if (parted == 0 && legs.Count(leg => leg.Verdict == LegVerdict.NotPredicted) is > 0 and var open)
            return $"{open} of {Count(legs.Length, "leg")} not predicted: the model does not know how they end, so this is neither agreement nor divergence.";
        return parted == 0
            ? legs.Length == 1 ? "1 leg, as predicted." : $"{legs.Length} legs, all as predicted."
            : $"{parted} of {Count(legs.Length, "leg")} diverged from the prediction.";
    }

    private static string Explained(
        ImportComparison comparison, Flow flow, HostProfile profile, ImmutableArray<ForeignLeg> legs)
    {
        // Keeps the last host: callers ask for all legs of one host before the next host.
        HostProfile? asked = null;
        ImmutableArray<PredictedLeg> predicted = [];
        var most = legs.Max(leg => leg.Leg.Packet);
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
                return predicted = Predicted(host, flow, most);
            }
            catch (HooktrailException)
            {
                return predicted = []; // the model refuses this flow on such a host
            }
        }
    }

    private static string Heading(ForeignTrace trace) =>
        $"{trace.Format.Name()}: {Count(trace.Packets.Length, "packet")} in {Count(trace.Lines, "line")}.";

    // The rules that matched, where the format reports them, in each chain that the packet was in. A policy that
    // accepts is the rule of most hops, and decides nothing.
    private static string Rules(IEnumerable<TracedHop> hops)
    {
        var table = new TextTable(["hop", "chain", "rule that matched"]);
        var last = -1;
        foreach (var (index, hop) in hops.Index())
            foreach (var rule in hop.Rules.Where(rule => rule.Step != TracedStep.Policy || hop.IsEnd))
            {
                table.Add([index == last ? "" : $"{index + 1,3}", rule.Chain, rule.ToString()]);
                last = index;
            }

        return last < 0 ? "" : table.Text();
    }

    private static string Title(ForeignPacket packet)
    {
        string?[] ids = [.. packet.Hops.Select(hop => hop.TraceId).Distinct()];
        return PlainText.Of(
            $"{PacketText.Of(packet.Fullest)}{(packet.First.Source is null ? "" : $", {packet.First.Source} → {packet.First.Destination}")}, lines {packet.FirstLine} to {packet.LastLine}"
            + (ids is [null, ..] ? "" : $", trace id {string.Join(" and ", ids)}"));
    }

    private static IEnumerable<string> Notes(ForeignTrace trace) =>
    [
        .. trace.Notes,
        .. trace.Cut is { } cut
            ? [$"The trace is cut or masked at {cut}, so a hop may be missing."]
            : Array.Empty<string>(),
        .. trace.Loss is { } loss
            ? [$"Lines are missing, so a hook point without a line proves nothing: {loss}."]
            : Array.Empty<string>(),
    ];

    private static void Notes(TextWriter output, IEnumerable<string> notes)
    {
        foreach (var note in notes)
            output.Write($"{PlainText.Of(note)}\n");
    }

    private static string Count(int number, string what) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {what}{(number == 1 ? "" : "s")}";

    private static ForeignTrace Read(string path, TraceFormat? format, LogPrefixes prefixes) => InputFile.Read(
        path,
        "name a trace, or use - for standard input",
        stream => ForeignTrace.Read(
            BoundedLines.Of(new StreamReader(stream)), InputFile.NameOf(path), format, prefixes));
}
