using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations.Talk;
using Hooktrail.Trails;
using NUnit.Framework;

namespace Hooktrail.Tests.Flows;

/// <summary>A host with the network lab and a WAN, a talker in each station, and the NFLOG observer.</summary>
internal sealed class FlowLab : IAsyncDisposable
{
    private static readonly RunId Run = RunId.Parse("flows");
    private static readonly string[] Listeners = ["client", "server", "wan", "host"];

    private readonly NamespaceHost _host;
    private readonly Dictionary<string, Talker> _talkers = [];
    private readonly List<Process> _processes = [];
    private readonly ImmutableArray<NflogPlace> _places = NflogPlaces.OfTools(Backend.Nft, Backend.Nft, Backend.Nft);
    private readonly NflogReader _reader;
    private StreamWriter _fences = null!;
    private int _fence;
    private int _flows;

    private FlowLab(NamespaceHost host) => (_host, _reader) = (host, new(Run, _places));

    public static async Task<FlowLab> StartAsync(CancellationToken cancellation)
    {
        NamespaceHost host;
        try
        {
            host = await NamespaceHost.StartAsync(NamespaceTopology.Small, cancellation);
        }
        catch (HooktrailException e) when (e.Message.Contains("cannot have private namespaces", StringComparison.Ordinal)
            && Environment.GetEnvironmentVariable("SPECS_REQUIRE_LIVE") != "1")
        {
            Assert.Ignore(e.Message);
            throw;
        }

        var lab = new FlowLab(host);
        await lab.BeginAsync(cancellation);
        return lab;
    }

    public Task RulesAsync(string rules) => _host.Host.RunAsync("set rules", $"nft -f - <<'.'\n{rules}\n.\n");

    public Task SetAsync(string path, string value) => _host.SetAsync(path, value);

    /// <summary>Sends one flow and follows it.</summary>
    /// <returns>What full records say, and what is said where ebt_log wrote those of the bridge.</returns>
    public async Task<(Finding Full, Finding Log)> ObserveAsync(Flow flow, int count = 1, int size = 8, int timeout = 100)
    {
        // Each has marks of its own in the upper four bits, as IPv6 wants them, and no bit that xt LOG or ICMP hides.
        var number = _flows++;
        var mark = (byte)((1 + number % 15) << 4);
        var sourcePort = 20_000 + number;
        foreach (var talker in _talkers.Values)
            await talker.MarkAsync(mark);

        var family = flow.Ip == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        string Address(string name) => _host.Addresses[name, family].ToString();
        var destination = flow.Via ?? (flow.To == Endpoint.Host ? flow.From == Endpoint.Wan ? "host.wan" : flow.From == Endpoint.Host ? "host.lo" : "lab.gateway" : flow.To.Name);
        var result = await _talkers[flow.From.Name].SendAsync(flow.IsBroadcast
            ? Talking.ToAll(null, Address("lab.broadcast"), flow.Port, sourcePort, mark, flow.Ttl, count, size)
            : Talking.To(
                flow.Protocol, flow.Ip, null, Address(destination), flow.Port, sourcePort, mark, flow.Ttl, count, size, TimeSpan.FromMilliseconds(timeout)));
        var heard = ImmutableArray.CreateBuilder<(int, Endpoint)>();
        foreach (var (name, talker) in _talkers)
            foreach (var one in await talker.TakeHeardAsync())
                if (one.Port == sourcePort)
                    heard.Add((one.Number, Endpoint.Parse(name)));

        await _fences.WriteLineAsync(NflogReader.Fence(++_fence));
        await _fences.FlushAsync();
        var window = await _reader.ReadUntilFence(_fence, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        var exchanged = new Exchanged(result.Sent, result.Answered)
        {
            Told = result.Told,
            Heard = heard.ToImmutable(),
            LocalPort = flow.HasPorts ? sourcePort : null,
        };
        Finding Assembled(LogWindow seen) => TrailAssembler.Assemble(flow, _host.Map, seen, mark, null, exchanged);
        return (Assembled(window), Assembled(window with { Sightings = [.. window.Sightings.Select(AsLogged)] }));
    }

    // What ebt_log would have printed.
    private static Sighting AsLogged(Sighting sighting) => sighting.Point.Layer != Layer.Ebtables ? sighting : new()
    {
        Sequence = sighting.Sequence,
        Run = sighting.Run,
        Point = sighting.Point,
        Line = sighting.Line,
        IsComplete = true,
        In = sighting.In,
        Out = sighting.Out,
        MacSource = sighting.MacSource,
        MacDestination = sighting.MacDestination,
        EtherType = sighting.EtherType,
        Source = sighting.Source,
        Destination = sighting.Destination,
        Tos = (byte)(sighting.EtherType == 0x86DD ? sighting.Tos & 0xF0 : sighting.Tos),
        Protocol = sighting.Protocol,
        // Of a later fragment it prints payload for ports.
        SourcePort = sighting.FragmentOffset > 0 && sighting.Protocol == "UDP" ? 0x0101 : sighting.SourcePort,
        DestinationPort = sighting.FragmentOffset > 0 && sighting.Protocol == "UDP" ? 0x0101 : sighting.DestinationPort,
        ArpOperation = sighting.ArpOperation,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var talker in _talkers.Values)
            await talker.DisposeAsync();
        await _fences.DisposeAsync();
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await _host.DisposeAsync();
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        // A rule that wants conntrack, as Docker's do.
        await RulesAsync("table inet conntracked { chain input { type filter hook input priority 500; ct state new; }; }");
        var (input, output) = Start("host", NflogProgram.Script, "0");
        _fences = input;
        _ = Task.Run(
            async () =>
            {
                while (await output.ReadLineAsync(cancellation) is { } line)
                    _reader.Accept(line);
            },
            cancellation);
        var group = await _reader.Group.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
        _reader.Know(DeviceNames.Parse(string.Join('\n', await _host.Host.RunAsync("list the links", "ip -o link", cancellation))));
        await RulesAsync(new NflogTable(Run, group, NflogTraffic.Everything, _places).Install());

        foreach (var name in Listeners)
        {
            var (to, from) = Start(name, Talker.Script);
            var lines = Channel.CreateUnbounded<string>();
            _ = Task.Run(
                async () =>
                {
                    while (await from.ReadLineAsync(cancellation) is { } line)
                        lines.Writer.TryWrite(line);
                    lines.Writer.Complete();
                },
                cancellation);
            var talker = _talkers[name] = new(name, to, lines.Reader);
            foreach (var ip in Enum.GetValues<IpVersion>())
                foreach (var protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp])
                    await talker.ListenAsync(new($"{protocol.Name()}-{ip.Name()}", protocol, ip, Flow.ServicePort), cancellation);
            await talker.ListenAsync(new("ear", Protocol.Udp, IpVersion.V4, 67) { IsMute = true }, cancellation);
        }
    }

    private (StreamWriter, StreamReader) Start(string station, string script, params string[] arguments)
    {
        var id = _host[station].Session.ProcessId;
        var own = new FileInfo("/proc/self/ns/user").LinkTarget == new FileInfo($"/proc/{id}/ns/user").LinkTarget;
        var start = new ProcessStartInfo(
            "nsenter",
            [.. own ? Array.Empty<string>() : ["--user", "--preserve-credentials"], "--net", "--target", $"{id}", "perl", "-e", script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        _processes.Add(process);
        return (process.StandardInput, process.StandardOutput);
    }
}
