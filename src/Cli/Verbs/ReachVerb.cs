using System.CommandLine;
using Hooktrail.Hosts;
using Hooktrail.Questions.Reach;
using Hooktrail.Report.Html;
using Hooktrail.Report.Reach;
using Hooktrail.Stations.Machines;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>reach</c>: who reaches what on a user's host, and what changed in that.</summary>
internal static class ReachVerb
{
    private const string What = "The table";

    private static readonly Option<string?> File = new("--snapshot")
    {
        Description = "The host's snapshot; - is standard input. Without it, this host as it is now.",
        HelpName = "file",
    };

    private static readonly Option<string[]> From = new("--from")
    {
        Description = "A further source, as check takes it: 203.0.113.7, 203.0.113.7@eth0, a container; repeatable.",
        HelpName = "endpoint",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Each container is a source, and not one of each network. Hosts with few containers need no -v.",
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description =
            "The output format: text, a table for a terminal; json; markdown; html, one page where each answer opens the packet's path; junit, one test case for each expectation.",
        HelpName = "text|json|markdown|html|junit",
        DefaultValueFactory = _ => "text",
    };

    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "The file, readable by its owner only; standard output by default.",
        HelpName = "file",
    };

    private static readonly Option<string?> Expect = new("--expect")
    {
        Description = "A file of expectations, such as \"internet → web:443/tcp delivered\", one in each line; - is standard input.",
        HelpName = "file",
    };

    private static readonly Option<string[]> Diff = new("--diff")
    {
        Description = "Two snapshots, before and after: only what changed, by cause.",
        HelpName = "before after",
        Arity = new(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> Verify = new("--verify")
    {
        Description = "Sends the packets of each answer through a twin of the host, and writes what it did otherwise to standard error.",
    };

    private static readonly Option<string?> Kernel = new("--kernel")
    {
        Description = "Asks about the host with another kernel release; with --verify, the twin runs in a guest with it.",
        HelpName = "version",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "reach",
            "Says who reaches what on a host, by which rule not, and what is surprising in that; or what changed.",
            """
            Sources are the internet, the networks beyond the other NICs, each network of an engine, and the host. Services are published ports, listening
            sockets of the host, and ports of containers at the containers' own addresses, also those that are only exposed. An answer is yes, no, depends, or not known; – is no question.
            A number after it stands for the reason below the table. ◆ is a surprise, which is explained above the table.

            An expectation is SOURCE → SERVICE:PORT/PROTOCOL ENDING [ipv4|ipv6]; -> is an arrow too, and # begins a comment. The ends are those of check, the
            protocol is tcp, udp or icmp, by default tcp, and the ending is delivered, dropped, rejected, unreachable, or closed for any of the last three.

            --verify builds a twin of the host, as check --verify does, and asks it each answer of the table, hop by hop and rule by rule; with --diff a twin
            of each host. With --kernel 5.10, a twin runs in a QEMU guest with the newest 5.10 that has been fetched.

            Exit codes: 0 done, and all is as expected, or nothing changed (--diff); 1 an expectation is not met, the twin did otherwise, or an answer changed
            (--diff); 4 no expectation is missed, but the model does not know whether each is met, it depends, or an answer was not verified.

            Examples:
              ./specs reach --snapshot shop.snapshot
              ./specs reach --snapshot shop.snapshot --format html --out reach.html
              ./specs reach --snapshot shop.snapshot --from 203.0.113.7@eth0 --expect shop.expect --format junit --out junit.xml
              ./specs reach --snapshot shop.snapshot --verify
              ./specs reach --diff before.snapshot after.snapshot --verify
            """)
        {
            Options = { File, From, Kernel, Verify, Format, Out, Expect, Diff, Verbose },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var scope = new ReachScope([.. line.GetRequiredValue(From)], line.GetValue(Verbose));
        if (line.GetValue(Diff) is [var before, var after])
            return await CompareAsync(line, scope, before, after, cancellation);
        var format = Known(line, "text", "json", "markdown", "html", "junit");
        var snapshot = await SnapshotInput.SnapshotAsync(line.GetValue(File), cancellation);
        var host = HostOf(line, snapshot);
        var expectations = Expectations(line, host);
        var table = new Lazy<ReachTable>(() => ReachTable.Of(host, scope.For(host.Topology)));
        var verified = line.GetValue(Verify)
            ? await TwinMachine.OnAsync(
                KernelOf(line), (machine, token) => VerifiedAsync(snapshot, table.Value, machine, token), cancellation)
            : null;
        var shown = Show(line, format, host.Topology.Name, expectations, table, verified);
        if (verified is null)
            return shown;
        await Terminal.Error.WriteAsync(ReachText.Of(verified));
        return Worse(shown, CodeOf(verified));
    }

    private static KernelVersion? KernelOf(ParseResult line) =>
        line.GetValue(Kernel) is { } kernel ? KernelVersion.Parse(kernel) : null;

    private static HostProfile HostOf(ParseResult line, Snapshot snapshot)
    {
        var host = SnapshotInput.HostOf(snapshot);
        return KernelOf(line) is { } kernel ? host with { Kernel = kernel } : host;
    }

    private static async Task<VerifiedReach> VerifiedAsync(
        Snapshot snapshot, ReachTable table, IMachine machine, CancellationToken cancellation)
    {
        await using var twin = await TwinOfHost.StartAsync(
            SnapshotPlan.Of(snapshot), table.Host, machine, cancellation);
        return await twin.AskAsync(table, cancellation);
    }

    private static int CodeOf(VerifiedReach verified) =>
        verified.Otherwise.Any() ? ExitCode.No
        : verified.Untold.Any() ? ExitCode.NotPredicted
        : ExitCode.Done;

    // What went wrong outweighs what is not known.
    private static int Worse(int one, int other) =>
        one == ExitCode.No || other == ExitCode.No ? ExitCode.No : Math.Max(one, other);

    private static int Show(
        ParseResult line, string format, string host, ImmutableArray<JudgedExpectation> expectations,
        Lazy<ReachTable> asked, VerifiedReach? verified)
    {
        if (format == "junit")
        {
            if (expectations.IsEmpty)
                throw new HooktrailException("The format junit is for expectations; name a file of them with --expect.");
            OutputFile.WritePrivate(
                line.GetValue(Out),
                stream => ExpectationsJUnit.Write(stream, host, expectations),
                "The file of results");
        }
        else
        {
            var table = asked.Value;
            Write(
                line, format,
                () => ReachText.Of(table, expectations), () => ReachMarkdown.Of(table, expectations),
                () => ReachPage.Of(table, expectations, verified), stream => ReachJson.Write(stream, table, expectations, verified));
        }

        return expectations.Any(one => one.Fulfilment == Fulfilment.Otherwise) ? ExitCode.No
            : expectations.Any(one => one.Fulfilment == Fulfilment.Inconclusive) ? ExitCode.NotPredicted
            : ExitCode.Done;
    }

    private static async Task<int> CompareAsync(
        ParseResult line, ReachScope scope, string before, string after, CancellationToken cancellation)
    {
        if (line.GetValue(File) is not null || line.GetValue(Expect) is not null)
            throw new HooktrailException("--diff takes no --snapshot or --expect; leave them out.");
        var format = Known(line, "text", "json", "markdown", "html");
        var snapshots = (
            Before: await SnapshotInput.SnapshotAsync(before, cancellation),
            After: await SnapshotInput.SnapshotAsync(after, cancellation));
        var (earlier, later) = (HostOf(line, snapshots.Before), HostOf(line, snapshots.After));
        var of = scope.For(earlier.Topology, later.Topology);
        var difference = ReachDifference.Between(ReachTable.Of(earlier, of), ReachTable.Of(later, of));
        // The two twins know nothing of each other, and are up side by side.
        VerifiedReach[] verified = line.GetValue(Verify)
            ? await TwinMachine.OnAsync(
                KernelOf(line),
                (machine, token) => Task.WhenAll(
                    VerifiedAsync(snapshots.Before, difference.Before, machine, token),
                    VerifiedAsync(snapshots.After, difference.After, machine, token)),
                cancellation)
            : [];
        var shown = Show(line, format, difference, verified);
        foreach (var (host, one) in new[] { "before", "after" }.Zip(verified))
        {
            await Terminal.Error.WriteAsync($"{host}: {ReachText.Of(one)}");
            shown = Worse(shown, CodeOf(one));
        }

        return shown;
    }

    private static int Show(ParseResult line, string format, ReachDifference difference, VerifiedReach[] verified)
    {
        Write(
            line, format,
            () => ReachDifferenceText.Of(difference), () => ReachMarkdown.Of(difference),
            () => ReachPage.Of(difference, verified.FirstOrDefault(), verified.LastOrDefault()),
            stream => ReachJson.Write(stream, difference, verified.FirstOrDefault(), verified.LastOrDefault()));
        return difference.Groups.IsEmpty ? ExitCode.Done : ExitCode.No;
    }

    private static void Write(
        ParseResult line, string format,
        Func<string> text, Func<string> markdown, Func<ReportInput> page, Action<Stream> json) =>
        OutputFile.WritePrivate(
            line.GetValue(Out),
            stream =>
            {
                if (format == "json")
                {
                    json(stream);
                    return;
                }

                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                if (format == "html")
                    HtmlReport.Write(writer, page());
                else
                    writer.Write(format == "text" ? text() : markdown());
            },
            What);

    private static string Known(ParseResult line, params string[] formats)
    {
        var format = line.GetRequiredValue(Format);
        return formats.Contains(format)
            ? format
            : throw new HooktrailException(
                $"Unknown format \"{format}\"; use {string.Join(", ", formats.SkipLast(1))} or {formats[^1]}.");
    }

    private static ImmutableArray<JudgedExpectation> Expectations(ParseResult line, HostProfile host) =>
        line.GetValue(Expect) is { } path
            ? JudgedExpectation.Of(host, InputFile.Read(
                path,
                "name a file of expectations",
                stream =>
                {
                    using var reader = new StreamReader(stream);
                    return Expectation.Read(host.Topology, reader, InputFile.NameOf(path));
                }))
            : [];
}
