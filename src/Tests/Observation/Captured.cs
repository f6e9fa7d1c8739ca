using System.Net;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

/// <summary>
/// A lab's kernel log: eight pings of two packets each, from fence 0 to fence 8, with types of service 0x04, 0x08, …
/// 0x1C and 0x40.
/// </summary>
internal static class Captured
{
    public static readonly RunId Run = RunId.Parse("x7k2q");

    public static readonly LabMap Map = new(
        new Dictionary<string, string>
        {
            ["veth1a2b3c2"] = "client.port",
            ["veth1a2b3c3"] = "server.port",
            ["br-5f0c12ab34cd"] = LabNames.Bridge,
            ["htx7k2q-wan"] = LabNames.WanNic,
        }.ToImmutableDictionary(),
        new Dictionary<IPAddress, string>
        {
            [IPAddress.Parse("172.29.88.1")] = LabNames.Gateway,
            [IPAddress.Parse("172.29.88.2")] = "client",
            [IPAddress.Parse("172.29.88.3")] = "server",
            [IPAddress.Parse("203.0.113.1")] = LabNames.HostOnWan,
            [IPAddress.Parse("203.0.113.2")] = "wan",
            [IPAddress.Parse("127.83.1.7")] = LabNames.HostOnLoopback,
            [IPAddress.Parse("fd00::2")] = "client",
            [IPAddress.Parse("fd00::3")] = "server",
        }.ToImmutableDictionary());

    public static readonly Exchanged BothAnswered = new(2, [1, 2]);

    public static ImmutableArray<string> Lines { get; } =
        [.. Text("captured.kmsg").Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    public static string Text(string name)
    {
        using var stream = typeof(Captured).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }

    /// <summary>Renumbered without gaps, for the capture leaves out the records of others.</summary>
    public static LogWindow Window(int n) => Read(Renumbered(Between(n)));

    public static ImmutableArray<string> Between(int n)
    {
        var from = Lines.IndexOf(Lines.Single(line => line.EndsWith($"fence {n - 1}")));
        var to = Lines.IndexOf(Lines.Single(line => line.EndsWith($"fence {n}")));
        return Lines[from..to];
    }

    public static IEnumerable<string> Renumbered(IEnumerable<string> lines) =>
        lines.Select((line, number) => Numbered(line, 1000 + number));

    public static string Numbered(string line, int number)
    {
        var fields = line.Split(',', 3);
        return $"{fields[0]},{number},{fields[2]}";
    }

    public static LogWindow Read(IEnumerable<string> lines)
    {
        var log = new KernelLog(Run);
        var number = 1_000_000;
        foreach (var line in lines)
        {
            log.Accept(line);
            number = int.Parse(line.Split(',')[1]) + 1;
        }

        log.Accept($"12,{number},1,-;{log.Fence(99)}");
        return log.ReadUntilFence(99, CancellationToken.None).Result;
    }

    public static TapCounters Counted(IEnumerable<Sighting> sightings) => TapCounters.Of(sightings);

    public static Finding Assemble(Flow flow, LogWindow window, byte tos, Exchanged exchanged) =>
        TrailAssembler.Assemble(flow, Map, window, tos, Counted(window.Sightings), exchanged);

    public static Flow Flow(string from, string to) => new(Endpoint.Parse(from), Endpoint.Parse(to), Protocol.Icmp);

    /// <summary>As <c>iptables nat POSTROUTING lab→wan.nic client→wan</c>.</summary>
    public static string Short(Hop hop) => $"{hop.Point} {hop.In}→{hop.Out} {hop.Source}→{hop.Destination}";
}
