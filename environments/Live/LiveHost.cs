using Hooktrail.Hosts;
using Hooktrail.Namespaces;
using Hooktrail.Observation.Nflog;
using Hooktrail.Snapshots;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Live;

/// <summary>A running host of a user's as it was read now: this host, or one of its network namespaces.</summary>
public sealed class LiveHost
{
    private LiveHost(int? namespaceOf, HostProfile profile, TracedRules rules, DeviceNames devices)
    {
        (NamespaceOf, Profile, Rules, Devices) = (namespaceOf, profile, rules, devices);
        Enter = namespaceOf is { } process ? SnapshotTaking.Entering(process) : [];
    }

    /// <summary>A process in its network namespace; null for that of this program.</summary>
    public int? NamespaceOf { get; }

    public HostProfile Profile { get; }

    internal ImmutableArray<string> Enter { get; }

    internal IMachine Machine => ThisMachine.Instance;

    /// <summary>Reads the rules that its packets meet.</summary>
    internal TracedRules Rules { get; }

    internal DeviceNames Devices { get; }

    /// <summary>Reads the host, as <c>snapshot</c> does.</summary>
    /// <exception cref="HooktrailException">It cannot be read.</exception>
    public static async Task<LiveHost> ReadAsync(int? namespaceOf, CancellationToken cancellation = default)
    {
        var snapshot = await (namespaceOf is { } process
            ? SnapshotTaking.OfNamespaceAsync(process, cancellation)
            : SnapshotTaking.OfThisHostAsync(cancellation)).ConfigureAwait(false);
        return Of(snapshot, namespaceOf);
    }

    /// <param name="snapshot">A snapshot that was just taken of the host.</param>
    /// <param name="namespaceOf">As <see cref="NamespaceOf"/>.</param>
    /// <exception cref="HooktrailException">A part is not what its command prints.</exception>
    public static LiveHost Of(Snapshot snapshot, int? namespaceOf = null)
    {
        var topology = TopologyReader.Of(snapshot);
        var profile = SnapshotProfile.Of(snapshot, topology) with { Topology = topology };
        var handles = snapshot.Find("nft-json") is { Succeeded: true } listed
            ? RuleHandles.Of(listed.Text)
            : RuleHandles.None;
        return new(
            namespaceOf, profile, new(profile.Rules, handles),
            DeviceNames.Of(topology.Devices.Select(device => (device.Index, device.Name))));
    }

    /// <summary>Starts a perl program in the network namespace; it ends with its input.</summary>
    internal Task<HostProcess> StartAsync(
        string script, CancellationToken cancellation, params ImmutableArray<string> arguments) =>
        // setsid keeps Ctrl-C at the terminal away from the program, so that this process can end it in order.
        HostProcess.StartAsync(Machine, [.. Enter, "setsid", "perl", "-e", script, .. arguments], cancellation);
}
