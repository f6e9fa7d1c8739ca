namespace Hooktrail.Stations;

/// <summary>Keeps the last lines of a stream. It may be read and written at the same time.</summary>
public sealed class LastLines(int capacity = 20)
{
    private readonly string[] _lines = new string[capacity];
    private readonly Lock _lock = new();
    private int _count;

    public void Add(string line)
    {
        lock (_lock)
            _lines[_count++ % capacity] = line;
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<string> Snapshot()
    {
        lock (_lock)
        {
            var kept = Math.Min(_count, capacity);
            return [.. Enumerable.Range(_count - kept, kept).Select(i => _lines[i % capacity])];
        }
    }
}
