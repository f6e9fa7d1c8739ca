using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Questions;
using Hooktrail.Selection;
using Hooktrail.Snapshots;
using Hooktrail.Stations.Machines;
using Hooktrail.Twins;
using Hooktrail.Verification;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>Needs a real Engine and the lab's image.</summary>
[Category("live")]
[CancelAfter(300_000)]
public class ContainerMachineTests : LiveEngineTestBase
{
    private static readonly NamespaceSetup[] Setups =
    [
        NamespaceSetup.Default,
        NamespaceSetup.Default with { Docker = DockerRelease.V20, UserlandProxy = false },
        NamespaceSetup.Default with { Docker = null, Conntrack = false },
        NamespaceSetup.Default with { Docker = DockerRelease.V29Nftables },
    ];

    private ContainerMachine _machine = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _machine = await ContainerMachine.StartAsync(Engine, Image);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [TestCaseSource(nameof(Setups))]
    public async Task Every_leg_goes_as_predicted(NamespaceSetup setup, CancellationToken cancel)
    {
        await using var lab = await NamespaceLab.StartAsync(_machine, setup, cancel);
        Flow[] flows =
        [
            .. from ip in Enum.GetValues<IpVersion>()
               from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
               from ends in ((Endpoint From, Endpoint To)[])
                   [(Client, Server), (Client, Wan), (Hosted, Client), (Host, Insider)]
               select new Flow(ends.From, ends.To, protocol) { Ip = ip },
            new(Client, Everyone, Protocol.Udp) { Port = 67 },
            new(Client, Host, Protocol.Arp),
            new(Host, Client, Protocol.Arp),
            new(Client, Server, Protocol.Udp) { Fragments = 2 },
            new(Client, Server, Protocol.Udp) { Encapsulation = Encapsulation.Vlan },
        ];
        var legs = 0;
        foreach (var flow in flows)
            legs += await CompareAsync(lab, flow, cancel);
        Assert.That(legs, Is.GreaterThan(60));
    }

    [TestCase("ebtables -t broute -A BROUTING -p IPv4 --ip-src client -j DROP")]
    [TestCase("ebtables -t nat -A PREROUTING -i client.port -j DROP")]
    [TestCase("ip6tables -t mangle -A FORWARD -s client -j DROP")]
    [TestCase("arptables -A INPUT -s client -j DROP")]
    public async Task A_rule_comes_and_goes_and_the_host_is_read_from_where_it_is(string rule, CancellationToken cancel)
    {
        await using var lab = await NamespaceLab.StartAsync(_machine, NamespaceSetup.Default, cancel);
        var before = lab.Profile;
        Assert.That(before.Kernel, Is.EqualTo(KernelVersion.Parse((await Engine.DescribeAsync(cancel)).KernelRelease)));
        Assert.That(
            (await lab.FactsAsync(cancel)).Facts,
            Has.Some.Matches<Fact>(fact => fact.Name == "lab" && fact.Value.Contains("in the container")));
        IAsyncDisposable change;
        try
        {
            change = await lab.ChangeAsync(new HostChange.Rule(rule), cancel);
        }
        catch (HooktrailException refused)
            when (refused.Message.Contains("not supported", StringComparison.OrdinalIgnoreCase))
        {
            // DROP in broute before Linux 6.12
            Assert.Ignore($"The Engine's kernel refuses the rule: {refused.Message}");
            return;
        }

        await using (change)
        {
            Assert.That(lab.Profile, Is.Not.EqualTo(before));
            await CompareAsync(lab, rule.StartsWith("arptables", StringComparison.Ordinal)
                ? new(Client, Host, Protocol.Arp)
                : new(Client, Server, Protocol.Udp)
                {
                    Ip = rule.StartsWith("ip6", StringComparison.Ordinal) ? IpVersion.V6 : IpVersion.V4
                }, cancel);
        }

        Assert.That(await lab.ReadAsync(cancel), Is.EqualTo(before));
    }

    [TestCase("web:8080", Ending.Delivered)]
    [TestCase("host:3306", Ending.Dropped)]
    public async Task A_twin_of_a_users_host_shows_its_kernel(string to, Ending ending, CancellationToken cancel)
    {
        var hosts = typeof(ContainerMachineTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "Hosts").Value!;
        await using var file = File.OpenRead(Path.Combine(hosts, "ufw.snapshot"));
        var snapshot = SnapshotJson.Read(file, file.Name);
        var plan = SnapshotPlan.Of(snapshot);
        var host = SnapshotProfile.Of(snapshot, plan.Topology) with { Topology = plan.Topology };
        var question = Question.Of(plan.Topology, "internet", to, Protocol.Tcp, null);

        await using var twin = await TwinOfHost.StartAsync(plan, host, _machine, cancel);
        var verified = await twin.AskAsync(question.Flow, cancel);

        Assert.That(Answer.Of(host, question).Ending, Is.EqualTo(ending));
        Assert.That(verified.Agrees, Is.True, verified.Says);
        Assert.That(verified.Says, Does.Match(
            @"^in a twin of the host on Linux [0-9.]+, in the container hooktrail-\S+ of the Docker Engine at \S+, the packets .* [1-9][0-9]* rules?$"));
        Assert.That(verified.Differences, Is.Empty);
    }

    [Test]
    public async Task Labs_side_by_side_do_not_see_each_other_and_end_separately(CancellationToken cancel)
    {
        await using var stays = await NamespaceLab.StartAsync(
            _machine, NamespaceSetup.Default with { Topology = NamespaceTopology.Small }, cancel);
        await using (var goes = await NamespaceLab.StartAsync(
            _machine, NamespaceSetup.Default with { Topology = NamespaceTopology.Small, Docker = null }, cancel))
            await Task.WhenAll(
                CompareAsync(stays, new(Client, Wan, Protocol.Tcp), cancel),
                CompareAsync(goes, new(Client, Wan, Protocol.Tcp), cancel));
        await CompareAsync(stays, new(Client, Wan, Protocol.Icmp), cancel);
        // Its own, the two of the machine that a test may be, and the one that looks.
        var processes = await ReadAsync(
            "bash",
            "-c",
            "shopt -s nullglob; for one in /proc/[0-9]*/ns/net; do readlink $one; done 2>/dev/null | sort -u | wc -l");
        Assert.That(
            processes.Trim(),
            Is.EqualTo("5"),
            "the container's network namespace, and of the lab that is left the host's, client's, server's and WAN's");
    }

    [Test]
    public async Task The_container_has_the_rights_that_it_needs_and_no_other()
    {
        // SYS_ADMIN (21), NET_ADMIN (12) and NET_RAW (13), of <linux/capability.h>.
        var status = await ReadAsync("sed", "-n", "s/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\):\\t//p", "/proc/self/status");
        Assert.That(
            status.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(),
            Is.EqualTo(new[] { "0000000000203000", "1" }));
        Assert.That(
            await ReadAsync(
                "bash",
                "-c",
                "cd /sys/class/net; echo *; cd /proc; echo 1 && tr '\\0' ' ' </proc/1/cmdline | head -c 4"),
            Is.EqualTo("lo\n1\nperl"));
        Assert.That(
            await ReadAsync("bash", "-c", "echo 1 2>&1 >/proc/sys/net/ipv4/ip_forward"),
            Does.Contain("Read-only file system"),
            "the settings are read-only but in a lab");
    }

    [Test]
    public async Task Kill_9_of_this_process_would_leave_nothing(CancellationToken cancel)
    {
        var machine = await ContainerMachine.StartAsync(Engine, Image, cancellation: cancel);
        var lab = await NamespaceLab.StartAsync(
            machine, NamespaceSetup.Default with { Topology = NamespaceTopology.Small }, cancel);
        var session = (ContainerSession)machine.Session;
        await session.CutAsync(); // as the kernel does for a process that is killed
        Assert.That(await session.WaitForExitAsync(cancel), Is.Zero);
        Assert.That(await Engine.FindContainersAsync("hooktrail.run", session.Name.Split('-')[1], cancel), Is.Empty);
        Assert.That(
            () => lab.SendAsync(new(Client, Server, Protocol.Icmp), Sending.Once, cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("The talker of the station"));
        await lab.DisposeAsync();
        await machine.DisposeAsync();
    }

    [Test]
    public async Task A_lab_whose_start_fails_leaves_the_machine_as_it_was(CancellationToken cancel)
    {
        var before = await ReadAsync("bash", "-c", "echo /proc/[0-9]* | wc -w");
        Assert.That(
            () => NamespaceLab.StartAsync(
                _machine,
                NamespaceSetup.Default with { BeforeBridges = "table ip mine { chain c { nonsense; }; }" },
                cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("nonsense"));
        Assert.That(
            async () => await ReadAsync("bash", "-c", "echo /proc/[0-9]* | wc -w"),
            Is.EqualTo(before).After(5_000, 10));
    }

    [Test]
    public async Task Behind_a_port_of_this_machine_the_same_kernel_is_known_again(CancellationToken cancel)
    {
        await using var forwarder = new Forwarder(EngineEndpoint.FromEnvironment());
        await using var engine = await ContainerEngine.ConnectAsync(forwarder.Endpoint, cancel);
        var same = await PrivateHosts.IsThisKernelAsync(_machine, cancel);
        var (machine, kept) = await PrivateHosts.OnEngineAsync(
            await ContainerEngine.ConnectAsync(forwarder.Endpoint, cancel), Image, evenIfSame: false, cancel);
        await using (machine)
            Assert.That(machine, same ? Is.SameAs(ThisMachine.Instance) : Is.TypeOf<ContainerMachine>());
        if (kept is not null)
            await kept.DisposeAsync();
    }

    [Test]
    public async Task Who_asks_for_the_Engine_gets_it_whatever_its_kernel(CancellationToken cancel)
    {
        var (machine, kept) = await PrivateHosts.OnEngineAsync(
            await ContainerEngine.ConnectAsync(cancel), Image, evenIfSame: true, cancel);
        await using (machine)
            Assert.That(
                machine.Place,
                Does.StartWith("in the container hooktrail-").And.Contain(EngineEndpoint.FromEnvironment().ToString()));
        await kept!.DisposeAsync();
    }

    private static async Task<int> CompareAsync(NamespaceLab lab, Flow flow, CancellationToken cancel)
    {
        var predicted = Prediction.Legs(lab.Profile, flow);
        var seen = await lab.SendAsync(flow, Sending.Once.For(predicted.AreAnswered(flow)), cancel);
        Assert.That(seen.Finding, Is.TypeOf<Finding.Observed>(), $"{flow}: {seen.Finding}");
        Assert.That(
            ((Finding.Observed)seen.Finding).Legs.Select(leg => Shown(leg.Leg, leg.Trail)),
            Is.EqualTo(predicted.Select(leg => Shown(leg.Leg, leg.Trail))),
            $"{flow}");
        return predicted.Length;
    }

    private static string Shown(Leg leg, Trail trail) =>
        $"{leg}: {string.Join(" | ", trail.Hops.Select(hop => $"{hop.Point} {hop.In}→{hop.Out} ({hop.PhysIn},{hop.PhysOut}) {hop.Source}→{hop.Destination}"))}";

    private async Task<string> ReadAsync(params string[] command)
    {
        await using var process = await _machine.StartAsync(new MachineProgram([.. command]));
        using var reader = new StreamReader(process.ReaderOf(MachineProgram.Output));
        return await reader.ReadToEndAsync();
    }

    /// <summary>A local port that leads to an Engine, as a virtual machine's does.</summary>
    private sealed class Forwarder : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly EngineEndpoint _to;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public Forwarder(EngineEndpoint to)
        {
            _to = to;
            _listener.Start();
            Endpoint = EngineEndpoint.Parse($"tcp://{_listener.LocalEndpoint}");
            _serving = ServeAsync();
        }

        public EngineEndpoint Endpoint { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _serving;
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            var connections = new List<Task>();
            try
            {
                while (true)
                    connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(connections);
            }
        }

        private async Task ServeAsync(Socket one)
        {
            using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await other.ConnectAsync(new UnixDomainSocketEndPoint(_to.SocketPath!));
            using (one)
                await Task.WhenAll(CopyAsync(one, other), CopyAsync(other, one));
        }

        // Half of a connection may end before the other.
        private async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[1 << 16];
            try
            {
                for (int read; (read = await from.ReceiveAsync(buffer, _stop.Token)) > 0;)
                    await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                from.Dispose();
            }
        }
    }
}
