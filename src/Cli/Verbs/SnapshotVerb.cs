using System.CommandLine;
using Hooktrail.Hosts;
using Hooktrail.Snapshots;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>snapshot</c>: writes all that decides a packet's way on a host into one file.</summary>
internal static class SnapshotVerb
{
    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description = "The file, readable by its owner only; standard output by default.",
        HelpName = "file",
    };

    private static readonly Option<bool> Script = new("--script")
    {
        Description = "Prints the script that takes a snapshot, for a host without Hooktrail.",
    };

    private static readonly Option<int?> Namespace = new("--namespace")
    {
        Description = "Takes the network namespace of a process, without the host's containers.",
        HelpName = "pid",
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "snapshot",
            "Reads all that decides a packet's way on this host into one file.",
            """
            It runs a POSIX shell script that needs only the host's own tools: iproute2, and iptables, nft, ipset, docker or podman where they are. It changes
            nothing: it loads no module, makes no table and starts no container. Of containers it reads names, compose project and service, networks, addresses,
            ports and routes; never environment variables, commands or mounts. Run it as root; where it may not read something, the snapshot says so.

            The file has addresses and names of your host. docs/snapshots.md describes it.

            Examples:
              ./specs snapshot --out shop.snapshot
              ./specs snapshot --script > snapshot.sh && ssh root@shop sh -s < snapshot.sh > shop.snapshot
            """)
        {
            Options = { Out, Script, Namespace },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var to = line.GetValue(Out);
        if (line.GetValue(Script))
        {
            if (line.GetValue(Namespace) is not null)
                throw new HooktrailException("--script and --namespace exclude each other: give the printed script the argument \"namespace\" in that namespace.");
            OutputFile.WriteText(to, text => text.Write(Snapshot.Script), "The script");
            return ExitCode.Done;
        }

        var snapshot = line.GetValue(Namespace) is { } process
            ? await SnapshotTaking.OfNamespaceAsync(process, cancellation)
            : await SnapshotTaking.OfThisHostAsync(cancellation);
        OutputFile.WritePrivate(to, stream => SnapshotJson.Write(stream, snapshot), "The snapshot");
        foreach (var failure in snapshot.Failures)
            await Console.Error.WriteLineAsync($"specs: not read: {failure}");
        return ExitCode.Done;
    }
}
