using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The notes by which a host can be given back after any death: an nft table of the run's own, so they last as long as
/// what they tell of (image/leave.sh).
/// </summary>
internal sealed class RunJournal(RunId run, Shell shell)
{
    // Whether the journal says that the run is asking for networks.
    private bool _asks;

    /// <summary>
    /// Notes how IPv6 forwarding was before Docker may turn it on, and that the run asks for networks until
    /// <see cref="SettleAsync"/>.
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

    /// <summary>Settles where the session ends before that.</summary>
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
            // There is no session any more, or no journal yet.
        }
    }

    /// <summary>All runs that have a journal, this one too once it has begun; and which of them ask for networks.</summary>
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

    /// <summary>Gives back what a dead run changed. The Engine must have finished what that run asked for.</summary>
    public Task LeaveForAsync(string dead, CancellationToken cancellation) =>
        shell.RunAsync($"clean up after run {dead}", $"hooktrail-leave {dead} settled", cancellation);
}
