using System.Collections.Immutable;
using System.CommandLine;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Report;
using Hooktrail.Selection;
using Hooktrail.Trails;
using Hooktrail.Trails.Json;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>observe</c>: sends one flow in a lab and shows what the kernel did with it beside what the model says.</summary>
internal static class ObserveVerb
{
    private const string UserlandProxy = "userland-proxy";

    private static readonly Option<string> Packets = new("--packets")
    {
        Description = "How many requests are sent, each after the answer to the one before; a TCP flow is one connection.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly HostOptions Host = new(null);

    private static readonly Option<bool> NoProxy = new("--no-proxy")
    {
        Description = "Docker runs without its userland proxy, and so with hairpin NAT.",
    };

    private static readonly Option<string[]> Rules = new("--rule")
    {
        Description = "Adds a rule, as a command of its tool with the lab's names; may be given several times.",
        HelpName = "\"iptables …\"",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Nft = new("--nft")
    {
        Description = "Adds the tables of a file, as nft -f takes it, with the lab's names.",
        HelpName = "file",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = $"Prints {TrailsFile.Schema}, the format of trails.json, and nothing else to standard output.",
    };

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "observe",
            "Starts a lab, sends one flow, and prints each leg's trail as the kernel made it, with the prediction beside it.",
            $"""
            {FlowOptions.Notes}

            The prediction is for the host as it is read: its kernel, switches and rules. The first hop that is otherwise than predicted is
            marked with >. A leg is known when the last record of the flow is in, a fraction of a second after it was sent;
            then all legs are printed.

            --docker, --no-proxy, --iptables, --rule, --nft and most of --set need a host of the lab's own, which is to say namespaces: without
            --lab they choose those. Without --docker such a host has the rules of Docker 20.10, as predict has.

            Exit codes: 0 every leg went as predicted; 1 one did not, or the observation proves nothing, and it says which.

            Examples:
              ./specs observe --from client --to server --protocol icmp
              ./specs observe --from wan --to host --port 8080 --protocol tcp --docker 29 --lab namespaces
              ./specs observe --from client --to wan --protocol udp --ip 6 --set bridge-nf-call-iptables=0
              ./specs observe --from client --to server --protocol icmp --rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
              ./specs observe --from client --to wan --protocol icmp --json | ./specs explain - --kernel 5.4
            """);
        foreach (var option in (Option[])[.. FlowOptions.All, Packets, LabOptions.Lab, LabOptions.Observer, .. Host.OfBuilt, NoProxy, Rules, Nft, Json])
            verb.Options.Add(option);
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        // All that can be wrong with the line is said before anything is started.
        var flow = FlowOptions.Read(line);
        var packets = FlowOptions.Number(line.GetRequiredValue(Packets), "a number of packets", 10);
        _ = Prediction.Legs(HostProfile.Default, flow, packets);
        var observers = LabOptions.Observers(line);
        var json = line.GetValue(Json);
        var changes = Changes(line);

        var (lab, why) = await StartAsync(line, changes, cancellation);
        await using (lab)
        {
            await (json ? Console.Error : Console.Out).WriteLineAsync(PlainText.Of(why));
            foreach (var change in changes)
                await lab.ChangeAsync(change, cancellation);
            var seen = await lab.SendAsync(flow, Sending.Once with { Packets = packets, Observers = observers }, cancellation);
            var legs = Legs(flow, packets, seen);
            var ended = End(seen.Finding, legs);
            if (json)
            {
                await using var output = Console.OpenStandardOutput();
                TrailsJson.Write(output, new(seen.Profile, legs));
                await Console.Error.WriteLineAsync(PlainText.Of(ended));
            }
            else
            {
                await Console.Out.WriteAsync($"{string.Concat(legs.Select(Text))}\n{PlainText.Of(ended)}\n");
            }
            return legs.All(leg => leg.Verdict == LegVerdict.Agreed) ? ExitCode.Done : ExitCode.No;
        }
    }

    private static ImmutableArray<HostChange> Changes(ParseResult line) =>
    [
        .. Host.Turns(line).Where(turn => turn.Switch.Name != UserlandProxy).Select(turn => new HostChange.Turn(turn.Switch, turn.On)),
        .. line.GetRequiredValue(Rules).Select(rule => new HostChange.Rule(rule)),
        .. line.GetValue(Nft) is { } file ? [new HostChange.NftTable(Read(file))] : Array.Empty<HostChange>(),
    ];

    private static async Task<SelectedLab> StartAsync(ParseResult line, ImmutableArray<HostChange> changes, CancellationToken cancellation)
    {
        var setup = NamespaceSetup.Default with
        {
            Docker = Host.SaysDocker(line, out var release) ? release : DockerRelease.V20,
            UserlandProxy = !line.GetValue(NoProxy) && Host.Turns(line).LastOrDefault(turn => turn.Switch.Name == UserlandProxy, (null!, true)).On,
            Iptables = Host.Iptables(line) ?? Backend.Nft,
        };
        var built = Host.SaysDocker(line, out _) ? "--docker"
            : line.GetValue(NoProxy) ? "--no-proxy"
            : Host.Iptables(line) is not null ? "--iptables"
            : !setup.UserlandProxy ? $"--set {UserlandProxy}=0"
            : null;
        var own = built ?? changes.Select(change => change switch
        {
            HostChange.Rule => "--rule",
            HostChange.NftTable => "--nft",
            HostChange.Turn(var one, _) when one != Switch.BridgeNfCallIptables => $"--set {one}",
            _ => null,
        }).FirstOrDefault(option => option is not null);

        var kind = LabOptions.Kind(line);
        if (kind == LabKind.Docker && built is not null)
            throw new HooktrailException(
                $"{built} says what a host of the lab's own is to be like, but the Docker lab is a guest on a host that is as it is; leave it out, or write --lab namespaces.");
        if (kind is not null || own is null)
            return await LabSelection.StartAsync(kind, setup, cancellation);
        return await LabSelection.StartAsync(LabKind.Namespaces, setup, cancellation) with
        {
            Why = $"The lab is in private network namespaces, because {own} needs a host of its own.",
        };
    }

    private static ImmutableArray<LegRecord> Legs(Flow flow, int packets, Seen seen)
    {
        var predicted = Prediction.Legs(seen.Profile, flow, packets);
        if (seen.Finding is not Finding.Observed(var observed))
        {
            var (verdict, reason) = seen.Finding switch
            {
                Finding.Inconclusive(var gap) => (LegVerdict.Inconclusive, gap),
                Finding.Contradictory(var difference, _, _) => (LegVerdict.ObserversDisagree, difference),
                _ => throw new InvalidOperationException($"Unknown finding {seen.Finding}."),
            };
            return [.. predicted.Select(leg => new LegRecord(flow, leg.Leg, leg.Trail, null) { Verdict = verdict, Reason = reason })];
        }

        return
        [
            .. observed.Select(leg => Compared(flow, predicted.FirstOrDefault(one => one.Leg == leg.Leg)?.Trail, leg)),
            .. predicted.Where(leg => observed.All(one => one.Leg != leg.Leg)).Select(leg => new LegRecord(flow, leg.Leg, leg.Trail, null)
            {
                Verdict = LegVerdict.Disagreed,
                Reason = $"The {leg.Leg} is predicted, but was not seen.",
            }),
        ];
    }

    private static LegRecord Compared(Flow flow, Trail? predicted, ObservedLeg leg)
    {
        var reason = predicted is null
            ? $"The {leg.Leg} was seen, but is not predicted."
            : Disagreement.Between(null, predicted, leg.Trail)?.Sentence;
        return new(flow, leg.Leg, predicted, leg.Trail)
        {
            Verdict = reason is null ? LegVerdict.Agreed : LegVerdict.Disagreed,
            Reason = reason,
            Evidence = leg.Evidence,
        };
    }

    private static string Text(LegRecord leg) =>
        $"\n{leg.Flow}, {leg.Leg}: {PlainText.Of(leg.Verdict == LegVerdict.Agreed ? "as predicted." : leg.Reason!)}\n"
        + (leg.Predicted is { } predicted && leg.Observed is { } observed
            ? SideBySide.Text(predicted, observed)
            : TrailText.Of((leg.Observed ?? leg.Predicted)!));

    private static string End(Finding finding, ImmutableArray<LegRecord> legs) => finding switch
    {
        Finding.Inconclusive(var reason) => $"Inconclusive, which proves neither agreement nor divergence; what stands above is predicted only: {reason}",
        Finding.Contradictory(var reason, _, _) =>
            $"The observers contradict each other, so nothing can be said of the model; what stands above is predicted only: {reason}",
        _ => legs.Count(leg => leg.Verdict != LegVerdict.Agreed) switch
        {
            0 => legs.Length == 1 ? "1 leg, as predicted." : $"{legs.Length} legs, all as predicted.",
            var parted => $"{parted} of {legs.Length} legs diverged from the prediction; explain says what would predict them.",
        },
    };

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new HooktrailException($"\"{file}\" cannot be read: {(File.Exists(file) ? wrong.Message.TrimEnd('.') : "there is no such file")}; give a file for nft -f.", wrong);
        }
    }
}
