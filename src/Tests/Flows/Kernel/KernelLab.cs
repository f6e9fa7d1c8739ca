using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations.Talk;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;
using NUnit.Framework;

namespace Hooktrail.Tests.Flows.Kernel;

/// <summary>
/// A host of its own whose rules and switches can be changed between flows, and which says where the model and its kernel differ: it
/// reads its rules back, predicts each flow from them, sends it and compares every leg.
/// </summary>
internal sealed class KernelLab : IAsyncDisposable
{
    private static readonly RunId Run = RunId.Parse("kernl");
    private readonly NamespaceHost _host;
    private readonly KernelSetup _setup;
    private readonly Dictionary<string, Talker> _talkers = [];
    private readonly List<Process> _processes = [];
    private readonly ImmutableArray<NflogPlace> _places;
    private readonly NflogReader _reader;
    private readonly LabMap _map;
    private StreamWriter _fences = null!;
    private RuleSet? _rules;
    private int _group;
    private int _tables;
    private readonly Stack<string> _forget = new();
    private int _fence;
    private int _flows;

    private KernelLab(NamespaceHost host, KernelSetup setup)
    {
        (_host, _setup) = (host, setup);
        _places =
        [
            .. NflogPlaces.OfTools(setup.Iptables, setup.Iptables, Backend.Nft)
                .Where(place => setup.Iptables == Backend.Nft || !setup.Unregistered.Contains((place.Point.Layer, place.Point.Table))),
        ];
        _reader = new(Run, [.. _places, .. setup.Chains]);
        _map = host.Map with { Macs = Macs(host) };
    }

    /// <summary>The host as it was set up, without its rules, which are read from it.</summary>
    public HostProfile Switches { get; set; } = HostProfile.Default;

    public NamespaceHost Host => _host;

    public static async Task<KernelLab> StartAsync(KernelSetup setup)
    {
        NamespaceHost host;
        try
        {
            host = await NamespaceHost.StartAsync(setup.Topology, CancellationToken.None);
        }
        catch (HooktrailException e) when (e.Message.Contains("cannot have private namespaces", StringComparison.Ordinal)
            && Environment.GetEnvironmentVariable("SPECS_REQUIRE_LIVE") != "1")
        {
            Assert.Ignore(e.Message);
            throw;
        }

        var lab = new KernelLab(host, setup);
        try
        {
            await lab.BeginAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script on the host; its rules are read again before the next flow.</summary>
    public Task RunAsync(string script)
    {
        _rules = null;
        return _host.Host.RunAsync("change the host", script);
    }

    /// <summary>Loads tables of nft, and records at their base chains from then on.</summary>
    public async Task NftAsync(string tables, params string[] recorded)
    {
        await RunAsync($"nft -f - <<'.'\n{tables}\n.\n");
        var places = _setup.Chains.Where(place => recorded.Contains($"{place.Point.Table} {place.Point.Chain}")).ToImmutableArray();
        Assert.That(places, Has.Length.EqualTo(recorded.Length), "a chain is recorded that the setup does not name");
        if (!places.IsEmpty)
            await RecordAsync(places);
    }

    /// <summary>Takes tables away that <see cref="NftAsync(string, string[])"/> loaded last, and what recorded there.</summary>
    public Task DeleteAsync(string tables)
    {
        _rules = null;
        return NftAsync(_forget.Pop() + tables);
    }

    /// <summary>Sends a flow and compares each of its legs.</summary>
    /// <returns>What differs; empty where nothing does.</returns>
    public async Task<string> CheckAsync(Flow flow, int count = 1, Func<Task>? between = null)
    {
        var before = await ProfileAsync();
        var hopeless = between is null && IsHopeless(Prediction.Legs(before, flow, count), flow);
        var finding = await ObserveAsync(flow, count, between, TimeSpan.FromMilliseconds(hopeless ? 30 : 500));
        var after = between is null ? before : await ProfileAsync();
        var predicted = Prediction.Legs([.. Enumerable.Range(0, count).Select(i => i == 0 ? before : after)], flow);
        return Difference(flow, predicted, finding);
    }

    // Where nothing is to come back, nobody need wait for it for long: whoever has got something has answered before its station is asked.
    private static bool IsHopeless(ImmutableArray<PredictedLeg> legs, Flow flow) => !legs.Any(
        leg => leg.Trail.Outcome.Kind == OutcomeKind.Delivered
            && (leg.Leg.Direction == Direction.Error || leg.Leg == (flow.Protocol == Protocol.Tcp ? Leg.OfTcp[^1].Leg : Leg.Reply)));

    /// <summary>The same for many flows, one after the other; each has to differ in nothing.</summary>
    public async Task CheckAllAsync(IEnumerable<Flow> flows, int atLeast)
    {
        var report = new StringBuilder();
        var number = 0;
        foreach (var flow in flows)
        {
            report.Append(await CheckAsync(flow));
            number++;
        }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(number, Is.GreaterThanOrEqualTo(atLeast));
    }

    public async Task<HostProfile> ProfileAsync()
    {
        if (_rules is null)
        {
            var text = await _host.Host.RunAsync("read the rules", Reading);
            var parts = string.Join('\n', text).Split("#next\n").Select(part => part.Split('\n')).ToArray();
            var tools = new[] { Layer.Iptables, Layer.Ip6tables, Layer.Arptables, Layer.Ebtables };
            var rules = tools.Select((tool, i) => RuleReader.Xtables(tool, parts[i], _map, tool.Name() + "-save")).ToList();
            rules.Add(RuleReader.Nftables(parts[4], _map, "nft list ruleset"));
            _rules = rules.Aggregate((all, more) => all.With(more));
        }

        return Switches with { Rules = _rules };
    }

    private string Reading => _setup.Iptables == Backend.Nft
        ? "iptables-nft-save; echo '#next'; ip6tables-nft-save; echo '#next'; arptables-nft-save; echo '#next'; ebtables-nft-save; echo '#next'; nft list ruleset 2>/dev/null"
        : "iptables-legacy-save; echo '#next'; ip6tables-legacy-save; echo '#next'; echo '#next'; ebtables-nft-save; echo '#next'; nft list ruleset";

    public async Task<Finding> ObserveAsync(Flow flow, int count = 1, Func<Task>? between = null, TimeSpan? patience = null)
    {
        // Each has marks of its own in the upper four bits, as IPv6 wants them, and no bit that xt LOG or ICMP hides.
        var number = _flows++;
        var mark = (byte)((1 + number % 15) << 4);
        var sourcePort = 20_000 + number;
        foreach (var talker in _talkers.Values)
            await talker.MarkAsync(mark);

        var sent = 0;
        var answered = ImmutableSortedSet.CreateBuilder<int>();
        var told = ImmutableSortedSet.CreateBuilder<int>();
        var rounds = between is null ? [count] : Enumerable.Repeat(1, count).ToArray();
        for (var round = 0; round < rounds.Length; round++)
        {
            if (round == 1 && between is not null)
                await between();
            var result = flow is { Protocol: Protocol.Arp, From.Kind: EndpointKind.Host }
                ? await AskAsync(flow)
                : await _talkers[flow.From.Name].SendAsync(Talk(flow, mark, sourcePort, rounds[round], patience ?? TimeSpan.FromMilliseconds(100)));
            answered.UnionWith(result.Answered.Select(one => one + sent));
            told.UnionWith(result.Told.Select(one => one + sent));
            sent += result.Sent;
        }

        var heard = ImmutableArray.CreateBuilder<(int, Endpoint)>();
        foreach (var (name, talker) in _talkers)
            foreach (var one in await talker.TakeHeardAsync())
                if (one.Port == sourcePort)
                    heard.Add((one.Number, Endpoint.Parse(name)));

        await _fences.WriteLineAsync(NflogReader.Fence(++_fence));
        await _fences.FlushAsync();
        var window = await _reader.ReadUntilFence(_fence, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        var exchanged = new Exchanged(sent, answered.ToImmutable())
        {
            Told = told.ToImmutable(),
            Heard = heard.ToImmutable(),
            LocalPort = flow.HasPorts ? sourcePort : null,
        };
        return TrailAssembler.Assemble(flow, _map, window, mark, null, exchanged);
    }

    public static string Difference(Flow flow, ImmutableArray<PredictedLeg> prediction, Finding finding)
    {
        if (finding is not Finding.Observed(var legs))
            return $"{flow}: {finding}, predicted {string.Join(", ", prediction.Select(leg => $"{leg.Leg} {leg.Trail.Outcome}"))}\n";

        var report = new StringBuilder();
        var observed = legs.ToDictionary(leg => leg.Leg);
        var predicted = prediction.ToDictionary(leg => leg.Leg);
        foreach (var leg in observed.Keys.Union(predicted.Keys))
        {
            var (seen, said) = (observed.GetValueOrDefault(leg)?.Trail, predicted.GetValueOrDefault(leg)?.Trail);
            if (seen is null || said is null)
                report.AppendLine(CultureInfo.InvariantCulture, $"{flow}, {leg}:\n  predicted {Shown(said)}\n  observed  {Shown(seen)}");
            else if (!seen.Hops.SequenceEqual(said.Hops) || !seen.Outcome.LooksLike(said.Outcome))
                report.AppendLine(CultureInfo.InvariantCulture, $"{flow}, {leg}, after {Same(said, seen)} hops:\n  predicted {Shown(said, Same(said, seen))}\n  observed  {Shown(seen, Same(said, seen))}");
        }

        return report.ToString();
    }

    private static int Same(Trail one, Trail other) => one.Hops.Zip(other.Hops).TakeWhile(hops => hops.First == hops.Second).Count();

    private static string Shown(Trail? trail, int from = 0) => trail is null
        ? "nothing"
        : string.Join(" | ", trail.Hops.Skip(from).Take(from > 0 ? 3 : 40).Select(hop => $"{hop.Point} {hop.In}→{hop.Out} ({hop.PhysIn},{hop.PhysOut}) {hop.Source}→{hop.Destination}"))
            + $": {trail.Outcome}";

    public async ValueTask DisposeAsync()
    {
        foreach (var talker in _talkers.Values)
            await talker.DisposeAsync();
        if (_fences is not null)
            await _fences.DisposeAsync();
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await _host.DisposeAsync();
    }

    private Talking Talk(Flow flow, byte mark, int sourcePort, int count, TimeSpan patience)
    {
        var family = flow.Ip == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        string Address(string name) => _host.Addresses[name, family].ToString();
        var to = flow.Via ?? (flow.To == Endpoint.Host ? HostFor(flow.From) : flow.To.Name);
        if (flow.Protocol == Protocol.Arp)
            return Talking.WhoHas("eth0", Address(flow.From.Name), Address(to), patience);
        if (flow.Encapsulation != Encapsulation.None)
            return Talking.Frame("eth0", Frames.Wrapped(flow, _host.Addresses, mark, sourcePort));
        return flow.IsBroadcast
            ? Talking.ToAll(null, Address(LabNames.BroadcastOf(flow.From.Network ?? LabNames.Bridge)), flow.Port, sourcePort, mark, flow.Ttl, count, 8)
            : Talking.To(
                flow.Protocol, flow.Ip, null, Address(to), flow.Port, sourcePort, mark, flow.Ttl, count,
                flow.Fragments == 1 ? 8 : flow.Fragments * 1400 - 200, patience);
    }

    // The host asks of its own accord, past no hook, when it forgets who has the address and wants to know; a frame that a socket
    // writes would go past those of ARP.
    private async Task<TalkResult> AskAsync(Flow flow)
    {
        var address = _host.Addresses[flow.To.Name, AddressFamily.InterNetwork];
        var device = flow.To.Network ?? LabNames.WanNic;
        var known = await _host.Host.RunAsync(
            "ask by ARP",
            $$"""
            ip neigh del {{address}} dev {{device}}
            ip neigh replace {{address}} dev {{device}} use
            for i in 1 2 3 4 5 6 7 8 9 10; do
                state=$(ip neigh show {{address}} dev {{device}})
                case $state in *REACHABLE*) break ;; esac
            done
            ip neigh replace {{address}} dev {{device}} lladdr {{Frames.Mac(address)}} nud permanent
            echo "$state"
            """);
        return new(0, [new(1, known[^1].Contains("REACHABLE", StringComparison.Ordinal) ? Fate.Answered : Fate.Timeout, null)]);
    }

    private static string HostFor(Endpoint other) => other.Kind switch
    {
        EndpointKind.Container => LabNames.GatewayOf(other.Network!),
        EndpointKind.Wan => LabNames.HostOnWan,
        _ => LabNames.HostOnLoopback,
    };

    private static ImmutableDictionary<string, string> Macs(NamespaceHost host)
    {
        var macs = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (name, address) in host.Addresses.All.Where(one => one.Address.AddressFamily == AddressFamily.InterNetwork))
            if (Endpoint.All.Any(endpoint => endpoint.Name == name))
                macs[Frames.Mac(address)] = name;
            else if (LabNames.Networks.FirstOrDefault(network => LabNames.GatewayOf(network) == name) is { } bridge)
                macs[Frames.Mac(address)] = bridge;
        return macs.ToImmutable();
    }

    private async Task BeginAsync()
    {
        if (_setup.Docker is { } release)
            await InstallDockerAsync(release);
        // All built-in chains are there before the observer's: of two chains at one priority the one registered last runs first.
        if (_setup.Iptables == Backend.Nft)
            foreach (var (tool, points) in ((string, ImmutableArray<HookPoint>)[])
                [("iptables-nft", HookPoints.Iptables), ("ip6tables-nft", HookPoints.Ip6tables),
                 ("ebtables-nft", [.. HookPoints.Ebtables.Where(point => point.Table != "broute")])])
                await RunAsync($"{tool}-restore --noflush <<'.'\n{Chains(tool, points)}.\n");
        if (_setup.Begin.Length > 0)
            await RunAsync(_setup.Begin);
        var (input, output) = Start("host", NflogProgram.Script, "0");
        _fences = input;
        _ = Task.Run(async () =>
        {
            while (await output.ReadLineAsync() is { } line)
                _reader.Accept(line);
        });
        _group = await _reader.Group.WaitAsync(TimeSpan.FromSeconds(20));
        _reader.Know(DeviceNames.Parse(string.Join('\n', await _host.Host.RunAsync("list the links", "ip -o link"))));
        await RecordAsync(_places);
        await Task.WhenAll(_host.Topology.Stations.Select(ListenAsync));
        if (_setup.Proxy)
            await ListenForDockerAsync();
    }

    private static string Chains(string tool, ImmutableArray<HookPoint> points)
    {
        var text = new StringBuilder();
        foreach (var table in points.GroupBy(point => point.Table))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"*{table.Key}");
            // Docker's policy of FORWARD stays.
            foreach (var point in table)
                text.AppendLine(CultureInfo.InvariantCulture, $":{point.Chain} {(tool == "ebtables-nft" ? "ACCEPT" : "- [0:0]")}");
            text.AppendLine("COMMIT");
        }

        return text.ToString();
    }

    private Task RecordAsync(ImmutableArray<NflogPlace> places)
    {
        var table = new NflogTable(Run, _group, NflogTraffic.Everything, places);
        var name = $"{NflogTable.Name(Run)}{++_tables}";
        _forget.Push(table.Remove().Replace(NflogTable.Name(Run), name, StringComparison.Ordinal));
        return NftAsync(table.Install().Replace(NflogTable.Name(Run), name, StringComparison.Ordinal));
    }

    private Task NftAsync(string text) => _host.Host.RunAsync("load tables", $"nft -f - <<'.'\n{text}\n.\n");

    private async Task InstallDockerAsync(DockerRelease release)
    {
        var script = DockerScript.Of(release, new NamespaceRuleNames(_host), _setup.Proxy);
        var backend = _setup.Iptables.Name();
        foreach (var (tool, lines) in new[] { ("iptables", script.Iptables), ("ip6tables", script.Ip6tables) })
            if (!lines.IsEmpty)
                await RunAsync($"{tool}-{backend}-restore --noflush <<'.'\n{string.Join('\n', lines)}\n.\n");
        if (!script.Nftables.IsEmpty)
            await RunAsync($"nft -f - <<'.'\n{string.Join('\n', script.Nftables)}\n.\n");
    }

    /// <summary>The userland proxy listens on the host; a datagram has to be answered from the address that it was sent to.</summary>
    private async Task ListenForDockerAsync()
    {
        foreach (var published in PublishedPort.OfLab)
            foreach (var ip in Enum.GetValues<IpVersion>())
            {
                await _talkers["host"].ListenAsync(new($"proxy-tcp-{ip.Name()}-{published.Port}", Protocol.Tcp, ip, published.Port));
                foreach (var (name, address) in _host.Addresses.All)
                    if ((address.AddressFamily == AddressFamily.InterNetwork) == (ip == IpVersion.V4)
                        && (name is LabNames.HostOnWan or LabNames.HostOnLoopback || name.EndsWith(".gateway", StringComparison.Ordinal)))
                        await _talkers["host"].ListenAsync(
                            new($"proxy-udp-{address}-{published.Port}", Protocol.Udp, ip, published.Port) { Address = address.ToString() });
            }
    }

    private async Task ListenAsync(string name)
    {
        var (to, from) = Start(name, Talker.Script);
        var lines = Channel.CreateUnbounded<string>();
        _ = Task.Run(async () =>
        {
            while (await from.ReadLineAsync() is { } line)
                lines.Writer.TryWrite(line);
            lines.Writer.Complete();
        });
        var talker = new Talker(name, to, lines.Reader);
        lock (_talkers)
            _talkers[name] = talker;
        foreach (var ip in Enum.GetValues<IpVersion>())
            foreach (var protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp])
                await talker.ListenAsync(new($"{protocol.Name()}-{ip.Name()}", protocol, ip, Flow.ServicePort));
        await talker.ListenAsync(new("ear", Protocol.Udp, IpVersion.V4, 67) { IsMute = true });
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
        lock (_processes)
            _processes.Add(process);
        return (process.StandardInput, process.StandardOutput);
    }
}

/// <summary>What a <see cref="KernelLab"/> is like from the start.</summary>
internal sealed record KernelSetup
{
    public NamespaceTopology Topology { get; init; } = NamespaceTopology.Small;

    /// <summary>The release whose rules are there; null for none.</summary>
    public DockerRelease? Docker { get; init; }

    /// <summary>Whether Docker's userland proxy listens; hairpin NAT if not.</summary>
    public bool Proxy { get; init; }

    /// <summary>Whose tables the tools of IP use.</summary>
    public Backend Iptables { get; init; }

    /// <summary>With the legacy backend, the tables that nobody touches, and so are not there.</summary>
    public ImmutableArray<(Layer Layer, string Table)> Unregistered { get; init; } = [];

    /// <summary>A script for the host, run before the observer comes; by default it switches conntrack on.</summary>
    public string Begin { get; init; } = Conntracked;

    /// <summary>The users' chains that are recorded once they are loaded.</summary>
    public ImmutableArray<NflogPlace> Chains { get; init; } = [];

    /// <summary>A rule that wants conntrack, as Docker's do, in a chain that no packet comes to.</summary>
    public const string Conntracked = "nft 'table inet conntracked { chain nobody { ct state new; }; }'";
}

/// <summary>Frames that no socket writes.</summary>
internal static class Frames
{
    /// <summary>The Ethernet address of whoever has an address in the namespace lab.</summary>
    public static string Mac(IPAddress address) => "02:42:" + string.Join(':', address.GetAddressBytes().Select(octet => $"{octet:x2}"));

    /// <summary>An IPv4 datagram in an 802.1Q or PPPoE frame.</summary>
    public static byte[] Wrapped(Flow flow, NamespaceAddresses addresses, byte mark, int sourcePort)
    {
        var (source, destination) = (addresses[flow.From.Name, AddressFamily.InterNetwork], addresses[flow.To.Name, AddressFamily.InterNetwork]);
        byte[] udp = [.. Word(sourcePort), .. Word(flow.Port), .. Word(9), 0, 0, 1];
        byte[] ip = [0x45, mark, .. Word(20 + udp.Length), 0x12, 0x34, 0, 0, (byte)flow.Ttl, 17, 0, 0, .. source.GetAddressBytes(), .. destination.GetAddressBytes()];
        var sum = Enumerable.Range(0, 10).Sum(i => (ip[2 * i] << 8) + ip[2 * i + 1]);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        (ip[10], ip[11]) = ((byte)(~sum >> 8), (byte)~sum);
        byte[] packet = [.. ip, .. udp];
        byte[] tag = flow.Encapsulation == Encapsulation.Vlan
            ? [0x81, 0x00, 0x00, 0x05, 0x08, 0x00]
            : [0x88, 0x64, 0x11, 0x00, 0x00, 0x01, .. Word(packet.Length + 2), 0x00, 0x21];
        return [.. Octets(destination), .. Octets(source), .. tag, .. packet];
    }

    private static byte[] Octets(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes()];

    private static byte[] Word(int number) => [(byte)(number >> 8), (byte)number];
}
