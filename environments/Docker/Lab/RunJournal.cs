using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The notes that let a clean-up restore the host after any kind of death: the run's nft table, which the kernel keeps
/// as long as the changes that it describes (image/leave.sh).
/// </summary>
internal sealed class RunJournal(RunId run, Shell shell)
{
    // Whether the journal records that the run is requesting networks.
    private bool _asks;

    /// <summary>
    /// Notes the state of IPv6 forwarding before Docker may turn it on, and that the run requests networks
    /// until <see cref="SettleAsync"/>.
    /// </summary>
    public Task BeginAsync(CancellationToken cancellation)
    {
        _asks = true;
        return shell.RunAsync(
            "begin the journal",
            $$"""
            journal='add table inet hooktrail-{{run}}; add chain inet hooktrail-{{run}} starting'
            for name in all default; do
                setting=ipv6/conf/$name/forwarding
                if [ -e /host/net/$setting ] && [ "$(</host/net/$setting)" = 0 ]; then
                    journal+="; add chain inet hooktrail-{{run}} was.$setting.0"
                fi
            done
            nft "$journal"
            """,
            cancellation);
    }

    /// <summary>Notes that the Engine has answered every request for a network.</summary>
    public Task SettleAsync()
    {
        _asks = false;
        return shell.RunAsync("go on with the journal", $"nft delete chain inet hooktrail-{run} starting");
    }

    /// <summary>Settles if the session ends before the requests were settled.</summary>
    public async Task SettleAtEndAsync()
    {
        if (!_asks)
            return;
        try
        {
            await SettleAsync().ConfigureAwait(false);
        }
        catch (HooktrailException)
        {
            // The session has ended, or there is no journal yet.
        }
    }

    /// <summary>
    /// All runs with a journal, including this one after it has begun; and those that are requesting networks.
    /// </summary>
    public async Task<(ImmutableHashSet<string> Runs, ImmutableHashSet<string> Asking)> ListAsync(
        CancellationToken cancellation)
    {
        var lines = await shell.RunAsync(
            "list the journals",
            """
            nft list chains inet |
                sed -n -e 's/^table inet hooktrail-\(.....\) {$/\1/p' -e 's/^\tchain starting {$/starting/p'
            """,
            cancellation).ConfigureAwait(false);
        return (
            [.. lines.Where(line => line.Length == RunId.Length)],
            [.. lines.Zip(lines.Skip(1)).Where(pair => pair.Second == "starting").Select(pair => pair.First)]);
    }

    /// <summary>Restores what a dead run changed. The Engine must have finished all requests of that run.</summary>
    public Task LeaveForAsync(string dead, CancellationToken cancellation) =>
        shell.RunAsync($"clean up after run {dead}", $"hooktrail-leave {dead} settled", cancellation);
}
