using Hooktrail.Hosts;
using Hooktrail.Specs.Run;
using Hooktrail.Twins;

namespace Hooktrail.Tests.Twins;

/// <summary>The twins of the hosts that a feature asks about: scenarios with the same host share one.</summary>
internal static class SharedTwins
{
    private static readonly Dictionary<(Snapshot Snapshot, string Changes), Twin> Started = [];

    public static async Task<Twin> OfAsync(HostUnderQuestion host)
    {
        var key = (host.Snapshot, string.Join('\n', host.Changes));
        if (!Started.TryGetValue(key, out var twin))
        {
            var plan = host.Changes.Aggregate(
                SnapshotPlan.Of(host.Snapshot),
                (before, change) => before.With(change, host.Profile.Iptables, host.Profile.Ebtables));
            Started[key] = twin = await LiveTwin.StartAsync(plan, CancellationToken.None);
        }

        return twin;
    }

    public static async Task EndAsync()
    {
        await Task.WhenAll(Started.Values.Select(twin => twin.DisposeAsync().AsTask()));
        Started.Clear();
    }
}
