using System.Net;
using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Live;
using Hooktrail.Questions;
using Hooktrail.Snapshots;
using Hooktrail.Stations.Talk;
using Hooktrail.Twins;
using Hooktrail.Verification;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// Questions about this machine, asked of the running host: two networks with containers of the test, a published port,
/// and the host. A guest in a container's namespace sends; host, twin and prediction say the same, rule by rule. No
/// packet leaves the machine.
/// </summary>
[Category("live")]
[CancelAfter(600_000)]
public sealed class LiveCheckTests : LiveEngineTestBase
{
    private static readonly Protocol[] All = [Protocol.Icmp, Protocol.Udp, Protocol.Tcp];

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<string> _networks = [];
    private Probe _probe = null!;
    private int _port;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (SnapshotTaking.IsEngineElsewhere)
            throw Skip.Because("The Engine is on another machine, on which nothing can be sent here.");
        _probe = await Probe.StartAsync(Engine, Image, CancellationToken.None);
        _port = 20_000 + Environment.ProcessId % 10_000;
        var (near, far) = (await NetworkAsync("near"), await NetworkAsync("far"));
        await ContainerAsync(Client, near, null);
        await ContainerAsync(Server, near, _port);
        await ContainerAsync(Stranger, far, null);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        foreach (var part in _parts)
            await part.DisposeAsync();
        foreach (var network in _networks)
            await Engine.RemoveNetworkAsync(network);
        if (_probe is not null)
            await _probe.DisposeAsync();
    }

    [Test]
    public async Task Host_twin_and_prediction_say_the_same_rule_by_rule()
    {
        var snapshot = await SnapshotTaking.OfThisHostAsync();
        var host = LiveHost.Of(snapshot);
        await using var twin = await TwinOfHost.StartAsync(SnapshotPlan.Of(snapshot), host.Profile);
        var (report, sent) = (new StringBuilder(), 0);
        foreach (var flow in Flows(host))
        {
            var live = await LiveCheck.AskAsync(host, flow);
            var built = await twin.AskAsync(flow);
            sent++;
            if (live.Agrees != true)
                report.Append(CultureInfo.InvariantCulture, $"{flow}: live {live}\n");
            if (built.Agrees != true)
                report.Append(CultureInfo.InvariantCulture, $"{flow}: {built}\n");
        }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(sent, Is.EqualTo(23));
    }

    [Test]
    public async Task Nothing_is_left_of_a_guest()
    {
        var host = await LiveHost.ReadAsync(null);

        await LiveCheck.AskAsync(host, FlowOf(host, NameOf(Client), $"{NameOf(Server)}:80", Protocol.Tcp));

        var left = await Engine.FindContainersAsync(RunLabels.Owner, RunLabels.OwnerOf(Environment.ProcessId));
        Assert.That(left.Select(one => one.Name).Where(name => name.EndsWith("-guest", StringComparison.Ordinal)), Is.Empty);
    }

    private IEnumerable<Flow> Flows(LiveHost host)
    {
        var gateway = host.Profile.Topology.Containers.First(one => one.Name == NameOf(Client)).Routes
            .SelectMany(route => route.NextHops).Select(hop => hop.Gateway).OfType<IPAddress>().First();
        foreach (var (from, to) in ((string, string)[])
            [
                (NameOf(Client), NameOf(Server)), (NameOf(Client), NameOf(Stranger)), (NameOf(Stranger), NameOf(Server)),
                (NameOf(Client), $"{gateway}"), ("host", NameOf(Client)), ("host", NameOf(Stranger)),
            ])
            foreach (var protocol in All)
                yield return FlowOf(host, from, protocol == Protocol.Icmp ? to : $"{to}:80", protocol);
        foreach (var from in (string[])[NameOf(Client), NameOf(Stranger), "host"])
            foreach (var protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp])
                // Before 28.0, Docker's proxy answers a datagram from the address of its route back; the model expects that
                // of no socket (docs/check.md, «Not promised»).
                if (protocol == Protocol.Tcp || from != NameOf(Stranger))
                    yield return FlowOf(host, from, $"{gateway}:{_port}", protocol);
    }

    private static Flow FlowOf(LiveHost host, string from, string to, Protocol protocol) =>
        Question.Of(host.Profile.Topology, from, to, protocol, IpVersion.V4).Flow;

    private string NameOf(Endpoint endpoint) => RunLabels.NameOf(_probe.Run.ToString(), endpoint.Name);

    private async Task<string> NetworkAsync(string name)
    {
        var network = await Engine.CreateNetworkAsync(new()
        {
            Name = RunLabels.NameOf(_probe.Run.ToString(), name),
            Labels = RunLabels.Of(_probe.Run),
        });
        _networks.Add(network.Id);
        return network.Id;
    }

    private async Task ContainerAsync(Endpoint endpoint, string network, int? published)
    {
        var station = new Station(
            await Engine.StartAsync(Containers.Member(endpoint, _probe.Run, Image, network, published)));
        _parts.Add(station);
        await station.TalkAsync(
            All.Where(protocol => protocol != Protocol.Icmp).Select(
                protocol => new Listening(protocol.Name(), protocol, IpVersion.V4, Flow.ServicePort)),
            CancellationToken.None);
    }
}
