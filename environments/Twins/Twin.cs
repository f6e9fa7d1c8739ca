using System.Net;
using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Namespaces;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Snapshots;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>
/// A host in a private network namespace that is built as a plan says: its devices under their names, with their
/// addresses, routes, rules and settings; a namespace for each container, and one for all that is beyond the host.
/// Nothing of it can be seen from its machine, and nothing is left when this process ends for any reason.
/// </summary>
public sealed class Twin : IAsyncDisposable
{
    private readonly ProcessTree _tree;
    private readonly ImmutableDictionary<string, Shell> _shells;
    private readonly NflogRecorder _recorder;
    private readonly TwinStations _stations;
    private readonly LabMap _map;

    private Twin(
        ProcessTree tree, ImmutableDictionary<string, Shell> shells, NflogRecorder recorder, TwinStations stations,
        LabMap map, TwinParts parts, HostProfile profile, TracedRules rules)
    {
        (_tree, _shells, _recorder, _stations, _map) = (tree, shells, recorder, stations, map);
        (Profile, Rules) = (profile, rules);
        Namespaces =
        [
            (TwinParts.Host, shells[TwinParts.Host].Session.ProcessId),
            .. parts.Containers.Select(one => (one.Container.Name, shells[one.Station].Session.ProcessId)),
            (TwinParts.Outside, shells[TwinParts.Outside].Session.ProcessId),
        ];
    }

    /// <summary>The host as it was read after it was built, by the script that takes snapshots of users' hosts.</summary>
    public HostProfile Profile { get; }

    /// <summary>
    /// The namespaces by a process in each: of the host, of each container by its name, and of all that is beyond the
    /// host.
    /// </summary>
    public ImmutableArray<(string Name, int ProcessId)> Namespaces { get; }

    /// <summary>Reads the rules that the packets of a leg met.</summary>
    public TracedRules Rules { get; }

    /// <summary>The machine that runs the twin; its kernel is the twin's.</summary>
    public IMachine Machine => _tree.Machine;

    /// <summary>In what the twin differs from the host of the snapshot, on the kernel of its machine.</summary>
    public ImmutableArray<string> DifferencesFrom(HostProfile host) => TwinDifferences.Between(host, Profile);

    /// <summary>Builds the host and loads its rules.</summary>
    /// <exception cref="HooktrailException">
    /// The machine allows no private namespaces, or lacks a tool, a kind of device or a match of a rule; or a part of the
    /// plan is not what it says it is.
    /// </exception>
    public static Task<Twin> StartAsync(TwinPlan plan, CancellationToken cancellation = default) =>
        StartAsync(plan, ThisMachine.Instance, cancellation);

    /// <summary>Builds the host on a machine, and so on its kernel.</summary>
    /// <inheritdoc cref="StartAsync(TwinPlan, CancellationToken)"/>
    public static async Task<Twin> StartAsync(
        TwinPlan plan, IMachine machine, CancellationToken cancellation = default)
    {
        TwinInput.Check(plan);
        var (parts, ends) = (new TwinParts(plan), new TwinEnds(plan.Topology));
        var tree = await ProcessTree.StartAsync(machine, parts.Stations, cancellation).ConfigureAwait(false);
        var shells = tree.Sessions.ToImmutableDictionary(session => session.Name, session => new Shell(session));
        NflogRecorder? recorder = null;
        Task<TwinStations>? stations = null;
        try
        {
            var host = shells[TwinParts.Host];
            var scripts = new TwinScripts(parts, host.Session.ProcessId);
            await BuildAsync(plan, parts, scripts, shells, cancellation).ConfigureAwait(false);
            // The stations only open sockets, so the host can be read meanwhile.
            stations = TwinStations.StartAsync(machine, parts, ends, scripts, shells, cancellation);
            var (profile, rules) = await ReadAsync(machine, plan, host.Session.ProcessId, cancellation)
                .ConfigureAwait(false);
            recorder = await RecordAsync(machine, profile, rules, host, cancellation).ConfigureAwait(false);
            var started = await stations.ConfigureAwait(false);
            var topology = await ListeningAsync(profile.Topology, parts, shells, cancellation).ConfigureAwait(false);
            return new(
                tree, shells, recorder, started, Map(ends), parts, profile with { Topology = topology }, rules);
        }
        catch
        {
            if (stations is not null)
                await ((Task)stations).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await DisposeAsync(
                tree, shells, recorder,
                stations is { IsCompletedSuccessfully: true } ? await stations.ConfigureAwait(false) : null)
                .ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Lets an address beyond the host answer at a port. The address that a flow asks does so without it; one to which
    /// NAT leads a flow needs it.
    /// </summary>
    public Task OpenAsync(
        IPAddress address, Protocol protocol, int port, CancellationToken cancellation = default) =>
        _stations.OpenAsync(address, protocol, port, cancellation);

    /// <summary>
    /// Sends one request of a flow, and returns what was recorded of it and of its answer, as far as the records and the
    /// kernel's trace agree.
    /// </summary>
    /// <param name="flow">The flow.</param>
    /// <param name="patience">How long to wait for an answer.</param>
    /// <param name="open">The connection of a flow that is established; else null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CannotSendException">A twin cannot carry such a flow.</exception>
    /// <exception cref="HooktrailException">The twin has no such sender, or something failed.</exception>
    public async Task<Finding> SendAsync(
        Flow flow, TimeSpan patience, OpenConnection? open = null, CancellationToken cancellation = default)
    {
        var (mark, exchanged) = await _stations.SendAsync(flow, patience, open, cancellation).ConfigureAwait(false);
        var window = await _recorder.ReadAsync(cancellation).ConfigureAwait(false);
        return TraceAgreement.Of(
            TrailAssembler.Assemble(flow, _map, window, mark, null, exchanged, _recorder.Unsure), Rules);
    }

    /// <summary>Ends every process; the namespaces go with them.</summary>
    public ValueTask DisposeAsync() => DisposeAsync(_tree, _shells, _recorder, _stations);

    private static async ValueTask DisposeAsync(
        ProcessTree tree, ImmutableDictionary<string, Shell> shells, NflogRecorder? recorder, TwinStations? stations)
    {
        // When process 1 ends, all other processes of the twin end, and so do the readers of their output.
        await tree.DisposeAsync().ConfigureAwait(false);
        foreach (var shell in shells.Values)
            await shell.DisposeAsync().ConfigureAwait(false);
        if (stations is not null)
            await stations.DisposeAsync().ConfigureAwait(false);
        if (recorder is not null)
            await recorder.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task BuildAsync(
        TwinPlan plan, TwinParts parts, TwinScripts scripts, ImmutableDictionary<string, Shell> shells,
        CancellationToken cancellation)
    {
        var host = shells[TwinParts.Host];
        await host.RunAsync("make the bridges", scripts.Bridges(), cancellation).ConfigureAwait(false);
        await Task.WhenAll(
            [
                .. parts.Containers.Select(part => shells[part.Station].RunAsync(
                    $"set up {part.Container}", scripts.Container(part), cancellation)),
                shells[TwinParts.Outside].RunAsync(
                    "set up what is beyond the host", scripts.Outside(), cancellation),
            ]).ConfigureAwait(false);
        await host.RunAsync("set up the host", scripts.Host(), cancellation).ConfigureAwait(false);
        await host.RunAsync(
            "set the sysctls", TwinScripts.Settings([.. plan.Settings, .. scripts.Delays()]), cancellation)
            .ConfigureAwait(false);
        // No text can know the word that ends it.
        var end = $"END-{Guid.NewGuid():N}";
        foreach (var rules in plan.Rules)
            await host.RunAsync(
                $"load the rules by {rules.Program.Split(' ')[0]}", $"{rules.Program} <<'{end}'\n{rules.Text}\n{end}\n",
                cancellation).ConfigureAwait(false);
    }

    private static async Task<(HostProfile Profile, TracedRules Rules)> ReadAsync(
        IMachine machine, TwinPlan plan, int processId, CancellationToken cancellation)
    {
        var snapshot = await SnapshotTaking.OfNamespaceAsync(machine, processId, cancellation).ConfigureAwait(false);
        var topology = TopologyReader.Of(snapshot) with
        {
            Containers = plan.Topology.Containers,
            Networks = plan.Topology.Networks,
            // No process listens there yet; see Listening.
            Listening = plan.Topology.Listening,
        };
        var profile = SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
        // Few kernels list their hooks; without that the plan tells in which order they were made.
        if (!profile.Registered.IsListed && plan.Registered is { } order)
            profile = profile with { Registered = order };
        var handles = snapshot.Find("nft-json") is { Succeeded: true } listed
            ? RuleHandles.Of(listed.Text)
            : RuleHandles.None;
        return (profile, new(profile.Rules, handles));
    }

    /// <summary>The topology with the sockets that the stations have opened.</summary>
    private static async Task<Topology> ListeningAsync(
        Topology topology, TwinParts parts, ImmutableDictionary<string, Shell> shells, CancellationToken cancellation)
    {
        var stations = parts.Containers.ToDictionary(one => one.Container, one => one.Station);
        var host = TwinSockets.FoundAsync(topology.Listening, shells[TwinParts.Host], cancellation);
        var containers = await Task.WhenAll(topology.Containers.Select(async one =>
            stations.TryGetValue(one, out var station)
                ? one with
                {
                    Listening = await TwinSockets.FoundAsync(one.Listening, shells[station], cancellation)
                        .ConfigureAwait(false),
                }
                : one)).ConfigureAwait(false);
        return topology with { Listening = await host.ConfigureAwait(false), Containers = [.. containers] };
    }

    private static async Task<NflogRecorder> RecordAsync(
        IMachine machine, HostProfile profile, TracedRules rules, Shell host, CancellationToken cancellation)
    {
        var tools = NflogPlaces.OfTools(profile.Iptables, profile.Iptables, profile.Ebtables);
        var program = await HostProcess.StartAsync(machine, host.Session, NflogProgram.Script, cancellation, "0", "trace")
            .ConfigureAwait(false);
        var recorder = await NflogRecorder.StartAsync(
            new(
                program.Input, program.Lines,
                "The program that reads the log group ended; check that perl is installed, and run again.", program)
            {
                Traces = true,
            },
            RunId.New(), NflogTraffic.Everything, tools, host, cancellation)
            .ConfigureAwait(false);
        try
        {
            await recorder.RecordToolsAsync(cancellation).ConfigureAwait(false);
            // All chains are there already, so no recorder stands between two of one priority.
            var there = tools.Select(place => place.Point)
                .Where(point => rules.Shows(point) || profile.Rules.Find(new(point.Layer, point.Table, point.Chain)) is not null)
                .ToHashSet();
            await recorder.RecordUsersAsync(NflogPlaces.OfUser(profile.Rules), there, cancellation)
                .ConfigureAwait(false);
            return recorder;
        }
        catch
        {
            await recorder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static LabMap Map(TwinEnds ends) => new(
        ImmutableDictionary<string, string>.Empty, ImmutableDictionary<IPAddress, string>.Empty)
    {
        OwnerOf = ends.Of,
    };
}
