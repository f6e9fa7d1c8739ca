using System.CommandLine;
using Hooktrail.Hosts;
using Hooktrail.Questions;
using Hooktrail.Snapshots;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>check</c>: what becomes of a packet on a user's host.</summary>
internal static class CheckVerb
{
    private static readonly Option<string> From = new("--from")
    {
        Description = "The sender: a container, a service of compose, host, internet, or an address; address@device names its NIC.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "The receiver, and for tcp and udp its port: web:443, host:22, 192.0.2.7:80, [2001:db8::7]:80.",
        HelpName = "endpoint[:port]",
        Required = true,
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "The protocol: tcp, udp or icmp (an echo request and its reply).",
        HelpName = "protocol",
        DefaultValueFactory = _ => "tcp",
    };

    private static readonly Option<string?> Ip = new("--ip")
    {
        Description = "The IP version; by default that of the addresses, or IPv4.",
        HelpName = "ipv4|ipv6",
    };

    private static readonly Option<string?> File = new("--snapshot")
    {
        Description = "The host's snapshot; - is standard input. Without it, this host as it is now.",
        HelpName = "file",
    };

    private static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Shows every hook, also those at which no rule matched.",
    };

    private static readonly Option<string?> Expect = new("--expect")
    {
        Description = "The ending that you expect; any other is exit code 1.",
        HelpName = "delivered|dropped|rejected|unreachable",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "check",
            "Says what becomes of a packet on a host, and which rule decides.",
            """
            The first line is the answer. Then comes each leg: the hooks at which a rule matched, and the last one. A port that a container publishes is
            asked at the host's address if the sender is outside. What could not be read of the host stands last: an answer that depends on it is not sure.

            Exit codes: 0 as expected, or without --expect predicted; 1 another ending; 4 the model does not know, or it depends.

            Examples:
              ./specs check --from internet --to web:443 --snapshot shop.snapshot
              ./specs check --from 203.0.113.7@eth0 --to host:22
              ./specs check --from web --to db:5432 --expect delivered
            """)
        {
            Options = { From, To, ByProtocol, Ip, File, Expect, Verbose },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        Ending? expected = line.GetValue(Expect) switch
        {
            null => null,
            "delivered" => Ending.Delivered,
            "dropped" => Ending.Dropped,
            "rejected" => Ending.Rejected,
            "unreachable" => Ending.Unreachable,
            var other => throw new HooktrailException(
                $"Unknown ending \"{other}\"; the endings are delivered, dropped, rejected and unreachable."),
        };
        var snapshot = line.GetValue(File) is { } path
            ? SnapshotInput.Read(path)
            : await SnapshotTaking.OfThisHostAsync(cancellation);
        var topology = TopologyReader.Of(snapshot);
        var profile = SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
        var question = Question.Of(
            topology,
            line.GetRequiredValue(From),
            line.GetRequiredValue(To),
            Protocols.Parse(line.GetRequiredValue(ByProtocol)),
            line.GetValue(Ip) is { } ip ? IpVersions.Parse(ip is "4" or "6" ? $"ipv{ip}" : ip) : null);
        var answer = Answer.Of(profile, question);
        Console.Out.Write(PlainText.Of(answer.Says) + "\n");
        foreach (var leg in answer.Legs)
            Console.Out.Write("\n" + AnswerText.Of(leg, everyHook: line.GetValue(Verbose)));
        foreach (var missing in topology.NotKnown)
            Console.Out.Write($"\nnot known of this host: {PlainText.Of(missing.ToString())}");
        if (!topology.NotKnown.IsEmpty)
            Console.Out.Write("\n");
        return answer.Ending is Ending.Unknown or Ending.Depends ? ExitCode.NotPredicted
            : expected is { } wanted && wanted != answer.Ending ? ExitCode.No
            : ExitCode.Done;
    }
}
