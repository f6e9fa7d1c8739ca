using Hooktrail.Observation;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Namespaces;

/// <summary>
/// A private Docker host: a network namespace with bridges, links and addresses, and further namespaces around it for
/// the containers and the WAN. It starts without rules. It needs only the right to create namespaces, several hosts do
/// not see each other, and when this process ends for any reason, nothing is left.
/// </summary>
public sealed class NamespaceHost : IAsyncDisposable
{
    private readonly ProcessTree _tree;
    private readonly ImmutableDictionary<string, Shell> _shells;

    private NamespaceHost(NamespaceTopology topology, ProcessTree tree)
    {
        (_tree, Topology, Addresses) = (tree, topology, new NamespaceAddresses(topology));
        Map = NamespaceNames.Map(topology, Addresses);
        _shells = tree.Sessions.ToImmutableDictionary(session => session.Name, session => new Shell(session));
        Host = _shells[NamespaceTopology.HostName];
    }

    public NamespaceTopology Topology { get; }

    public NamespaceAddresses Addresses { get; }

    /// <summary>Translates device names and addresses in the host's namespace.</summary>
    public LabMap Map { get; }

    public Shell Host { get; }

    /// <summary>The machine of the processes; its kernel is the host's kernel.</summary>
    public IMachine Machine => _tree.Machine;

    /// <summary>The one process that was started on the machine; its descendants are the lab.</summary>
    public int ProcessId => _tree.ProcessId;

    /// <summary>The shell's process id, by station.</summary>
    public ImmutableSortedDictionary<string, int> ProcessIds =>
        _tree.Sessions.ToImmutableSortedDictionary(session => session.Name, session => session.ProcessId);

    /// <summary>The shell of a station: <c>host</c>, <c>hosted</c>, a container or <c>wan</c>.</summary>
    /// <exception cref="HooktrailException">The station was not built.</exception>
    public Shell this[string station] => _shells.GetValueOrDefault(station)
        ?? throw new HooktrailException(
            $"The namespace lab has no station \"{station}\" with the chosen containers; it has {string.Join(", ", Topology.Stations)}.");

    /// <summary>Builds <paramref name="topology"/>; every link is up when it returns.</summary>
    /// <exception cref="HooktrailException">
    /// The machine allows no private namespaces, or a program is missing.
    /// </exception>
    public static Task<NamespaceHost> StartAsync(
        NamespaceTopology topology, CancellationToken cancellation = default) =>
        StartAsync(ThisMachine.Instance, topology, null, cancellation);

    /// <inheritdoc cref="StartAsync(NamespaceTopology, CancellationToken)"/>
    /// <remarks>The machine keeps running when the host ends.</remarks>
    public static Task<NamespaceHost> StartAsync(
        IMachine machine, NamespaceTopology topology, CancellationToken cancellation = default) =>
        StartAsync(machine, topology, null, cancellation);

    /// <summary>As above; <paramref name="beforeBridges"/> runs on the host while it is still empty.</summary>
    internal static async Task<NamespaceHost> StartAsync(
        IMachine machine,
        NamespaceTopology topology,
        Func<NamespaceHost, Task>? beforeBridges,
        CancellationToken cancellation)
    {
        topology.Check();
        var host = new NamespaceHost(
            topology, await ProcessTree.StartAsync(machine, topology.Stations, cancellation).ConfigureAwait(false));
        try
        {
            if (beforeBridges is not null)
                await beforeBridges(host).ConfigureAwait(false);
            await host.BuildAsync(cancellation).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets a sysctl in the host's namespace.</summary>
    /// <remarks>The path is below /proc/sys: <c>net/bridge/bridge-nf-call-iptables</c>.</remarks>
    /// <exception cref="HooktrailException">The sysctl does not exist, or the kernel refuses the value.</exception>
    public Task SetAsync(string path, string value, CancellationToken cancellation = default) =>
        SetAsync(NamespaceTopology.HostName, path, value, cancellation);

    public Task SetAsync(string station, string path, string value, CancellationToken cancellation = default) =>
        this[station].RunAsync($"set {path} to {value}", SetupScripts.Set(path, value), cancellation);

    /// <summary>Reads a sysctl of the host's namespace; null if there is no such sysctl.</summary>
    public async Task<string?> GetAsync(string path, CancellationToken cancellation = default)
    {
        var (status, lines) = await Host.TryAsync(
            $"cat '/proc/sys/{path}' 2>/dev/null", cancellation).ConfigureAwait(false);
        return status == 0 ? string.Join('\n', lines) : null;
    }

    /// <summary>Sets whether a container's port may send frames back where they came from.</summary>
    public Task SetHairpinAsync(string container, bool on, CancellationToken cancellation = default) =>
        SetPortAsync(container, "hairpin", on, cancellation);

    /// <summary>Sets whether a container's port is cut off from other isolated ports of its bridge.</summary>
    public Task SetIsolatedAsync(string container, bool on, CancellationToken cancellation = default) =>
        SetPortAsync(container, "isolated", on, cancellation);

    public Task SetPromiscuousAsync(string network, bool on, CancellationToken cancellation = default)
    {
        if (!Topology.Networks.Any(built => built.Name == network))
            throw new HooktrailException(
                $"The namespace lab has no network \"{network}\" with the chosen containers; it has {string.Join(", ", Topology.Networks.Select(built => built.Name))}.");
        return Host.RunAsync(
            $"turn promiscuous mode of {network}",
            $"ip link set {network} promisc {(on ? "on" : "off")}",
            cancellation);
    }

    /// <summary>Ends every process; the namespaces go with them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tree.DisposeAsync().ConfigureAwait(false);
        foreach (var shell in _shells.Values)
            await shell.DisposeAsync().ConfigureAwait(false);
    }

    private Task SetPortAsync(string container, string flag, bool on, CancellationToken cancellation)
    {
        var port = Topology.Containers.FirstOrDefault(built => built.Name == container)?.Port
            ?? throw new HooktrailException(
                $"The namespace lab has no container \"{container}\" with a bridge port; it has {string.Join(", ", Topology.Containers.Select(built => built.Name))}.");
        return Host.RunAsync(
            $"turn {flag} of {port}",
            $"ip link set {port} type bridge_slave {flag} {(on ? "on" : "off")}",
            cancellation);
    }

    private async Task BuildAsync(CancellationToken cancellation)
    {
        var scripts = new SetupScripts(Topology, Host.Session.ProcessId);
        var purpose = "set up the namespace";
        await Host.RunAsync(purpose, scripts.Settings(), cancellation).ConfigureAwait(false);
        var building = new List<Task> { Host.RunAsync(purpose, scripts.Bridges(), cancellation) };
        foreach (var network in Topology.Networks)
            building.AddRange(network.Containers.Select(
                container => this[container.Name].RunAsync(
                    purpose, scripts.Container(network, container), cancellation)));
        if (Topology.Wan)
            building.Add(this[NamespaceTopology.WanName].RunAsync(purpose, scripts.Wan(), cancellation));
        await Task.WhenAll(building).ConfigureAwait(false);
        await Host.RunAsync("bring up the links", scripts.Links(), cancellation).ConfigureAwait(false);
    }
}
