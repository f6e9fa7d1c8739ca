using System.Net;
using System.Text.RegularExpressions;
using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>Acts in the host's network namespace. Standard error carries the kernel log.</summary>
internal sealed partial class Probe : IAsyncDisposable
{
    private static TimeSpan FencePatience => Allowance.For(TimeSpan.FromSeconds(10));

    /// <summary>Legacy tools wait for the lock, at most 20 seconds; those of nf_tables have none.</summary>
    public const string InTurn = "-w 20";

    private readonly RunId _run;
    private readonly KernelLog _log;
    private Task _pump = Task.CompletedTask;
    private int _fences;
    // Whether the journal says that the run asks for networks.
    private bool _asks;
    private Backend? _backend;
    private Backend? _ebtables;
    private string _countersScript = "";
    // What the taps had counted when that was read last, and what they have logged since, up to the last window and in it.
    private TapCounters _counted = TapCounters.Of([]);
    private TapCounters _logged = TapCounters.Of([]);
    private LogWindow _last = new([], 0);
    private long _withheld;

    private Probe(RunId run, Shell shell) => (_run, Shell, _log) = (run, shell, new KernelLog(run));

    public RunId Run => _run;

    public Shell Shell { get; }

    /// <inheritdoc cref="KernelLog.Listener"/>
    public Action<Sighting>? Listener
    {
        set => _log.Listener = value;
    }

    /// <summary>Begins a run; changes nothing on the host yet.</summary>
    public static Task<Probe> StartAsync(ContainerEngine engine, string image, CancellationToken cancellation) =>
        RunSession.StartAsync(run => StartAsync(engine, run, image, cancellation));

    private static async Task<Probe> StartAsync(ContainerEngine engine, RunId run, string image, CancellationToken cancellation)
    {
        try
        {
            return await StartAsync(engine, run, Containers.Probe(run, image, sharesLock: true), cancellation).ConfigureAwait(false);
        }
        catch (NoSuchHostPathException)
        {
            // No program there has used the legacy tools, so Docker does not.
            return await StartAsync(engine, run, Containers.Probe(run, image), cancellation).ConfigureAwait(false);
        }
    }

    internal static async Task<Probe> StartAsync(ContainerEngine engine, RunId run, ContainerSpec spec, CancellationToken cancellation) =>
        new(run, new Shell(await engine.StartAsync(spec, cancellation).ConfigureAwait(false)));

    /// <summary>
    /// Journals IPv6 forwarding as it was before Docker may turn it on, and that the run asks for networks until <see
    /// cref="SettleAsync"/>.
    /// </summary>
    public Task EnterAsync(CancellationToken cancellation)
    {
        _asks = true;
        return Shell.RunAsync(
            "begin the journal",
            $$"""
            journal='add table inet hooktrail-{{_run}}; add chain inet hooktrail-{{_run}} starting'
            for name in all default; do
                setting=ipv6/conf/$name/forwarding
                if [ -e /host/net/$setting ] && [ "$(</host/net/$setting)" = 0 ]; then journal+="; add chain inet hooktrail-{{_run}} was.$setting.0"; fi
            done
            nft "$journal"
            """,
            cancellation);
    }

    /// <summary>Notes that the Engine has answered every request for a network.</summary>
    public Task SettleAsync()
    {
        _asks = false;
        return Shell.RunAsync("go on with the journal", $"nft delete chain inet hooktrail-{_run} starting");
    }

    /// <summary>Runs with a journal, this one once it has entered; and which of them ask for networks.</summary>
    public async Task<(ImmutableHashSet<string> Runs, ImmutableHashSet<string> Asking)> JournalsAsync(CancellationToken cancellation)
    {
        var lines = await Shell.RunAsync(
            "list the journals",
            @"nft list chains inet | sed -n -e 's/^table inet hooktrail-\(.....\) {$/\1/p' -e 's/^\tchain starting {$/starting/p'",
            cancellation).ConfigureAwait(false);
        return (
            [.. lines.Where(line => line.Length == RunId.Length)],
            [.. lines.Zip(lines.Skip(1)).Where(pair => pair.Second == "starting").Select(pair => pair.First)]);
    }

    /// <summary>Those of the processes that have ended, or that have no writer on their standard input.</summary>
    public async Task<ImmutableHashSet<int>> EndedAsync(IEnumerable<int> processes, CancellationToken cancellation) =>
    [
        .. from line in await Shell.RunAsync("look who is alive", $"hooktrail-ended {string.Join(' ', processes)}", cancellation).ConfigureAwait(false)
           select int.Parse(line, CultureInfo.InvariantCulture),
    ];

    public async Task<LabSubnets> ChooseAsync(CancellationToken cancellation) =>
        LabSubnets.Choose(await Shell.RunAsync("list what is in use", LabSubnets.Script, cancellation).ConfigureAwait(false));

    /// <summary>Gives back what a dead run changed; nothing of it may be on its way any more.</summary>
    public Task LeaveForAsync(string run, CancellationToken cancellation) =>
        Shell.RunAsync($"clean up after run {run}", $"hooktrail-leave {run} settled", cancellation);

    /// <summary>
    /// Has a bridge of the run's own take its IPv6 addresses at once. Docker adds one so that the kernel first asks, from the first port's coming on and
    /// for a second or two, whether somebody else has it, and nobody can be reached by it meanwhile; nor does the kernel ask for a neighbour then, which it
    /// does from its link-local address when it forwards (net/ipv6/ndisc.c, ndisc_solicit). A host that asks on every device (net.ipv6.conf.all.accept_dad) still does
    /// for that one (net/ipv6/addrconf.c, addrconf_dad_begin).
    /// </summary>
    public Task TrustAddressAsync(string bridge, string address, CancellationToken cancellation) => Shell.RunAsync(
        "set up a bridge",
        $"""
        [ ! -e /host/net/ipv6/conf/{bridge}/accept_dad ] || echo 0 >/host/net/ipv6/conf/{bridge}/accept_dad || exit
        ip -6 address delete {address} dev {bridge} && ip -6 address add {address} dev {bridge} nodad
        """,
        cancellation);

    /// <summary>Returns the IPv4 network of the link.</summary>
    public async Task<IPNetwork> JoinWanAsync(
        Shell wan, int process, LabSubnets subnets, IEnumerable<string> candidates, CancellationToken cancellation)
    {
        var lines = await Shell.RunAsync(
            "join the WAN",
            $"hooktrail-wan {_run} {process} {subnets.WanV6} {string.Join(' ', candidates)}",
            cancellation).ConfigureAwait(false);
        var network = IPNetwork.Parse(lines[^1]);
        await wan.RunAsync(
            "set up the WAN's end of the link",
            $"""
            set -e
            ip address add {LabAddresses.Nth(network, 2)}/{network.PrefixLength} dev eth0
            ip address add {LabAddresses.Nth(subnets.WanV6, 2)}/{subnets.WanV6.PrefixLength} dev eth0 nodad
            ip link set eth0 up
            ip route add {subnets.V4} via {LabAddresses.Nth(network, 1)}
            ip route add {subnets.V6} via {LabAddresses.Nth(subnets.WanV6, 1)}
            """,
            cancellation).ConfigureAwait(false);
        return network;
    }

    /// <remarks>Adds the containers' bridge ports to <paramref name="addresses"/>.</remarks>
    public async Task<LabMap> NamesAsync(
        LabAddresses addresses, IEnumerable<(Endpoint Endpoint, Shell Shell)> containers, CancellationToken cancellation)
    {
        var links = (await Shell.RunAsync("list the links", "ip -o link", cancellation).ConfigureAwait(false))
            .Select(line => (Fields: line.Split([':', '@'], StringSplitOptions.TrimEntries), Mac: Ether().Match(line).Groups[1].Value))
            .ToDictionary(link => link.Fields[0], link => (Name: link.Fields[1], link.Mac));

        var devices = addresses.Networks.ToImmutableDictionary(addresses.Device)
            .Add(addresses.Device(LabNames.WanNic), LabNames.WanNic)
            .Add("lo", LabNames.Loopback);
        var macs = links.Values.Where(link => LabNames.Networks.Contains(devices.GetValueOrDefault(link.Name, "")))
            .ToImmutableDictionary(link => link.Mac, link => devices[link.Name]);
        var found = await Task.WhenAll(containers.Select(async container => (container.Endpoint, Lines: await container.Shell.RunAsync(
            "find the bridge port", "cat /sys/class/net/eth0/iflink /sys/class/net/eth0/address; ip route show default; ip -6 route show default", cancellation).ConfigureAwait(false)))).ConfigureAwait(false);
        foreach (var (endpoint, lines) in found)
        {
            devices = devices.Add(links[lines[0]].Name, LabNames.PortOf(endpoint));
            macs = macs.SetItem(lines[1], endpoint.Name);
        }

        addresses.InsiderHasRoute = found.Any(one => one.Endpoint == Endpoint.Insider && one.Lines.Count > 2);
        addresses.PortDevices = found.ToImmutableDictionary(one => LabNames.PortOf(one.Endpoint), one => links[one.Lines[0]].Name);
        return new LabMap(devices, addresses.Names) { Ports = addresses.Ports, Macs = macs };
    }

    /// <summary>Begins with the next record.</summary>
    public Task OpenLogAsync(CancellationToken cancellation)
    {
        _pump = PumpAsync();
        return Shell.RunAsync("read the kernel log", "hooktrail-kmsg >&3", cancellation);
    }

    public async Task ObserveAsync(TracedTraffic traffic, CancellationToken cancellation)
    {
        var backend = await BackendAsync(cancellation).ConfigureAwait(false);
        var ebtables = await EbtablesAsync(cancellation).ConfigureAwait(false);
        var rules = new TapRules(_run, traffic, [.. HookPoints.Iptables, .. HookPoints.Ip6tables, .. HookPoints.Ebtables]);
        await using (await LockAsync(cancellation).ConfigureAwait(false))
        {
            var chains = await Shell.RunAsync("list the chains", "nft list chains", cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "mark the chains that the taps will make",
                Input("nft -f -", rules.Marks(string.Join('\n', chains))),
                cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "install the taps of iptables",
                Input($"iptables-{backend.Name()}-restore {InTurn} --noflush", rules.Iptables()),
                cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "install the taps of ip6tables",
                Input($"ip6tables-{backend.Name()}-restore {InTurn} --noflush", rules.Ip6tables()),
                cancellation).ConfigureAwait(false);
            await Shell.RunAsync(
                "install the taps of ebtables",
                ebtables == Backend.Nft ? Input("ebtables-nft-restore --noflush", rules.Ebtables()) : EbtablesLegacy.Insert(rules.Ebtables()),
                cancellation).ConfigureAwait(false);
        }

        var counted = ebtables == Backend.Nft
            ? "EBTABLES_SAVE_COUNTER=yes ebtables-nft-save"
            : $"for table in {EbtablesLegacy.Tables}; do ebtables-legacy -t $table -L --Lc | saved_legacy; done";
        _countersScript = $$"""
            {{EbtablesLegacy.Saved}}
            { iptables-{{backend.Name()}}-save -c; ip6tables-{{backend.Name()}}-save -c; {{counted}}; } 2>/dev/null | grep '"ht{{_run}} ' || :
            """;
        await ReadAsync(cancellation).ConfigureAwait(false);
        await CountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Settings and rules, without our own; <paramref name="holds"/>: this run holds the switches.</summary>
    public async Task<HostProfile> ProfileAsync(LabMap names, LabAddresses addresses, bool holds, CancellationToken cancellation)
    {
        var backend = await BackendAsync(cancellation).ConfigureAwait(false);
        var ebtables = await EbtablesAsync(cancellation).ConfigureAwait(false);
        var wait = holds ? "" : HostSnapshot.WhileNoneTurns;
        var lines = await Shell.RunAsync(
            "read the host's settings and rules",
            $"""
            {wait}
            ! grep -qsx docker-proxy /proc/[0-9]*/comm || echo userland-proxy
            {HostReading.Script(backend, addresses, addresses.Networks.Add(LabNames.WanNic), "/host/net", ebtables)}
            """,
            cancellation).ConfigureAwait(false);
        var read = HostReading.Parse([.. lines.Where(line => line != "userland-proxy" && !IsOurs().IsMatch(line))], names, backend, ebtables);
        return read with { UserlandProxy = lines.Contains("userland-proxy") };
    }

    /// <summary>Until the result is disposed of; runs that need other settings wait.</summary>
    public async Task<IAsyncDisposable> SwitchAsync(IEnumerable<string> bridges, HostProfile profile, CancellationToken cancellation)
    {
        static string Word(bool on) => on ? "on" : "off";
        var all = string.Join(' ', bridges);
        var said = await Shell.RunAsync(
            "turn bridge-nf-call-*",
            $". hooktrail-switch {_run} {Word(profile.BridgeNfCallIptables)} {Word(profile.BridgeNfCallIp6tables)} {Word(profile.BridgeNfCallArptables)} {all}",
            cancellation).ConfigureAwait(false);
        return new Release(Shell, $". hooktrail-switch {_run} release '{said[^1]}' {all}");
    }

    /// <summary>One run at a time changes taps; the lock is on the network namespace (image/agent.sh).</summary>
    private async Task<IAsyncDisposable> LockAsync(CancellationToken cancellation)
    {
        await Shell.RunAsync(
            "take turns with other runs", ". hooktrail-lock; lock 9 -x 20 'installing or removing taps'", cancellation).ConfigureAwait(false);
        return new Release(Shell, "flock -u 9");
    }

    private static string Input(string command, string text) => $"{command} <<'END'\n{text}END\n";

    /// <summary>What the taps logged since the last time, up to a record that is written now.</summary>
    /// <returns>With the number of ICMP errors that the kernel's rate limit withheld.</returns>
    public async Task<(LogWindow Window, long Withheld)> ReadAsync(CancellationToken cancellation)
    {
        _logged = _logged.With(TapCounters.Of(_last.Sightings));
        (_last, var said) = await ReadWindowAsync(WithheldScript, cancellation).ConfigureAwait(false);
        var (before, withheld) = (_withheld, RateLimited(said));
        _withheld = withheld;
        return (_last, withheld - before);
    }

    /// <summary>Adds the rules' counters to the last window: a second witness, but slow.</summary>
    /// <returns>The window also has what came in the meantime.</returns>
    public async Task<(LogWindow Window, TapCounters Counted)> CountAsync(CancellationToken cancellation)
    {
        var window = _last;
        // What comes between the fence and the reading of the counters, such as a segment of an earlier flow that is sent again, is counted, and logged
        // behind the fence.
        for (var reading = 1; ; reading++)
        {
            var (rest, saved) = await ReadWindowAsync(_countersScript, cancellation).ConfigureAwait(false);
            var counters = TapCounters.Parse(string.Join('\n', saved), _run);
            window = new([.. window.Sightings, .. rest.Sightings], window.Lost + rest.Lost);
            var (counted, logged) = (counters.Since(_counted).Since(_logged), TapCounters.Of(window.Sightings));
            if (reading == 1 && counted.Points.Any(point => counted[point] > logged[point]))
                continue;
            (_counted, _logged, _last) = (counters, TapCounters.Of([]), new([], 0));
            return (window, counted);
        }
    }

    public async Task<HostFacts> FactsAsync(string engine, CancellationToken cancellation) =>
        HostFacts.Parse(
            await Shell.RunAsync("read what there is to tell of the host", HostFacts.Script("/host/net"), cancellation).ConfigureAwait(false),
            new Fact("lab", "Docker"), new Fact("docker", engine));

    public async Task<HostSnapshot> SnapshotAsync(CancellationToken cancellation) =>
        new([.. await Shell.RunAsync("take a snapshot of the host", HostSnapshot.Script, cancellation).ConfigureAwait(false)]);

    /// <summary>The agent then gives the host back what the run changed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_asks)
        {
            try
            {
                await SettleAsync().ConfigureAwait(false);
            }
            catch (HooktrailException)
            {
                // There is no session any more, or no journal yet.
            }
        }

        await Shell.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    /// <summary>printk numbers records as they are written: those of an answered packet precede the fence.</summary>
    private async Task<(LogWindow Window, IReadOnlyList<string> Said)> ReadWindowAsync(string script, CancellationToken cancellation)
    {
        var fence = ++_fences;
        var said = await Shell.RunAsync("write to the kernel log", $"echo '{_log.Fence(fence)}' >/dev/kmsg\n{script}", cancellation).ConfigureAwait(false);
        return (await FenceAsync(fence, cancellation).ConfigureAwait(false), said);
    }

    // By the shell itself: it is done for every flow.
    private const string WithheldScript = """
        for file in /proc/net/snmp /proc/net/snmp6; do
            lines=()
            [ ! -r $file ] || mapfile -t lines <$file
            for line in "${lines[@]}"; do case $line in Icmp:* | Icmp6OutRateLimitHost*) echo "$line" ;; esac; done
        done
        """;

    // The kernel counts them from 6.1 on: per version of IP those to one address, and of IPv4 those to all. The file of IPv4 has a line of names, then one of numbers.
    private static long RateLimited(IReadOnlyList<string> lines)
    {
        var sixth = lines.Where(line => line.StartsWith("Icmp6", StringComparison.Ordinal)).Sum(line => Number(line.Split('\t')[^1]));
        return sixth + (lines.Where(line => line.StartsWith("Icmp: ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList() is [var names, var numbers]
            ? names.Zip(numbers).Where(pair => pair.First.StartsWith("OutRateLimit", StringComparison.Ordinal)).Sum(pair => Number(pair.Second))
            : 0);
    }

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async Task<LogWindow> FenceAsync(int fence, CancellationToken cancellation)
    {
        try
        {
            return await _log.ReadUntilFence(fence, cancellation).WaitAsync(FencePatience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HooktrailException(
                $"The kernel log did not show within {FencePatience.TotalSeconds:0} seconds what the probe wrote to /dev/kmsg; "
                + "see that `sysctl kernel.printk_devkmsg` is not off.");
        }
    }

    /// <summary>Docker's own chains tell.</summary>
    public async Task<Backend> BackendAsync(CancellationToken cancellation)
    {
        if (_backend is { } known)
            return known;
        var (status, _) = await Shell.TryAsync(
            "! iptables-nft-save 2>/dev/null | grep -q '^:DOCKER' && iptables-legacy-save 2>/dev/null | grep -q '^:DOCKER'", cancellation)
            .ConfigureAwait(false);
        _backend = status == 0 ? Backend.Legacy : Backend.Nft;
        return _backend.Value;
    }

    /// <summary>Legacy where iptables is, if nft's tables are unused and the kernel has the legacy modules.</summary>
    /// <remarks>Built-in tables count as none: remove-taps.sh finds a dead run's rules by the modules.</remarks>
    public async Task<Backend> EbtablesAsync(CancellationToken cancellation)
    {
        if (_ebtables is { } known)
            return known;
        if (await BackendAsync(cancellation).ConfigureAwait(false) == Backend.Nft)
            return (_ebtables = Backend.Nft).Value;
        var (status, _) = await Shell.TryAsync(
            $$"""
            ! nft list tables bridge 2>/dev/null | grep -qE ' (broute|nat|filter)$' || exit
            ({{EbtablesLegacy.Load}}) || exit
            for table in {{EbtablesLegacy.Tables}}; do grep -q "^ebtable_$table " /proc/modules || exit; done
            """,
            cancellation).ConfigureAwait(false);
        return (_ebtables = status == 0 ? Backend.Legacy : Backend.Nft).Value;
    }

    /// <summary>Fails the waiting fences when the session ends.</summary>
    private async Task PumpAsync()
    {
        try
        {
            var lines = Shell.Session.StandardError;
            while (await lines.WaitToReadAsync().ConfigureAwait(false))
                while (lines.TryRead(out var line))
                    _log.Accept(line);
            _log.Close($"The probe {Shell.Session.Name} ended while its kernel log was still needed; run again, and see what removed it.");
        }
        catch (HooktrailException lost)
        {
            _log.Close(lost.Message);
        }
    }

    // A tap of any run, or the mark of a chain that it made.
    [GeneratedRegex(""" --log-prefix "ht[a-z0-9]{5} |\A:hooktrail""")]
    private static partial Regex IsOurs();

    [GeneratedRegex(@" link/ether (\S+)")]
    private static partial Regex Ether();

    private sealed class Release(Shell shell, string script) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shell.RunAsync("turn the switch back", script).ConfigureAwait(false);
    }
}
