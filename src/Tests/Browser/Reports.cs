using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Hooktrail.Model;
using Hooktrail.Records;
using Hooktrail.Report.Html;

namespace Hooktrail.Tests.Browser;

internal sealed record ReportFile(string Html, TrailsFile Trails);

/// <summary>One with everything that a report can have, made here, and that of the run before these tests.</summary>
internal static class Reports
{
    public const string Made = "made";
    public const string OfTheRun = "run";

    public const string Hostile =
        "</script><script>window.__pwned=1</script><img src=x onerror=\"window.__pwned=2\">'\"><svg onload=alert(3)> javascript:alert(4) ]]>";

    private static readonly Dictionary<string, ReportFile> Known = [];

    public static ReportFile Get(string which)
    {
        if (!Known.TryGetValue(which, out var report))
            Known[which] = report = which == Made ? Make() : FindRun();
        return report;
    }

    private static ReportFile FindRun()
    {
        var folder = Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } given
            ? given
            : Path.Combine(Metadata("Repository"), "out");
        var (html, trails) = (Path.Combine(folder, "report.html"), Path.Combine(folder, "trails.json"));
        if (!File.Exists(html) || !File.Exists(trails))
            Chromium.Cannot($"{folder} has no report.html of a run with its trails.json; ./specs run writes them.");
        return new(html, Read(trails));
    }

    private static ReportFile Make()
    {
        var folder = Scratch.Folder();
        var trails = Path.Combine(folder.FullName, "trails.json");
        using (var stream = File.Create(trails))
            TrailsJson.Write(stream, Everything());
        var html = Path.Combine(folder.FullName, "report.html");
        Cli("report", trails, "--out", html);
        return new(html, Read(trails));
    }

    /// <summary>Of four runs: expected and unexplained differences, what proves nothing, and hostile text.</summary>
    public static string MakeComparison()
    {
        var folder = Scratch.Folder();
        var everything = Everything();
        var old = HostProfile.Default with { Kernel = new(5, 4), Iptables = Backend.Legacy };
        var runs = new[] { "before", "again", "old", Hostile.Replace('/', '-') }.Select((name, index) =>
        {
            var path = Path.Combine(folder.FullName, $"{name}.json");
            using var stream = File.Create(path);
            TrailsJson.Write(stream, index < 2 ? everything : new(old,
            [
                .. everything.Legs.Select(leg => leg.Observed is null || leg.Scenario!.Feature == Hostile
                    ? leg with { HostProfile = null }
                    : leg with
                    {
                        HostProfile = null,
                        Observed = Prediction.Of(index == 2 ? old : HostProfile.Default, leg.Flow, leg.Leg),
                    }),
            ])
            { Facts = [new("kernel", "5.4"), new(Hostile, "other")] });
            return path;
        }).ToArray();
        var html = Path.Combine(folder.FullName, "compared.html");
        Cli(1, "compare", [.. runs, "--format", "html", "--out", html]);
        return html;
    }

    /// <summary>
    /// A question about the sample host, with what packets did: as predicted, and not, at a rule and at a hop; and hostile
    /// text for a container and in a rule.
    /// </summary>
    public static string MakeCheck()
    {
        var folder = Scratch.Folder();
        var html = Path.Combine(folder.FullName, "check.html");
        using var text = new StreamWriter(html);
        HtmlReport.Write(text, CheckedQuestion.Page(Hostile));
        return html;
    }

    /// <summary>Who reaches what on the sample host of the verbs' tests, with hostile text for a name.</summary>
    public static string MakeReach()
    {
        var folder = Scratch.Folder();
        var snapshot = Path.Combine(folder.FullName, "shop.snapshot");
        // A line of a snapshot is JSON within JSON.
        var hostile = JsonEncodedText.Encode(JsonEncodedText.Encode(Hostile).ToString());
        File.WriteAllText(
            snapshot,
            File.ReadAllText(Path.Combine(Metadata("Repository"), "src/Tests/Cli/shop.snapshot"))
                .Replace("shop-db-1", hostile.ToString(), StringComparison.Ordinal));
        var html = Path.Combine(folder.FullName, "reach.html");
        Cli("reach", "--snapshot", snapshot, "--format", "html", "--out", html);
        return html;
    }

    private static TrailsFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        return TrailsJson.Read(stream, path);
    }

    /// <summary>Every verdict, each kind of divergence, several hosts, and hostile text.</summary>
    private static TrailsFile Everything()
    {
        var plain = HostProfile.Default;
        var bare = plain with { BridgeNfCallIptables = false };
        var ping = new Flow(Endpoint.Client, Endpoint.Server, Protocol.Icmp);
        var published = new Flow(Endpoint.Wan, Endpoint.Host, Protocol.Tcp) { Port = 8080 };
        var dropped = new Flow(Endpoint.Client, Endpoint.Stranger, Protocol.Icmp);
        return new(plain,
        [
            Agreed("Bridged", "Request and reply", plain, ping, Leg.Request),
            Agreed("Bridged", "Request and reply", plain, ping, Leg.Reply),
            Agreed("Bridged", "Six", plain, ping with { Ip = IpVersion.V6 }, Leg.Request),
            Agreed("Bridged", "Who has", plain, ping with { Protocol = Protocol.Arp }, Leg.Request),
            Agreed("Published", "A port", plain, published, Leg.Request),
            Agreed("Published", "A port", plain, published, Leg.Reply),
            Agreed("Published", "Over loopback", plain, new(Endpoint.Host, Endpoint.Host, Protocol.Icmp), Leg.Request),
            Agreed("Dropped", "Between networks", plain, dropped, Leg.Request),
            Agreed("Dropped", "Another host", bare, ping, Leg.Request) with { HostProfile = bare },
            // The kernel did as with the switch off: it parts from the prediction at a hop.
            Agreed("Diverging", "At a hop", plain, ping, Leg.Request) with
            {
                Observed = Prediction.Of(bare, ping, Leg.Request),
                Verdict = LegVerdict.Disagreed,
                Reason = "First divergence at hop 3",
            },
            Agreed("Diverging", "At the end", plain, ping, Leg.Reply) with
            {
                Observed = Prediction.Of(plain, ping, Leg.Reply) with
                {
                    Outcome = Outcome.Vanished(HookPoints.Parse("iptables", "mangle", "POSTROUTING"), null)
                },
                Verdict = LegVerdict.Disagreed, Reason = "All hops agree, but not the outcome",
            },
            new(published, Leg.Request, Prediction.Of(plain, published, Leg.Request), null)
            {
                Scenario = new("Not proven", "Inconclusive"),
                Verdict = LegVerdict.Inconclusive,
                Reason = "The kernel log lost 3 records.",
            },
            new(published, Leg.Request, Prediction.Of(plain, published, Leg.Request), null)
            {
                Scenario = new("Not proven", "Skipped"), Verdict = LegVerdict.Skipped, Reason = "The lab has no wan.",
            },
            new(published, Leg.Request, Prediction.Of(plain, published, Leg.Request), null)
            {
                Scenario = new("Not proven", "Observers"),
                Verdict = LegVerdict.ObserversDisagree,
                Reason = "LOG saw nothing.",
            },
            Agreed(Hostile, Hostile, plain, ping, Leg.Request) with
            {
                Scenario = new(Hostile, Hostile) { Example = Hostile },
                Reason = Hostile,
                Verdict = LegVerdict.Disagreed,
                Observed = new(
                    [new(new(Layer.Nftables, Hostile, Hostile), Hostile, Hostile, Hostile, Hostile, Hostile, Hostile)],
                    Outcome.Vanished(null, Hostile)),
                Evidence = [new(1, Hostile, 1, Hostile), new(0, Evidence.Nflog, 2, Hostile)],
            },
        ])
        {
            Facts = [new("kernel", "6.18"), new(Hostile, Hostile)],
            Hooks = [new("ip", "prerouting", -300, Hostile)
            {
                Module = Hostile,
                Points = [new(Layer.Nftables, Hostile, Hostile)]
            }],
        };
    }

    private static LegRecord Agreed(string feature, string scenario, HostProfile host, Flow flow, Leg leg)
    {
        var trail = Prediction.Of(host, flow, leg);
        return new(flow, leg, trail, trail)
        {
            Scenario = new(feature, scenario),
            Verdict = LegVerdict.Agreed,
            Evidence =
            [
                .. trail.Hops.Select((hop, index) => new Evidence(
                    index + 1, Evidence.KernelLog, (ulong)index + 100, $"{hop.Point} IN={hop.In} OUT={hop.Out}"))
            ],
        };
    }

    private static void Cli(string verb, params string[] arguments) => Cli(0, verb, arguments);

    private static void Cli(int exitCode, string verb, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Metadata("Cli"), verb, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true
        })!;
        var said = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(exitCode), said.Result);
    }

    public static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().First(one =>
            one.Key == key).Value!;
}
