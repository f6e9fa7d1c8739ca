using System.CommandLine;
using Hooktrail.Live;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>watch</c>: real packets of a user's host as they come, beside their prediction.</summary>
internal static class WatchVerb
{
    private const int MostPackets = 10_000, LongestSeconds = 86_400, HighestRate = 200;

    private static readonly Option<string?> To = new("--to")
    {
        Description = "The receiver, with or without a port: web:443, host:22, 192.0.2.7, [2001:db8::7]:80.",
        HelpName = "endpoint[:port]",
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "The sender: an address, a container, a service of compose, or host; by default any.",
        HelpName = "endpoint",
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "The protocol: tcp, udp or icmp (echo requests and their replies).",
        HelpName = "protocol",
        DefaultValueFactory = _ => "tcp",
    };

    private static readonly Option<string> Packets = new("--packets")
    {
        Description = "Ends after so many packets.",
        HelpName = "n",
        DefaultValueFactory = _ => "20",
    };

    private static readonly Option<string> Seconds = new("--seconds")
    {
        Description = "Ends after so many seconds.",
        HelpName = "n",
        DefaultValueFactory = _ => "60",
    };

    private static readonly Option<string> Rate = new("--rate")
    {
        Description = "Lets the kernel trace at most so many packets a second; others pass as ever and are counted.",
        HelpName = "n",
        DefaultValueFactory = _ => "20",
    };

    private static readonly Option<int?> Namespace = new("--namespace")
    {
        Description = "Watches the network namespace of a process, without the host's containers.",
        HelpName = "pid",
    };

    private static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Shows every hook; by default those with a rule, the last, and where packet and prediction part.",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "watch",
            "Shows real packets of a flow on this host as they come, rule by rule, each beside its prediction.",
            """
            The kernel itself traces the packets (nftrace), through NAT and bridges: each hook that a packet crosses, and each rule of nf_tables that matches. The
            prediction is that of check, from the host as it is read when the watch begins. Where a packet parts from it, the first difference is marked with >.

            It adds private nft tables with names like hooktrail-x7k2q-watch, and changes nothing else: no rule, no log setting, no packet. Their rule has a limit,
            and the kernel removes them when the command ends for any reason. Only the packets that you name are traced; nothing is written to a file. It needs
            root, or CAP_NET_ADMIN over the network namespace. docs/watch.md says what it shows and what not.

            Exit codes: 0 every packet went as predicted, or none came; 1 a packet parted; 4 none parted, and nothing tells of some.

            Examples:
              ./specs watch --to web:443
              ./specs watch --from 203.0.113.7 --to host:22 --packets 50 --seconds 300
            """);
        foreach (var option in (Option[])[To, From, ByProtocol, Packets, Seconds, Rate, Namespace, Verbose])
            verb.Options.Add(option);
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var most = WholeNumber.Read(line.GetRequiredValue(Packets), "a number of packets", MostPackets);
        var seconds = WholeNumber.Read(line.GetRequiredValue(Seconds), "a number of seconds", LongestSeconds);
        var rate = WholeNumber.Read(line.GetRequiredValue(Rate), "a number of packets a second", HighestRate);
        var protocol = Protocols.Parse(line.GetRequiredValue(ByProtocol));
        if (line.GetValue(To) is null && line.GetValue(From) is null)
            throw new HooktrailException("A watch is of one flow; name its receiver with --to, its sender with --from, or both.");
        var host = await LiveHost.ReadAsync(line.GetValue(Namespace), cancellation);
        var traffic = WatchedFlow.Of(host.Profile, line.GetValue(To), line.GetValue(From), protocol);
        var judge = new WatchJudge(host);
        var tally = new WatchTally();
        await using var watch = await LiveWatch.StartAsync(host, traffic, rate, cancellation);
        await Terminal.Out.WriteLineAsync(
            $"Watching for at most {seconds} seconds or {most} packets, {rate} a second; Ctrl-C ends it.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        await foreach (var packet in watch.PacketsAsync(limit.Token))
        {
            if (tally.Count >= most)
                continue;
            var judged = judge.Of(packet);
            tally.Add(judged);
            await Terminal.Out.WriteAsync(WatchText.Of(tally.Count, judged, line.GetValue(Verbose)));
            if (tally.Count == most)
                await limit.CancelAsync();
        }

        var (came, traced) = await watch.CountAsync(CancellationToken.None);
        await Terminal.Out.WriteAsync(WatchText.Of(tally, came, traced, watch.Losses));
        return tally.Parted > 0 ? ExitCode.No : tally.Untold > 0 || watch.Losses > 0 ? ExitCode.NotPredicted : ExitCode.Done;
    }
}
