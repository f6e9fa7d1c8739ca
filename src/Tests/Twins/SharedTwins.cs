using Hooktrail.Hosts;
using Hooktrail.Labs;
using Hooktrail.Specs.Run;
using Hooktrail.Twins;
using Hooktrail.Verification;

namespace Hooktrail.Tests.Twins;

/// <summary>The twins of the hosts that a feature asks about: scenarios with the same host share one.</summary>
internal static class SharedTwins
{
    private static readonly Dictionary<(Snapshot Snapshot, string Changes), TwinOfHost> Started = [];

    public static async Task<TwinOfHost> OfAsync(HostUnderQuestion host)
    {
        var key = (host.Snapshot, string.Join('\n', host.Changes));
        if (!Started.TryGetValue(key, out var twin))
            Started[key] = twin = await LiveTwin.OfAsync(() => TwinOfHost.StartAsync(
                host.Snapshot, host.Profile, [.. host.Changes.Select(change => Made(host.Profile, change))]));
        return twin;
    }

    public static async Task EndAsync()
    {
        await Task.WhenAll(Started.Values.Select(twin => twin.DisposeAsync().AsTask()));
        Started.Clear();
    }

    private static LoadedRules Made(HostProfile host, HostChange change) => change switch
    {
        HostChange.Rule(var command) => TypedCommand.Of(host, command),
        HostChange.Turn(var one, var on) => TurnedSwitch.Of(host.Topology, one, on),
        _ => throw new InvalidOperationException($"No step makes the change {change}."),
    };
}
