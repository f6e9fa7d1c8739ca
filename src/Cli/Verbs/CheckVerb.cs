using System.CommandLine;
using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Live;
using Hooktrail.Questions;
using Hooktrail.Questions.Changes;
using Hooktrail.Report.Answers;
using Hooktrail.Report.Html;
using Hooktrail.Snapshots;
using Hooktrail.Text;
using Hooktrail.Twins;
using Hooktrail.Verification;

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

    private static readonly Option<bool> Established = new("--established")
    {
        Description = "Asks about a packet of a connection that exists, whatever becomes of a first packet now.",
    };

    private static readonly Option<string?> File = new("--snapshot")
    {
        Description = "The host's snapshot; - is standard input. Without it, this host as it is now.",
        HelpName = "file",
    };

    private static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Shows every hook, and every rule that was asked, also those that do not match or only log.",
    };

    private static readonly Option<string[]> Rules = new("--rule")
    {
        Description =
            "Asks what a command would change: of iptables, ip6tables, arptables, ebtables, nft, sysctl or ip route, with the host's own names; repeatable.",
        HelpName = "\"iptables …\"",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Nft = new("--nft")
    {
        Description = "Asks what the tables of a file for nft -f would change.",
        HelpName = "file",
    };

    private static readonly HostOptions Host = new(null);

    private static readonly Option<bool> Explain = new("--explain")
    {
        Description = "Says which smallest change of the host would let the packet through, or stop it if it is delivered.",
    };

    private static readonly Option<bool> Verify = new("--verify")
    {
        Description = "Sends the packets through a twin: a private copy of the host on this machine's kernel, or with --kernel in a guest.",
    };

    private static readonly Option<bool> Live = new("--live")
    {
        Description = "Sends the packets on this host itself: from inside the running container, or from the host.",
    };

    private static readonly Option<bool> Inject = new("--inject")
    {
        Description = "With --live: a sender outside comes in by the host's own NIC, which gets a clsact qdisc for that time.",
    };

    private static readonly Option<int?> Namespace = new("--namespace")
    {
        Description = "With --live: the host is the network namespace of a process.",
        HelpName = "pid",
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description =
            "The output format: text, for a terminal; json; html, a page with each leg's hops and rules; junit, one test case for CI; svg or mermaid, a picture of one leg.",
        HelpName = "text|json|html|junit|svg|mermaid",
        DefaultValueFactory = _ => "text",
    };

    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "The file, readable by its owner only; standard output by default.",
        HelpName = "file",
    };

    private static readonly Option<string> OfLeg = new("--leg")
    {
        Description = "The leg that a picture shows.",
        HelpName = "request|reply|error",
        DefaultValueFactory = _ => Direction.Request.Name(),
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
            $"""
            The first line is the answer. Then comes each leg: the hooks at which a rule mattered, and the last one. A port that a container publishes is
            asked at the host's address if the sender is outside. What could not be read of the host stands last: an answer that depends on it is not sure.

            --rule, --nft, --set, --docker and --kernel ask about the host as it would be: nothing is changed. The first two lines are then the answer now
            and the answer then, and the legs are those of the changed host. --docker exchanges Docker's own rules for those of another release, for the
            same networks, containers and published ports; your rules stay.

            --explain tries at most {SmallestChange.Limit} changes, one at a time, and prints those after which the model predicts the other ending: sysctls; routes that
            the packet lacks, or that end it; rules for such packets, in DOCKER-USER first; and last the deciding rule deleted, or the policy turned.

            --established asks about a connection that exists: its first packet was let through when it came, and NAT made of it what the rules make of it now.

            --verify builds a twin of the host in private network namespaces: its devices, addresses, routes, policy rules, sysctls, sets and rules, a
            namespace for each container and one for all that is beyond the host. It sends the packets of the question there, and compares hop by hop and,
            from the kernel's own trace, rule by rule. The host itself gets no packet and no change. A rule of a legacy tool is not compared, only its hooks.
            The kernel is this machine's; with --kernel 5.10, the twin runs in a QEMU guest with the newest 5.10 that has been fetched.

            A test case of junit passes only if the ending is the expected one. Where the model does not know, or it depends, the case is skipped.

            Exit codes: 0 as expected, or without --expect predicted; 1 another ending, or the twin did otherwise; 4 the model does not know, it depends, or
            nothing was verified.

            Examples:
              ./specs check --from internet --to web:443 --snapshot shop.snapshot
              ./specs check --from 203.0.113.7@eth0 --to host:22
              ./specs check --from web --to db:5432 --expect delivered --format junit
              ./specs check --from internet --to web:443 --format svg --leg reply > reply.svg
              ./specs check --from internet --to web:443 --rule "iptables -I DOCKER-USER -i eth0 -j DROP" --set ip_forward=1
              ./specs check --from internet --to web:443 --established --rule "iptables -I DOCKER-USER -i eth0 -j DROP"
              ./specs check --from internet --to web:443 --verify --snapshot shop.snapshot
              ./specs check --from internet --to web:443 --verify --snapshot shop.snapshot --format html --out check.html
              ./specs check --from internet --to web:443 --verify --snapshot shop.snapshot --kernel 6.1
              ./specs check --from 203.0.113.7 --to web:443 --explain --snapshot shop.snapshot
            """);
        foreach (var option in (Option[])
            [
                From, To, ByProtocol, Ip, Established, File, Rules, Nft, .. Host.OfChanged, Explain, Verify, Live, Inject,
                Namespace, Expect, Format, Out, OfLeg, Verbose,
            ])
            verb.Options.Add(option);
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        Ending? expected = line.GetValue(Expect) is { } name ? Endings.ParseExpected(name) : null;
        var format = line.GetRequiredValue(Format);
        if (format is not ("text" or "json" or "html" or "junit" or LegDrawing.Svg or LegDrawing.Mermaid))
            throw new HooktrailException(
                $"Unknown format \"{format}\"; the formats are text, json, html, junit, svg and mermaid.");
        var direction = Directions.Parse(line.GetRequiredValue(OfLeg));
        if (line.GetValue(Verify) && Host.SaysDocker(line, out _))
            throw new HooktrailException(
                "--verify builds the host with its own rules; leave out --docker, or leave out --verify.");
        CheckLive(line);
        var snapshot = line.GetValue(Namespace) is { } process
            ? await SnapshotTaking.OfNamespaceAsync(process, cancellation)
            : await SnapshotInput.SnapshotAsync(line.GetValue(File), cancellation);
        var profile = SnapshotInput.HostOf(snapshot);
        var topology = profile.Topology;
        var question = Question.Of(
            topology,
            line.GetRequiredValue(From),
            line.GetRequiredValue(To),
            Protocols.Parse(line.GetRequiredValue(ByProtocol)),
            line.GetValue(Ip) is { } ip ? IpVersions.Parse(ip is "4" or "6" ? $"ipv{ip}" : ip) : null);
        question = question with { Flow = question.Flow with { IsEstablished = line.GetValue(Established) } };
        var tables = line.GetValue(Nft) is { } file ? NftInput.Read(file) : null;
        var then = Changed(line, profile, tables);
        if (Host.DockerNote(line) is { } note)
            await Terminal.Error.WriteLineAsync(PlainText.Of(note));
        var answer = Answer.Of(then, question, everyRule: line.GetValue(Verbose));
        var result = new CheckResult(question, answer)
        {
            Before = ReferenceEquals(then, profile) ? null : Answer.Of(profile, question),
            Change = line.GetValue(Explain) ? SmallestChange.Of(then, question, answer) : null,
            Verified = line.GetValue(Live)
                ? await LiveCheck.AskAsync(
                    LiveHost.Of(snapshot, line.GetValue(Namespace)), question.Flow, line.GetValue(Inject), cancellation)
                : line.GetValue(Verify)
                ? await VerifiedAsync(line, snapshot, then, tables, question, cancellation)
                : null,
            NotKnown = topology.NotKnown,
        };
        var (to, what) = (line.GetValue(Out), "The answer");
        if (format is "json" or "junit")
            OutputFile.WritePrivate(
                to,
                stream =>
                {
                    if (format == "json")
                        AnswerJson.Write(stream, result);
                    else
                        AnswerJUnit.Write(stream, result, expected);
                },
                what);
        else
            OutputFile.WritePrivateText(
                to,
                text =>
                {
                    if (format == "html")
                        HtmlReport.Write(text, CheckPage.Of(then, result, ReportVerb.AccountOf));
                    else
                        text.Write(format == "text"
                            ? AnswerText.Of(result, everyHook: line.GetValue(Verbose))
                            : Drawn(format, then, result, direction));
                },
                what);

        return result.Meets(expected) switch
        {
            null => ExitCode.NotPredicted,
            true => ExitCode.Done,
            false => ExitCode.No,
        };
    }

    private static void CheckLive(ParseResult line)
    {
        if (!line.GetValue(Live))
        {
            if (line.GetValue(Inject) || line.GetValue(Namespace) is not null)
                throw new HooktrailException("--inject and --namespace go with --live; add it, or leave them out.");
            return;
        }

        if (line.GetValue(Established))
            throw new HooktrailException(
                "--live opens its own connection; leave out --established, or ask a twin with --verify.");
        if (line.GetValue(File) is not null || line.GetValue(Verify) || line.GetRequiredValue(Rules).Length > 0
            || line.GetValue(Nft) is not null || Host.Turns(line).Any() || Host.Kernel(line) is not null
            || Host.SaysDocker(line, out _))
            throw new HooktrailException(
                "--live sends packets on this host as it is now; leave out --snapshot, --verify and every change that you ask about.");
    }

    /// <summary>The host with the changes that the user asks about; the same object if there are none.</summary>
    private static HostProfile Changed(ParseResult line, HostProfile host, string? tables)
    {
        var changed = Host.SaysDocker(line, out var release) ? HostDocker.With(host, release) : host;
        if (tables is not null)
            changed = HostCommand.AddTables(changed, tables, InputFile.NameOf(line.GetValue(Nft)!));
        changed = line.GetRequiredValue(Rules).Aggregate(changed, HostCommand.Apply);
        changed = Host.Turns(line).Aggregate(changed, (one, turn) => HostSwitches.Turn(one, turn.Switch, turn.On));
        return Host.Kernel(line) is { } kernel ? changed with { Kernel = kernel } : changed;
    }

    private static async Task<Verified> VerifiedAsync(
        ParseResult line, Snapshot snapshot, HostProfile host, string? tables, Question question,
        CancellationToken cancellation)
    {
        var plan = SnapshotPlan.Of(snapshot);
        if (tables is not null)
            plan = plan with { Rules = plan.Rules.Add(new("nft -f -", tables)) };
        HostChange[] changes =
        [
            .. line.GetRequiredValue(Rules).Select(command => new HostChange.Rule(command)),
            .. Host.Turns(line).Select(turn => new HostChange.Turn(turn.Switch, turn.On)),
        ];
        plan = changes.Aggregate(plan, (one, change) => one.With(change, host.Iptables, host.Ebtables));
        return await TwinMachine.OnAsync(
            Host.Kernel(line),
            async (machine, token) =>
            {
                await using var twin = await TwinOfHost.StartAsync(plan, host, machine, token);
                return await twin.AskAsync(question.Flow, token);
            },
            cancellation);
    }

    private static string Drawn(string format, HostProfile profile, CheckResult result, Direction direction)
    {
        var leg = result.Answer.Legs.FirstOrDefault(one => one.Leg.Direction == direction)
            ?? throw new HooktrailException(
                $"There is no {direction.Name()} of {result.Question.Flow}: {result.Answer.Says}; choose another --leg.");
        return LegDrawing.Of(format, profile, result.Question.Flow, leg.Leg, leg.Trail, leg.Account);
    }
}
