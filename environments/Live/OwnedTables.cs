using Hooktrail.Namespaces;
using Hooktrail.Stations;
using Hooktrail.Stations.Machines;
using Hooktrail.Text;

namespace Hooktrail.Live;

/// <summary>
/// Private nft tables that go with this program, also if it is killed: another process holds the netlink socket that
/// owns them, and ends with this program.
/// </summary>
internal sealed class OwnedTables : IAsyncDisposable
{
    // Prints one line, and needs no table.
    private const string Sync = "describe ip ttl", Synced = "payload expression", Error = "Error: ";

    private readonly HostProcess _process;
    private readonly SemaphoreSlim _turn = new(1);

    private OwnedTables(HostProcess process, bool areOwned) => (_process, AreOwned) = (process, areOwned);

    private static string Script { get; } = EmbeddedText.Of(typeof(OwnedTables).Assembly, "tables.sh");

    private static TimeSpan Patience => Allowance.For(TimeSpan.FromSeconds(20));

    /// <summary>Whether the kernel removes them with their socket; else the process removes them at its end.</summary>
    public bool AreOwned { get; }

    /// <param name="machine">This machine.</param>
    /// <param name="enter">The words before a command that runs in the network namespace; empty for this one.</param>
    /// <param name="name">What the tables' names begin with.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">nft is missing, or the right to make tables.</exception>
    public static async Task<OwnedTables> StartAsync(
        IMachine machine, ImmutableArray<string> enter, string name, CancellationToken cancellation)
    {
        var process = await HostProcess.StartAsync(
            machine, [.. enter, "bash", "--noprofile", "--norc", "-c", Script, "hooktrail", name], cancellation)
            .ConfigureAwait(false);
        try
        {
            var said = await ReadAsync(process, cancellation).ConfigureAwait(false);
            return said is "owned" or "guarded"
                ? new(process, said == "owned")
                : throw Refused(said?.Replace("refused ", "", StringComparison.Ordinal));
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives nft one transaction; returns what it prints.</summary>
    /// <exception cref="HooktrailException">nft refuses it; nothing of it was done.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(
        string purpose, string text, CancellationToken cancellation = default)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // nft takes a line for a transaction.
            await _process.Input.WriteLineAsync(
                $"{text.TrimEnd('\n').Replace('\n', ';')}\n{Sync}".AsMemory(), cancellation).ConfigureAwait(false);
            await _process.Input.FlushAsync(cancellation).ConfigureAwait(false);
            var lines = new List<string>();
            while (await ReadAsync(_process, cancellation).ConfigureAwait(false) is { } line)
            {
                if (!line.StartsWith(Synced, StringComparison.Ordinal))
                    lines.Add(line);
                else if (lines.Find(one => one.Contains(Error, StringComparison.Ordinal)) is { } error)
                    throw new HooktrailException(
                        $"Could not {purpose}: nft says \"{error[(error.IndexOf(Error, StringComparison.Ordinal) + Error.Length)..]}\".");
                else
                    return lines;
            }

            throw Ended(purpose);
        }
        catch (IOException)
        {
            throw Ended(purpose);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private static async Task<string?> ReadAsync(HostProcess process, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await process.Lines.WaitToReadAsync(limit.Token).ConfigureAwait(false)
                && process.Lines.TryRead(out var line)
                    ? line
                    : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HooktrailException(
                $"nft did not answer for {Patience.TotalSeconds:0} seconds; check whether the host is overloaded, and run again.");
        }
    }

    private static HooktrailException Ended(string purpose) => new(
        $"Could not {purpose}: the process that holds the private nft tables ended; find out what ended it, and run again.");

    private static HooktrailException Refused(string? why) => new(
        why is null || why.Contains("not permitted", StringComparison.Ordinal)
            ? "Packets of this host can be traced only with CAP_NET_ADMIN over its network namespace; run it as root."
            : why.Contains("not found", StringComparison.Ordinal)
                ? "Packets of this host can be traced only with nft, which is not there; install nftables."
                : $"Packets of this host cannot be traced: {why.TrimEnd('.')}; run it as root, on a kernel with nf_tables.");
}
