using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Switch = Hooktrail.Rules.Switch;

namespace Hooktrail.Tests.Namespaces;

/// <summary>
/// The separate process of the tests: one that can be killed, or that runs as another user. Prints its answer by lines,
/// the last of them <c>done</c>; then it waits for the end of its standard input.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            switch (arguments)
            {
                case ["ping"]:
                    await using (var host = await NamespaceHost.StartAsync(NamespaceTopology.Whole))
                        foreach (var difference in await Reachability.DifferencesAsync(host))
                            Console.WriteLine(difference);
                    break;

                case ["hold"]:
                    await using (var host = await NamespaceHost.StartAsync(NamespaceTopology.Whole))
                    {
                        foreach (var line in Traces.Of(host).Lines())
                            Console.WriteLine(line);
                        Console.WriteLine("done");
                        Console.In.ReadToEnd();
                    }

                    return 0;

                case ["hold", "lab"]:
                    await using (var lab = await NamespaceLab.StartAsync(NamespaceSetup.Default))
                    {
                        await lab.SendAsync(new(Endpoint.Client, Endpoint.Wan, Protocol.Tcp), Sending.Once);
                        foreach (var line in Traces.OfAll().Lines())
                            Console.WriteLine(line);
                        Console.WriteLine("done");
                        Console.In.ReadToEnd();
                    }

                    return 0;

                case ["time", "lab", var starts]:
                    for (var i = 0; i < int.Parse(starts); i++)
                    {
                        var clock = Stopwatch.StartNew();
                        var lab = await NamespaceLab.StartAsync(NamespaceSetup.Default);
                        var started = clock.Elapsed;
                        await using (await lab.ChangeAsync(new HostChange.Turn(Switch.BridgeNfCallIptables, false)))
                        {
                        }

                        var changed = clock.Elapsed - started;
                        clock.Restart();
                        await lab.DisposeAsync();
                        Console.WriteLine(
                            $"lab: started {started.TotalMilliseconds:0} ms, changed and back {changed.TotalMilliseconds:0} ms, ended {clock.Elapsed.TotalMilliseconds:0} ms");
                    }

                    break;

                case ["load", var flows]:
                    await using (var lab = await NamespaceLab.StartAsync(NamespaceSetup.Default))
                    {
                        // The first ones compile what the others use.
                        await Flows.ManyAsync(lab, 500);
                        var (memory, clock) = (GC.GetTotalMemory(true), Stopwatch.StartNew());
                        var legs = await Flows.ManyAsync(lab, int.Parse(flows));
                        var minutes = clock.Elapsed.TotalMinutes;
                        Console.WriteLine($"{legs / minutes:0} legs a minute");
                        Console.WriteLine($"{(GC.GetTotalMemory(true) - memory) / 1024} KiB more");
                    }

                    break;

                case ["flows"]:
                    foreach (var line in await Flows.SeenAsync())
                        Console.WriteLine(line);
                    break;

                case ["time", var starts]:
                    for (var i = 0; i < int.Parse(starts); i++)
                        foreach (var (name, topology) in new[]
                        {
                            ("small", NamespaceTopology.Small), ("whole", NamespaceTopology.Whole)
                        })
                        {
                            var clock = Stopwatch.StartNew();
                            var host = await NamespaceHost.StartAsync(topology);
                            var started = clock.Elapsed;
                            await host.Host.RunAsync("measure", ":");
                            var script = clock.Elapsed - started;
                            clock.Restart();
                            await host.DisposeAsync();
                            Console.WriteLine(
                                $"{name}: started {started.TotalMilliseconds:0} ms, script {script.TotalMilliseconds:0.0} ms, ended {clock.Elapsed.TotalMilliseconds:0} ms");
                        }

                    break;
            }
        }
        catch (HooktrailException e)
        {
            Console.WriteLine(e.Message);
        }

        Console.WriteLine("done");
        return 0;
    }
}
