using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Labs;

/// <summary>
/// A lab's host as it was read last, and the changes that it is under. One flow is under way at a time, and one change or reading; a change may come in the
/// middle of a flow, where that flow lets it.
/// </summary>
/// <param name="read">Reads the host, and has whatever has come recorded.</param>
/// <param name="record">Has the chains of these rules recorded, and no more those that are gone.</param>
public sealed class ChangingHost(Func<CancellationToken, Task<HostProfile>> read, Func<RuleSet, Task> record) : IDisposable
{
    private readonly SemaphoreSlim _flow = new(1);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<Change> _made = [];
    // Whether it has to be read before the next flow: it never was, or a change was taken back since.
    private bool _isStale = true;

    /// <summary>The host: as it was read, or as it was before a change that was taken back.</summary>
    public HostProfile Profile { get; private set; } = HostProfile.Default;

    /// <summary>Reads the host anew.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HooktrailException">It could not be read; says why.</exception>
    public async Task<HostProfile> ReadAsync(CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        await LookAsync(cancellation).ConfigureAwait(false);
        return Profile;
    }

    /// <summary>Makes a change and reads the host anew; what cannot be read then is taken back at once.</summary>
    /// <param name="make">Makes it, on a host that is so, and gives what takes it back.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Takes the change back. Later changes end first; one that does not costs a reading.</returns>
    public async Task<IAsyncDisposable> ChangeAsync(Func<HostProfile, Task<IAsyncDisposable>> make, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        var before = Profile;
        var undo = await make(before).ConfigureAwait(false);
        try
        {
            await LookAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await undo.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _made.Add(new Change(this, before, undo));
        return _made[^1];
    }

    /// <summary>Lets a flow go over the host.</summary>
    /// <param name="send">
    /// Sends it; is told what the host is like, and given what has to be called around whatever is done in the flow's middle, for that may be a change.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<T> FlowAsync<T>(Func<HostProfile, Func<Func<Task>, Task>, Task<T>> send, CancellationToken cancellation)
    {
        await _flow.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
            if (_isStale)
                await LookAsync(cancellation).ConfigureAwait(false);
            return await send(Profile, BetweenAsync).ConfigureAwait(false);
        }
        finally
        {
            _flow.Release();
        }

        async Task BetweenAsync(Func<Task> done)
        {
            _turn.Release();
            try
            {
                await done().ConfigureAwait(false);
            }
            finally
            {
                await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends nothing on the host; the lab does.</summary>
    public void Dispose()
    {
        _turn.Dispose();
        _flow.Dispose();
    }

    private async Task LookAsync(CancellationToken cancellation) => (Profile, _isStale) = (await read(cancellation).ConfigureAwait(false), false);

    // Most often another change comes next, after which the host is read anyway. But what recorded a chain that is gone has to go with it, or it would be
    // there before the next chain of that name, instead of behind it.
    private async Task GiveBackAsync(HostProfile before)
    {
        await record(before.Rules).ConfigureAwait(false);
        Profile = before;
    }

    private async Task<Turn> TurnAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        return new(_turn);
    }

    private readonly record struct Turn(SemaphoreSlim Semaphore) : IDisposable
    {
        public void Dispose() => Semaphore.Release();
    }

    private sealed class Change(ChangingHost host, HostProfile before, IAsyncDisposable undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var turn = await host.TurnAsync(CancellationToken.None).ConfigureAwait(false);
            var isLast = host._made.LastOrDefault() == this;
            if (!host._made.Remove(this))
                return;
            host._isStale = true;
            await undo.DisposeAsync().ConfigureAwait(false);
            if (!isLast)
            {
                await host.LookAsync(CancellationToken.None).ConfigureAwait(false);
                return;
            }

            await host.GiveBackAsync(before).ConfigureAwait(false);
        }
    }
}
