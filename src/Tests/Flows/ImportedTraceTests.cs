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
            await RunAsync("iptables", "-t", point.Table, "-A", point.Chain);
        foreach (var point in HookPoints.Ebtables.Where(point => point.Table != "broute"))
            await RunAsync("ebtables", "-t", point.Table, "-A", point.Chain, "-p", "ipv4", "--ip-proto", "253");
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
        var flow = new Flow(Endpoint.Parse(from), Endpoint.Parse(to), protocol) { Port = port };
        var (seen, lines) = await TracedAsync(flow);
        var imported = ForeignFlow.Of(
            ForeignTrace.Read(lines, "the trace", TraceFormat.NftTrace, LogPrefixes.None), flow, _lab.Map).Legs;
        var observed = ((Finding.Observed)seen.Finding).Legs;
        var predicted = Prediction.Legs(seen.Profile, flow);
        Assert.That(imported.Select(leg => leg.Leg), Is.EquivalentTo(observed.Select(leg => leg.Leg)));
        Assert.Multiple(() =>
        {
            foreach (var leg in imported)
            {
                Assert.That(
                    Text(leg.Trail),
                    Is.EqualTo(Text(observed.Single(one => one.Leg == leg.Leg).Trail)),
                    $"{leg.Leg} as observed");
                Assert.That(
                    Text(leg.Trail),
                    Is.EqualTo(Text(predicted.Single(one => one.Leg == leg.Leg).Trail)),
                    $"{leg.Leg} as predicted");
            }
        });
    }

    private async Task<(Seen Seen, ImmutableArray<string> Lines)> TracedAsync(Flow flow)
    {
        using var monitor = Start("stdbuf", "-oL", "nft", "monitor");
        try
        {
            // The monitor is heard once it listens; if it misses one table, it hears a later one.
            var heard = monitor.StandardOutput.ReadLineAsync();
            for (var knock = 0; !heard.IsCompleted; knock++)
            {
                await RunAsync("nft", "add", "table", "ip", $"knock{knock}");
                await RunAsync("nft", "delete", "table", "ip", $"knock{knock}");
            }

            await heard;
            await RunAsync("nft", Chains);
            var seen = await _lab.SendAsync(flow, Sending.Once);
            await RunAsync(
                "nft", "delete table bridge traced; delete table ip traced; add table ip fence; delete table ip fence");
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

    // A trace has no physical ports, its drops have no reason in common with an observer's, and users' chains belong to
    // no tool.
    private static string Text(Trail trail) => string.Join(
        '\n',
        [
            .. trail.Hops.Where(hop => hop.Point.Layer != Layer.Nftables && hop.Point.Table != "broute")
                .Select(hop => $"{hop.Point} in={hop.In} out={hop.Out} {hop.Source} → {hop.Destination}"),
            trail.Outcome.Kind == OutcomeKind.Delivered ? trail.Outcome.ToString() : $"gone after {trail.Outcome.At}",
        ]);

    private async Task RunAsync(string tool, params string[] arguments)
    {
        using var process = Start(tool, arguments);
        await process.WaitForExitAsync();
        Assert.That(
            process.ExitCode,
            Is.Zero,
            () => $"{tool} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
    }

    private Process Start(string tool, params string[] arguments) => Process.Start(
        new ProcessStartInfo(
            "nsenter",
            [
                .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
                "--net", "--mount", "--target", $"{_lab.ProcessIds["host"]}", tool, .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
