namespace Hooktrail.Observation;

/// <summary>
/// The sightings of a channel, cut into windows by fences: the current window and the previous one. The thread that
/// feeds the channel holds <see cref="Gate"/> while it accepts a record; all other members take the lock themselves.
/// Errors name the channel <paramref name="channel"/>.
/// </summary>
internal sealed class FencedWindows(string channel)
{
    // 20 times the capacity of the kernel's own ring; a window of the lab has some hundreds of records.
    private const int Capacity = 16_384;

    private readonly Dictionary<int, TaskCompletionSource<LogWindow>> _waiting = [];
    private readonly List<Sighting> _sightings = [];
    private (int Number, LogWindow Window)? _finished;
    private string? _closed;
    private long _lost;
    private Action<Sighting>? _listener;

    public Lock Gate { get; } = new();

    /// <summary>Called with each sighting when it is complete.</summary>
    public Action<Sighting>? Listener
    {
        get => _listener;
        set
        {
            lock (Gate)
            {
                _listener = value;
            }
        }
    }

    public int Count => _sightings.Count;

    public Sighting this[int index]
    {
        get => _sightings[index];
        set => _sightings[index] = value;
    }

    /// <summary>False if there is no room: the sighting counts as lost.</summary>
    public bool Add(Sighting sighting)
    {
        if (_sightings.Count == Capacity)
        {
            _lost++;
            return false;
        }

        _sightings.Add(sighting);
        return true;
    }

    public void Lose(long records) => _lost += records;

    public void End(int n)
    {
        var window = new LogWindow([.. _sightings], _lost);
        _sightings.Clear();
        _lost = 0;
        _finished = (n, window);
        foreach (var waiting in _waiting.Keys.Where(number => number <= n).ToList())
        {
            _waiting.Remove(waiting, out var reader);
            reader!.SetResult(window);
        }
    }

    /// <summary>
    /// The window that fence <paramref name="n"/> ends; if that fence was lost, the one that the next fence ends.
    /// </summary>
    /// <exception cref="HooktrailException">
    /// The channel was closed, or the fence is too old and its window is gone.
    /// </exception>
    public Task<LogWindow> Read(int n, CancellationToken cancellation)
    {
        lock (Gate)
        {
            if (_finished is { } finished && n <= finished.Number)
            {
                return n == finished.Number || finished.Window.Lost > 0
                    ? Task.FromResult(finished.Window)
                    : throw new HooktrailException(
                        $"The window up to fence {n} of {channel} is forgotten; ask for it before fence {finished.Number} is written.");
            }

            if (_closed is not null)
                throw new HooktrailException(_closed);
            if (!_waiting.TryGetValue(n, out var window))
                _waiting[n] = window = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return window.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends the channel; waiting readers get the reason as an error.</summary>
    public void Close(string reason)
    {
        lock (Gate)
        {
            _closed ??= reason;
            foreach (var window in _waiting.Values)
                window.SetException(new HooktrailException(_closed));
            _waiting.Clear();
        }
    }
}
