using Hooktrail.Docker.Engine;
using Hooktrail.Docker.Lab;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Tests.Docker;

/// <summary>
/// Networks and containers of a test, on this machine's Engine. They have the labels of a run, so that
/// <c>./specs clean</c> finds what a kill leaves.
/// </summary>
internal sealed class TestContainers : IAsyncDisposable
{
    private readonly ContainerEngine _engine;
    private readonly string _image;
    private readonly Probe _probe;
    private readonly List<IAsyncDisposable> _stations = [];
    private readonly List<string> _networks = [];

    private TestContainers(ContainerEngine engine, string image, Probe probe) =>
        (_engine, _image, _probe) = (engine, image, probe);

    public static async Task<TestContainers> StartAsync(ContainerEngine engine, string image) =>
        new(engine, image, await Probe.StartAsync(engine, image, CancellationToken.None));

    /// <summary>The name of a network or container on the Engine.</summary>
    public string NameOf(string part) => RunLabels.NameOf(_probe.Run.ToString(), part);

    /// <returns>The network's id.</returns>
    public async Task<string> NetworkAsync(string name)
    {
        var network = await _engine.CreateNetworkAsync(new()
        {
            Name = NameOf(name),
            Labels = RunLabels.Of(_probe.Run),
        });
        _networks.Add(network.Id);
        return network.Id;
    }

    /// <summary>A container that listens on a port, by TCP and UDP.</summary>
    /// <param name="name">Its name within the test.</param>
    /// <param name="network">The id of its network.</param>
    /// <param name="port">The port.</param>
    /// <param name="published">The port of the host that leads to the usual port; null for none.</param>
    /// <param name="labels">Labels besides those of the run.</param>
    public async Task AddAsync(
        string name, string network, int port = Flow.ServicePort, int? published = null,
        params IEnumerable<(string Key, string Value)> labels)
    {
        var spec = Containers.Member(Endpoint.OfContainer(name, null), _probe.Run, _image, network, published);
        var station = new Station(await _engine.StartAsync(spec with
        {
            Labels = spec.Labels.AddRange(labels.Select(label => KeyValuePair.Create(label.Key, label.Value))),
        }));
        _stations.Add(station);
        await station.TalkAsync(
            ((Protocol[])[Protocol.Udp, Protocol.Tcp]).Select(
                protocol => new Listening(protocol.Name(), protocol, IpVersion.V4, port)),
            CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var station in _stations)
            await station.DisposeAsync();
        foreach (var network in _networks)
            await _engine.RemoveNetworkAsync(network);
        await _probe.DisposeAsync();
    }
}
