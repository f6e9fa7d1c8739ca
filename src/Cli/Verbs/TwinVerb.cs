using System.CommandLine;
using Hooktrail.Namespaces;
using Hooktrail.Text;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>twin</c>: builds a twin of a user's host, to look around in.</summary>
internal static class TwinVerb
{
    private static readonly Argument<string?> File = new("snapshot")
    {
        Description = "The host's snapshot. Without it, this host as it is now.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "twin",
            "Builds a private copy of a host in network namespaces, and keeps it until you press Enter or Ctrl-C.",
            """
            The twin has the host's devices, addresses, routes, policy rules, sysctls, sets and rules on this machine's kernel, a namespace for each container,
            and one for all that is beyond the host. It prints how to enter each, and in what the twin is not the host. Nothing of it can be seen from the
            host, nothing of it reaches a network, and nothing is left when the command ends for any reason.

            Change what you like in it: a rule, a route, a sysctl. check --verify and reach --verify ask a twin of their own.

            Examples:
              ./specs twin shop.snapshot
              ./specs twin
            """)
        {
            Arguments = { File },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var snapshot = await SnapshotInput.SnapshotAsync(line.GetValue(File), cancellation);
        await using var twin = await TwinOfHost.StartAsync(
            SnapshotPlan.Of(snapshot), SnapshotInput.HostOf(snapshot), cancellation);
        // Scripts read the first line.
        await Terminal.Out.WriteLineAsync("The twin is up; press Enter to take it down.");
        foreach (var (name, process) in twin.Namespaces)
            await Terminal.Out.WriteLineAsync(PlainText.Of($"  {name,-20} {ThisMachine.Instance.Entrance(process)}"));
        foreach (var difference in twin.Differences)
            await Terminal.Out.WriteLineAsync(PlainText.Of(difference));
        await EnterKey.PressedAsync(cancellation);
        return ExitCode.Done;
    }
}
