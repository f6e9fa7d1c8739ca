using System.CommandLine;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Records;
using Hooktrail.Selection;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>observe</c>: sends one flow in a lab and shows the kernel's trail beside the model's.</summary>
internal static class ObserveVerb
{
    private const string UserlandProxy = "userland-proxy";

    private static readonly Option<string> Packets = new("--packets")
    {
        Description =
            "The number of requests to send, each after the answer to the previous one; a TCP flow is one connection.",
        HelpName = "number",
        DefaultValueFactory = _ => "1",
    };

    private static readonly HostOptions Host = new(null);

    private static readonly Option<bool> NoProxy = new("--no-proxy")
    {
        Description = "Runs Docker without its userland proxy, that is, with hairpin NAT.",
    };

    private static readonly Option<string[]> Rules = new("--rule")
    {
        Description = "Adds a rule: a command of its tool, with the lab's names; repeatable.",
        HelpName = "\"iptables …\"",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Nft = new("--nft")
    {
        Description = "Adds the tables of a file for nft -f, with the lab's names.",
        HelpName = "file",
    };

    private static readonly Option<string?> Earlier = new("--nft-before")
    {
        Description = "The same, but the tables are there before the tools' chains: of equal priorities they run last.",
        HelpName = "file",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = $"Prints only {TrailsFile.Schema}, the format of trails.json, to standard output.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "observe",
            "Starts a lab, sends one flow, prints the records as they arrive, and then each leg's trail next to its prediction.",
            $"""
            {FlowOptions.Notes}

            The prediction uses the kernel, switches and rules read from the host. observe prints each record as it arrives, with the predicted hop that it
            matches; this match is certain only after the last record, a fraction of a second later. Then it prints the trail of each leg, and marks the
            first divergent hop with >. With --json it prints no records as they arrive.

            --docker, --no-proxy, --iptables, --rule, --nft, --nft-before and most of --set need a private host, so without --lab they choose the namespace
            lab. Without --docker, a private host has the rules of Docker 20.10, as in predict.

            Exit codes: 0 every leg is as predicted; 1 a leg diverged, or the observation does not prove all of it; 4 the model does not know how a
            leg ends, and no leg diverged. The last line says which.

            Examples:
              ./specs observe --from client --to server --protocol icmp
              ./specs observe --from wan --to host --port 8080 --protocol tcp --docker 29 --lab namespaces
              ./specs observe --from client --to wan --protocol udp --ip 6 --set bridge-nf-call-iptables=0
              ./specs observe --from client --to server --protocol icmp --rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
              ./specs observe --from client --to wan --protocol icmp --json | ./specs explain - --kernel 5.4
            """);
        foreach (var option in (Option[])
            [
                .. FlowOptions.All, Packets, LabOptions.Lab,
                LabOptions.Observer, .. Host.OfBuilt, NoProxy, Rules, Nft, Earlier, Json
            ])
            verb.Options.Add(option);
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        // Checks the whole command line before it starts anything.
        var flow = FlowOptions.Read(line);
        var packets = WholeNumber.Read(line.GetRequiredValue(Packets), "a number of packets", 10);
        _ = Prediction.Legs(HostProfile.Default, flow, packets);
        var observers = LabOptions.Observers(line);
        var json = line.GetValue(Json);
        var changes = Changes(line);

        if (LabOptions.Kind(line) is { } chosen)
            ObserverChoice.Check(chosen, observers);

        await using var hosts = new PrivateHosts(besideEngine: LabOptions.Kind(line) != LabKind.Namespaces);
        var (lab, why) = await StartAsync(line, changes, hosts, cancellation);
        await using (lab)
        {
            ObserverChoice.Check(lab.Kind, observers);
            await (json ? Terminal.Error : Terminal.Out).WriteLineAsync(PlainText.Of(why));
            if (Host.DockerNote(line) is { } note)
                await (json ? Terminal.Error : Terminal.Out).WriteLineAsync(PlainText.Of(note));
            var told = json ? await lab.FactsAsync(cancellation) : null;
            foreach (var change in changes)
                await lab.ChangeAsync(change, cancellation);
            var sending = (Sending.Once with { Packets = packets, Observers = observers }).For(
                Prediction.Legs(lab.Profile, flow, packets).AreAnswered(flow));
            var seen = json
                ? await lab.SendAsync(flow, sending, cancellation)
                : await new AsItComes(
                    Prediction.Legs(lab.Profile, flow, packets), observers ?? lab.Usual, Terminal.Out)
                    .WhileAsync(glimpsed => lab.SendAsync(flow, sending with { Glimpsed = glimpsed }, cancellation));
            var judgement = Judgement.Of(flow, packets, seen);
            if (told is not null)
            {
                await using var output = Terminal.OpenOutput();
                TrailsJson.Write(output, new(seen.Profile, judgement.Legs) { Facts = told.Facts, Hooks = told.Hooks });
                await Terminal.Error.WriteLineAsync(judgement.Ending);
            }
            else
            {
                await Terminal.Out.WriteAsync($"{judgement.Text}\n{judgement.Ending}\n");
            }
            return judgement.ExitCode;
        }
    }

    private static ImmutableArray<HostChange> Changes(ParseResult line) =>
    [
        .. Host.Turns(line)
            .Where(turn => turn.Switch.Name != UserlandProxy)
            .Select(turn => new HostChange.Turn(turn.Switch, turn.On)),
        .. line.GetRequiredValue(Rules).Select(Rule),
        .. line.GetValue(Nft) is { } file ? [Table(NftInput.Read(file))] : Array.Empty<HostChange>(),
    ];

    private static HostChange Rule(string command)
    {
        _ = LabWords.Xtables(command, NoHost.Instance);
        return new HostChange.Rule(command);
    }

    private static HostChange.NftTable Table(string text)
    {
        _ = LabWords.TablesOf(text);
        return new HostChange.NftTable(text);
    }

    private static async Task<SelectedLab> StartAsync(
        ParseResult line, ImmutableArray<HostChange> changes, PrivateHosts hosts, CancellationToken cancellation)
    {
        var setup = NamespaceSetup.Default with
        {
            Docker = Host.SaysDocker(line, out var release) ? release : DockerRelease.V20,
            UserlandProxy = !line.GetValue(NoProxy)
                && Host.Turns(line).LastOrDefault(turn => turn.Switch.Name == UserlandProxy, (null!, true)).On,
            Iptables = Host.Iptables(line) ?? Backend.Nft,
            BeforeTools = line.GetValue(Earlier) is { } file ? [Table(NftInput.Read(file)).Text] : [],
        };
        var built = Host.SaysDocker(line, out _) ? "--docker"
            : line.GetValue(NoProxy) ? "--no-proxy"
            : Host.Iptables(line) is not null ? "--iptables"
            : !setup.UserlandProxy ? $"--set {UserlandProxy}=0"
            : !setup.BeforeTools.IsEmpty ? "--nft-before"
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
                $"{built} describes a private host, but the Docker lab does not change the Engine's host; remove it, or use --lab namespaces.");
        if (kind is not null || own is null)
            return await LabSelection.StartAsync(kind, setup, hosts, cancellation);
        var lab = await hosts.StartAsync(setup, cancellation);
        return new(
            lab,
            $"The lab is in private network namespaces{LabSelection.Where(lab)}, because {own} needs a private host.");
    }
}
