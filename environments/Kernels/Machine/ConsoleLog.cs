using Hooktrail.Text;

namespace Hooktrail.Kernels.Machine;

/// <summary>Writes a guest's console and QEMU's errors to a file, and recognises events.</summary>
/// <param name="path">Null to keep no file.</param>
internal sealed class ConsoleLog(string? path)
{
    private readonly TaskCompletionSource _booted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ConsoleEvent.Engine> _engine =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<string> _lacks = [];

    public string? Path => path;

    /// <summary>Completes when the kernel has started a first program.</summary>
    public Task Booted => _booted.Task;

    /// <summary>Completes when the Engine listens.</summary>
    public Task<ConsoleEvent.Engine> Engine => _engine.Task;

    /// <summary>Completes with the reason when the guest gives up, QEMU stops it, or both streams end.</summary>
    public Task<string> End => _end.Task;

    /// <summary>Null until the guest has reported it.</summary>
    public string? Release { get; private set; }

    /// <summary>Whether its disks were written before it powered off.</summary>
    public bool WentDown { get; private set; }

    public ImmutableArray<string> Lacks => _lacks;

    public Complaints Complaints { get; } = new();

    /// <summary>Reads both streams to their ends.</summary>
    public async Task ReadAsync(TextReader console, TextReader complaints)
    {
        await using var file = TextWriter.Synchronized(
            path is null ? TextWriter.Null : new StreamWriter(path) { AutoFlush = true, NewLine = "\n" });
        await Task.WhenAll(
            ReadAsync(console, file, "", text => Take(ConsoleEvent.Parse(text))),
            ReadAsync(complaints, file, "qemu: ", Complain)).ConfigureAwait(false);
        _end.TrySetResult(Release is null ? "ended before its kernel came up" : "ended");
    }

    private static async Task ReadAsync(TextReader from, TextWriter file, string prefix, Action<string> take)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            var text = line.TrimEnd('\r');
            await file.WriteLineAsync(prefix + text).ConfigureAwait(false);
            take(text);
        }
    }

    private void Complain(string line)
    {
        Complaints.Take(line);
        if (Complaints.StoppedProcessor)
            _end.TrySetResult("was stopped");
    }

    private void Take(ConsoleEvent? what)
    {
        switch (what)
        {
            case ConsoleEvent.Booted(var release):
                Release = release;
                _booted.TrySetResult();
                break;
            case ConsoleEvent.Lacks(var lack):
                _lacks = _lacks.Add(PlainText.Of(lack));
                break;
            case ConsoleEvent.Engine engine:
                _engine.TrySetResult(engine);
                break;
            case ConsoleEvent.Failed(var why):
                _end.TrySetResult($"gave up, because {PlainText.Of(why)}");
                break;
            case ConsoleEvent.Panic(var why):
                _end.TrySetResult($"panicked: {PlainText.Of(why)}");
                break;
            case ConsoleEvent.Down:
                WentDown = true;
                break;
        }
    }
}
