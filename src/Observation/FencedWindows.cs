namespace Hooktrail.Observation;

/// <summary>
/// The sightings of a channel, cut into windows by fences: the current window and the one before. The thread that feeds
/// the channel holds <see cref="Gate"/> while it accepts a record; what others call takes it by itself. Errors call the
/// channel <paramref name="channel"/>.
/// </summary>
internal sealed class FencedWindows(string channel)
{
    // 20 times what the kernel's own ring holds; a window of the lab has some hundreds.
    private const int Capacity = 16_384;

    private readonly Dictionary<int, TaskCompletionSource<LogWindow>> _waiting = [];
    private readonly List<Sighting> _sightings = [];
    private (int Number, LogWindow Window)? _finished;
    private string? _closed;
    private long _lost;
    private Action<Sighting>? _listener;

    public Lock Gate { get; } = new();

    /// <summary>Called with each sighting as soon as it is whole.</summary>
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

    /// <summary>False where there is no room: the sighting counts as lost.</summary>
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

    /// <summary>The window that fence <paramref name="n"/> ends, or the one after it where that fence was lost.</summary>
    /// <exception cref="HooktrailException">The channel was closed, or that fence is past and its window forgotten.</exception>
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

    /// <summary>Ends the channel; readers that wait get the reason as an error.</summary>
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
