using System.Diagnostics;
using System.Net;
using System.Text;
using Hooktrail.Docker.Lab;
using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Questions;
using Hooktrail.Snapshots;
using Hooktrail.Stations.Talk;
using Hooktrail.Trails.Topologies;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// What check says of the Engine's host, from a snapshot of it, is what happens to the packets of its containers: two
/// networks, an internal one, a published port, the host, and an address outside.
/// </summary>
[Category("live")]
public sealed class CheckTests : LiveEngineTestBase
{
    private static readonly ImmutableArray<Endpoint> Asked = [Client, Server, Stranger, Left, Insider, Hosted];

    private static readonly ImmutableArray<(Endpoint From, Endpoint To)> Journeys =
    [
        (Client, Server), (Client, Stranger), (Client, Insider), (Client, Host), (Client, Wan),
        (Host, Client), (Host, Insider), (Wan, Host), (Wan, Client),
    ];

    private static IEnumerable<Flow> Flows =>
    [
        .. from journey in Journeys
           from protocol in (Protocol[])[Protocol.Icmp, Protocol.Udp, Protocol.Tcp]
           select new Flow(journey.From, journey.To, protocol),
        new Flow(Wan, Host, Protocol.Tcp) { Port = 8080 },
        new Flow(Wan, Host, Protocol.Udp) { Port = 8080 },
    ];

    private DockerLab _lab = null!;
    private Topology _topology = null!;
    private HostProfile _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _lab = await DockerLab.StartAsync(Engine, Image, Asked);
        var snapshot = SnapshotTaking.IsEngineElsewhere
            ? await OfAnotherMachineAsync()
            : await SnapshotTaking.OfThisHostAsync();
        _topology = TopologyReader.Of(snapshot);
        _host = SnapshotProfile.Of(snapshot, _topology) with { Topology = _topology };
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    /// <summary>
    /// In each chain the rules that a release writes, and those of a network in the same order. Docker writes rules in the
    /// order in which networks were made and containers started, which a snapshot does not tell.
    /// </summary>
    [Test]
    public async Task The_Engines_rules_are_those_that_are_written_for_its_release()
    {
        var release = DockerRules.Parse((await Engine.DescribeAsync()).Version);
        var written = DockerRules.Of(release, _topology, _host.Rules, _lab.Profile.UserlandProxy, HostNames.Instance);
        var bridges = _topology.Networks.Select(network => network.Device).OfType<string>().ToList();

        Assert.That(written.Count, Is.GreaterThan(20));
        Assert.Multiple(() =>
        {
            foreach (var chain in written.Chains)
            {
                Assert.That(Said(chain.Id, null), Is.EquivalentTo(Texts(chain.Rules, null)), $"{release}: {chain.Id}");
                foreach (var bridge in bridges)
                    Assert.That(
                        Said(chain.Id, bridge), Is.EqualTo(Texts(chain.Rules, bridge)), $"{release}: {chain.Id} of {bridge}");
            }
        });

        // Without the lab's LOG rules.
        IEnumerable<string> Said(ChainId id, string? bridge) => Texts(
            (_host.Rules.Find(id)?.Rules ?? []).Where(rule => rule.Target is not ContinueTarget), bridge);

        static IEnumerable<string> Texts(IEnumerable<Rule> rules, string? bridge) => rules
            .Select(rule => rule.Text)
            .Where(text => bridge is null || text.Split(' ').Contains(bridge) && !IsOfContainer(text));

        static bool IsOfContainer(string text) =>
            text.Contains("/32 ", StringComparison.Ordinal) || text.Contains("/128 ", StringComparison.Ordinal)
            || text.Contains("--to-destination", StringComparison.Ordinal);
    }

    [Test]
    public async Task Packets_go_as_check_says()
    {
        var (lab, topology, host) = (_lab, _topology, _host);
        var names = new LabInHostsWords(lab);
        var (report, legs) = (new StringBuilder(), 0);
        foreach (var flow in Flows)
        {
            var question = names.QuestionOf(topology, flow);
            var said = Prediction.Legs(host, question.Flow);
            Assert.That(
                Answer.Of(host, question).Legs.Select(leg => leg.Trail), Is.SubsetOf(said.Select(leg => leg.Trail)));
            legs += DockerLabTests.Compare(
                flow, await lab.SendAsync(flow, Sending.Once.For(said.AreAnswered(question.Flow))),
                said.Select(leg => leg with { Trail = names.InLabsWords(leg.Trail) }), report);
        }

        Assert.That(report.ToString(), Is.Empty);
        Assert.That(legs, Is.GreaterThan(50));
    }

    /// <summary>
    /// What the script prints on the Engine's machine, with its tools: a container enters the namespaces of its first
    /// process, as a user would by ssh. A guest of ./specs kernels boot is such a machine.
    /// </summary>
    private async Task<Snapshot> OfAnotherMachineAsync()
    {
        string[] command =
        [
            "run", "--rm", "--interactive", "--network", "host", "--pid", "host", "--cap-add", "SYS_ADMIN",
            "--cap-add", "SYS_PTRACE", "--cap-add", "NET_ADMIN", "--security-opt", "apparmor=unconfined",
            "--entrypoint", "nsenter", Image, "--target", "1", "--mount", "--net", "sh", "-s",
        ];
        using var docker = Process.Start(new ProcessStartInfo("docker", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var output = docker.StandardOutput.ReadToEndAsync();
        await docker.StandardInput.WriteAsync(Snapshot.Script);
        docker.StandardInput.Close();
        await docker.WaitForExitAsync();
        return SnapshotJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(await output)), "What the script printed");
    }

    /// <summary>The lab's flows as questions about the host, and trails of the host in the lab's names.</summary>
    private sealed class LabInHostsWords(DockerLab lab)
    {
        public Question QuestionOf(Topology topology, Flow flow)
        {
            var to = lab.Addresses[FlowTalking.DestinationName(flow), flow.Ip];
            return Question.Of(
                topology,
                flow.From.Kind switch
                {
                    EndpointKind.Host => "host",
                    EndpointKind.Wan => $"{lab.Addresses[Wan.Name, flow.Ip]}@{lab.Addresses.Device(LabNames.WanNic)}",
                    _ => NameOf(flow.From),
                },
                flow.HasPorts ? $"{to}:{lab.Addresses.Port(flow.Port)}" : $"{to}",
                flow.Protocol, flow.Ip);
        }

        public Trail InLabsWords(Trail trail) => new(
            [
                .. trail.Hops.Select(hop => hop with
                {
                    In = lab.Map.Device(hop.In),
                    Out = lab.Map.Device(hop.Out),
                    PhysIn = lab.Map.Device(hop.PhysIn),
                    PhysOut = lab.Map.Device(hop.PhysOut),
                    Source = Named(hop.Source),
                    Destination = Named(hop.Destination),
                }),
            ],
            trail.Outcome with { To = trail.Outcome.To is { } to ? Named(to) : null });

        private string NameOf(Endpoint endpoint) => RunLabels.NameOf(lab.Run.ToString(), endpoint.Name);

        // What is outside for the lab is one more container for the host.
        private Endpoint Named(Endpoint endpoint) => All.FirstOrDefault(one => NameOf(one) == endpoint.Name) ?? endpoint;

        // «172.30.0.3», «172.30.0.3:80».
        private string? Named(string? printed)
        {
            if (printed is null || !IPEndPoint.TryParse(printed, out var end))
                return printed;
            var name = lab.Map.Address(end.Address) ?? end.Address.ToString();
            return end.Port == 0 ? name : $"{name}:{lab.Map.Port(end.Port)}";
        }
    }
}
