using System.CommandLine;
using Hooktrail.Namespaces;
using Hooktrail.Selection;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary><c>lab</c>: starts a lab, for users to look around in.</summary>
internal static class LabVerb
{
    private static readonly Argument<string[]> Only = new("container")
    {
        Description =
            "Starts only these containers and their networks; default: all. The host and wan are always there.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Verb Create()
    {
        var verb = new Verb(
            "lab",
            "Starts the lab and keeps it until you press Enter or Ctrl-C, to look at its rules or to ping by hand.",
            """
            Two containers are often enough and start faster: ./specs lab client server
            In the Docker lab, the taps log pings of the lab that have a type of service, such as ping -Q 4:
              docker exec hooktrail-RUN-client ping -c 1 -Q 4 server
              dmesg | tail
            For the namespace lab it prints how to enter each station. Devices there have the lab's names, and the host has the rules of Docker 20.10.
            """)
        {
            Arguments = { Only },
            Options = { LabOptions.Lab },
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var kind = LabOptions.Kind(line);
        var setup = NamespaceSetup.Default with { Docker = DockerRelease.V20 };
        if (line.GetValue(Only) is { Length: > 0 } only)
            setup = setup with { Topology = NamespaceTopology.For([Endpoint.Host.Name, Endpoint.Wan.Name, .. only]) };
        await using var hosts = new PrivateHosts(besideEngine: false);
        var (lab, why) = await LabSelection.StartAsync(kind, setup, hosts, cancellation);
        await using (lab)
        {
            // Scripts read the first line.
            await Terminal.Out.WriteLineAsync($"The lab is up, run {lab.Run}; press Enter to take it down.");
            await Terminal.Out.WriteLineAsync(PlainText.Of(why));
            if (lab is NamespaceLab namespaces)
                await Terminal.Out.WriteAsync(string.Concat(namespaces.ProcessIds.Select(
                    station => $"  {station.Key,-10} {namespaces.Machine.Entrance(station.Value)}\n")));
            await EnterKey.PressedAsync(cancellation);
        }

        return ExitCode.Done;
    }
}
