namespace Hooktrail.Stations;

/// <summary>Remembers the last few lines of a process's output. Safe to read while it is written.</summary>
/// <param name="capacity">How many lines are remembered.</param>
public sealed class LastLines(int capacity = 20)
{
    private readonly string[] _lines = new string[capacity];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>Remembers a line, and forgets the oldest where there are too many.</summary>
    public void Add(string line)
    {
        lock (_lock)
            _lines[_count++ % capacity] = line;
    }

    /// <summary>The lines that are remembered, oldest first.</summary>
    public IReadOnlyList<string> Snapshot()
    {
        lock (_lock)
        {
            var kept = Math.Min(_count, capacity);
            return [.. Enumerable.Range(_count - kept, kept).Select(i => _lines[i % capacity])];
        }
    }
}
