using System.CommandLine;
using Hooktrail.Hosts;
using Hooktrail.Hosts.Anonymous;
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

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Takes a snapshot from a file in place of this host, for --anonymize; - is standard input.",
        HelpName = "file",
    };

    private static readonly Option<bool> Anonymize = new("--anonymize")
    {
        Description =
            "Puts documentation addresses in place of public ones and of MAC addresses, and numbers in place of the names of host, containers, projects, services and networks.",
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

            With DOCKER_HOST at another machine it reads the containers and networks there; devices, routes and rules of that machine cannot be read through
            the Engine, so run the script there.

            The file has addresses and names of your host. With --anonymize it can go into a bug report, and answers stay the same; names of devices, chains and
            sets stay too. docs/snapshots.md describes the file.

            Examples:
              ./specs snapshot --out shop.snapshot
              ./specs snapshot --script > snapshot.sh && ssh root@shop sh -s < snapshot.sh > shop.snapshot
              ./specs snapshot --from shop.snapshot --anonymize --out public.snapshot
            """)
        {
            Options = { Out, Script, Namespace, From, Anonymize },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var to = line.GetValue(Out);
        if (line.GetValue(Script))
        {
            if (line.GetValue(Namespace) is not null || line.GetValue(From) is not null || line.GetValue(Anonymize))
                throw new HooktrailException(
                    "--script takes no other option than --out: the script takes snapshots later, and --from with --anonymize changes them then.");
            OutputFile.WriteText(to, text => text.Write(Snapshot.Script), "The script");
            return ExitCode.Done;
        }

        var snapshot = await TakeAsync(line, cancellation);
        if (line.GetValue(Anonymize))
            snapshot = AnonymousSnapshot.Of(snapshot);
        OutputFile.WritePrivate(to, stream => SnapshotJson.Write(stream, snapshot), "The snapshot");
        foreach (var failure in snapshot.Failures)
            await Terminal.Error.WriteLineAsync($"specs: not read: {failure}");
        return ExitCode.Done;
    }

    private static async Task<Snapshot> TakeAsync(ParseResult line, CancellationToken cancellation)
    {
        if (line.GetValue(From) is { } file)
            return line.GetValue(Namespace) is null
                ? SnapshotInput.Read(file)
                : throw new HooktrailException("--from and --namespace exclude each other; remove one of them.");
        if (line.GetValue(Namespace) is { } process)
            return await SnapshotTaking.OfNamespaceAsync(process, cancellation);
        if (!SnapshotTaking.IsEngineElsewhere)
            return await SnapshotTaking.OfThisHostAsync(cancellation);
        await Terminal.Error.WriteLineAsync(
            "specs: DOCKER_HOST is another machine, of whose host only containers and networks can be read through the Engine; for devices, routes and rules, run there what --script prints.");
        return await SnapshotTaking.OfEngineAsync(cancellation);
    }
}
