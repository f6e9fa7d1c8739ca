
namespace Hooktrail.Labs;

/// <summary>
/// A lab's host as last read, with its changes. Only one flow is under way at a time, and only one change or reading; a
/// change may come during a flow that allows it.
/// </summary>
/// <param name="read">Reads at least these parts of the host, and starts recording at new chains.</param>
/// <param name="record">Records at the chains of these rules, and at no others.</param>
public sealed class ChangingHost(
    Func<HostParts, CancellationToken, Task<HostProfile>> read, Func<RuleSet, Task> record) : IDisposable
{
    private readonly SemaphoreSlim _flow = new(1);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<Change> _made = [];
    // What must be read before the next flow: it never was, or a change of it has been undone since.
    private HostParts _stale = HostParts.All;

    /// <summary>The host as read, or as it was before a change that has been undone.</summary>
    public HostProfile Profile { get; private set; } = HostProfile.Default;

    /// <summary>Reads the whole host.</summary>
    public async Task<HostProfile> ReadAsync(CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        await LookAsync(HostParts.All, cancellation).ConfigureAwait(false);
        return Profile;
    }

    /// <summary>Makes a change and reads what it can touch; if that fails, undoes the change at once.</summary>
    /// <param name="touches">What the change and its undoing can touch.</param>
    /// <param name="make">Makes the change. Disposing its result undoes the change.</param>
    /// <param name="cancellation">Cancels the change.</param>
    /// <returns>
    /// Undoes the change when disposed. Later changes should end first; another order costs a reading.
    /// </returns>
    public async Task<IAsyncDisposable> ChangeAsync(
        HostParts touches, Func<HostProfile, Task<IAsyncDisposable>> make, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        var before = Profile;
        _stale |= touches;
        var undo = await make(before).ConfigureAwait(false);
        try
        {
            await LookAsync(touches, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await undo.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _made.Add(new Change(this, touches, before, undo));
        return _made[^1];
    }

    /// <summary>
    /// The sender must wrap what it does during the flow, such as a change, in the function that it gets.
    /// </summary>
    public async Task<T> FlowAsync<T>(
        Func<HostProfile, Func<Func<Task>, Task>, Task<T>> send, CancellationToken cancellation)
    {
        await _flow.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
            if (_stale != HostParts.None)
                await LookAsync(_stale, cancellation).ConfigureAwait(false);
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

    /// <summary>Changes nothing on the host; the lab restores it.</summary>
    public void Dispose()
    {
        _turn.Dispose();
        _flow.Dispose();
    }

    private async Task LookAsync(HostParts parts, CancellationToken cancellation) =>
        (Profile, _stale) = (await read(parts | _stale, cancellation).ConfigureAwait(false), HostParts.None);

    // Usually another change follows, after which the host is read anyway. But the recorder of a removed chain must go
    // with it; otherwise it would come before the next chain of that name instead of after it.
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

    private sealed class Change(ChangingHost host, HostParts touched, HostProfile before, IAsyncDisposable undo)
        : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var turn = await host.TurnAsync(CancellationToken.None).ConfigureAwait(false);
            var isLast = host._made.LastOrDefault() == this;
            if (!host._made.Remove(this))
                return;
            host._stale |= touched;
            await undo.DisposeAsync().ConfigureAwait(false);
            if (!isLast)
            {
                await host.LookAsync(touched, CancellationToken.None).ConfigureAwait(false);
                return;
            }

            await host.GiveBackAsync(before).ConfigureAwait(false);
        }
    }
}
