using System.Diagnostics;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Import;

namespace Hooktrail.Tests.Flows;

/// <summary>
/// A third witness: the same packets, by the kernel's own trace as <c>nft monitor</c> prints it and as Hooktrail's
/// observer sees them. Trace and NFLOG share neither rules nor channel.
/// </summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class ImportedTraceTests
{
    private const string Chains =
        """
        table bridge traced {
            chain pre { type filter hook prerouting priority -310; meta nftrace set 1; }
        }
        table ip traced {
            chain pre { type filter hook prerouting priority -450; meta nftrace set 1; }
            chain out { type filter hook output priority -450; meta nftrace set 1; }
        }
        """;

    private NamespaceLab _lab = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _lab = await Live.StartAsync(NamespaceSetup.Default);
        // Chains of iptables-nft and ebtables-nft are there, and traced, from their first rule on; one without a target
        // decides nothing.
        foreach (var point in HookPoints.Iptables)
            await RunAsync(_lab, "iptables", "-t", point.Table, "-A", point.Chain);
        foreach (var point in HookPoints.Ebtables.Where(point => point.Table != "broute"))
            await RunAsync(_lab, "ebtables", "-t", point.Table, "-A", point.Chain, "-p", "ipv4", "--ip-proto", "253");
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [TestCase("client", "server", Protocol.Icmp, 80)]
    [TestCase("client", "wan", Protocol.Icmp, 80)]
    [TestCase("host", "client", Protocol.Udp, 80)]
    [TestCase("wan", "host", Protocol.Tcp, 8080)]
    [TestCase("wan", "client", Protocol.Icmp, 80)]
    public async Task An_imported_trace_equals_what_was_observed_and_what_is_predicted(
        string from, string to, Protocol protocol, int port)
    {
        await AgreesAsync(_lab, new Flow(Endpoint.Parse(from), Endpoint.Parse(to), protocol) { Port = port });
    }

    [TestCase("client", "server", Protocol.Icmp, 80)]
    [TestCase("wan", "host", Protocol.Tcp, 8080)]
    public async Task Chains_of_every_family_are_those_of_the_host_s_profile(
        string from, string to, Protocol protocol, int port)
    {
        const string own =
            """
            table inet own {
                chain deep {
                    counter accept
                }
                chain forw {
                    type filter hook forward priority 11
                    ip protocol tcp jump deep
                }
            }
            table bridge own {
                chain pre {
                    type filter hook prerouting priority -11
                }
            }
            table netdev own {
                chain ing {
                    type filter hook ingress device "wan.nic" priority 11
                }
            }
            """;
        await using (await _lab.ChangeAsync(new HostChange.NftTable(own)))
        {
            var points = await AgreesAsync(
                _lab, new Flow(Endpoint.Parse(from), Endpoint.Parse(to), protocol) { Port = port });
            Assert.That(points, Does.Contain(new HookPoint(Layer.Nftables, "inet own", "forw")));
            Assert.That(points, Has.None.Matches<HookPoint>(point => point.Chain == "deep"));
        }
    }

    [TestCase("client", "wan", Protocol.Icmp, 80)]
    [TestCase("wan", "host", Protocol.Tcp, 8080)]
    public async Task Docker_s_own_table_is_that_of_the_host_s_profile(
        string from, string to, Protocol protocol, int port)
    {
        await using var lab = await Live.StartAsync(
            NamespaceSetup.Default with { Docker = DockerRelease.V29Nftables });
        var points = await AgreesAsync(
            lab, new Flow(Endpoint.Parse(from), Endpoint.Parse(to), protocol) { Port = port });
        Assert.That(points, Does.Contain(new HookPoint(Layer.Nftables, "ip docker-bridges", "filter-FORWARD")));
    }

    // Returns the hook points of the trace.
    private static async Task<ImmutableHashSet<HookPoint>> AgreesAsync(NamespaceLab lab, Flow flow)
    {
        var (seen, lines) = await TracedAsync(lab, flow);
        var imported = ForeignFlow.Of(
            ForeignTrace.Read(lines, "the trace", TraceFormat.NftTrace, LogPrefixes.None), flow, lab.Map).Legs;
        var observed = ((Finding.Observed)seen.Finding).Legs;
        var predicted = Prediction.Legs(seen.Profile, flow);
        var points = imported.SelectMany(leg => leg.Trail.Hops).Select(hop => hop.Point).ToImmutableHashSet();
        Assert.That(imported.Select(leg => leg.Leg), Is.EquivalentTo(observed.Select(leg => leg.Leg)));
        Assert.Multiple(() =>
        {
            foreach (var leg in imported)
            {
                Assert.That(
                    Text(leg.Trail, points),
                    Is.EqualTo(Text(observed.Single(one => one.Leg == leg.Leg).Trail, points)),
                    $"{leg.Leg} as observed");
                Assert.That(
                    Text(leg.Trail, points),
                    Is.EqualTo(Text(predicted.Single(one => one.Leg == leg.Leg).Trail, points)),
                    $"{leg.Leg} as predicted");
            }
        });
        return points;
    }

    private static async Task<(Seen Seen, ImmutableArray<string> Lines)> TracedAsync(NamespaceLab lab, Flow flow)
    {
        using var monitor = Start(lab, "stdbuf", "-oL", "nft", "monitor");
        try
        {
            // The monitor is heard once it listens; if it misses one table, it hears a later one.
            var heard = monitor.StandardOutput.ReadLineAsync();
            for (var knock = 0; !heard.IsCompleted; knock++)
            {
                await RunAsync(lab, "nft", "add", "table", "ip", $"knock{knock}");
                await RunAsync(lab, "nft", "delete", "table", "ip", $"knock{knock}");
            }

            await heard;
            await RunAsync(lab, "nft", Chains);
            var seen = await lab.SendAsync(flow, Sending.Once);
            await RunAsync(
                lab,
                "nft",
                "delete table bridge traced; delete table ip traced; add table ip fence; delete table ip fence");
            var lines = ImmutableArray.CreateBuilder<string>();
            while (await monitor.StandardOutput.ReadLineAsync() is { } line
                && !line.Contains("table ip fence", StringComparison.Ordinal))
                lines.Add(line);
            return (seen, lines.ToImmutable());
        }
        finally
        {
            monitor.Kill();
            await monitor.WaitForExitAsync();
        }
    }

    // A trace has no physical ports, its drops have no reason in common with an observer's, and the chains that begin
    // it or observe it are no part of the host.
    private static string Text(Trail trail, ImmutableHashSet<HookPoint> points) => string.Join(
        '\n',
        [
            .. trail.Hops
                .Where(hop => points.Contains(hop.Point)
                    && !hop.Point.Table.EndsWith(" traced", StringComparison.Ordinal)
                    && !hop.Point.Table.Contains("hooktrail-", StringComparison.Ordinal))
                .Select(hop => $"{hop.Point} in={hop.In} out={hop.Out} {hop.Source} → {hop.Destination}"),
            trail.Outcome.Kind == OutcomeKind.Delivered ? trail.Outcome.ToString() : $"gone after {trail.Outcome.At}",
        ]);

    private static async Task RunAsync(NamespaceLab lab, string tool, params string[] arguments)
    {
        using var process = Start(lab, tool, arguments);
        await process.WaitForExitAsync();
        Assert.That(
            process.ExitCode,
            Is.Zero,
            () => $"{tool} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
    }

    private static Process Start(NamespaceLab lab, string tool, params string[] arguments) => Process.Start(
        new ProcessStartInfo(
            "nsenter",
            [
                .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
                "--net", "--mount", "--target", $"{lab.ProcessIds["host"]}", tool, .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
