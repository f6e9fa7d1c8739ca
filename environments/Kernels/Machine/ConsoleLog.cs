using System.Collections.Immutable;
using Hooktrail.Report;

namespace Hooktrail.Kernels.Machine;

/// <summary>What a guest's console and QEMU say: written to a file, and understood where it is an event.</summary>
/// <param name="path">The file; null to keep none.</param>
internal sealed class ConsoleLog(string? path)
{
    private readonly TaskCompletionSource _booted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ConsoleEvent.Engine> _engine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<string> _lacks = [];

    /// <summary>The file.</summary>
    public string? Path => path;

    /// <summary>Completes when the kernel has started a first program.</summary>
    public Task Booted => _booted.Task;

    /// <summary>Completes when the Engine listens.</summary>
    public Task<ConsoleEvent.Engine> Engine => _engine.Task;

    /// <summary>
    /// Completes, with what was the matter, when the guest says that it cannot go on, QEMU stops it, or both end.
    /// </summary>
    public Task<string> End => _end.Task;

    /// <summary>The kernel's release; null until it has said it.</summary>
    public string? Release { get; private set; }

    /// <summary>Whether its disks were written before it powered off.</summary>
    public bool WentDown { get; private set; }

    /// <summary>What the guest lacks.</summary>
    public ImmutableArray<string> Lacks => _lacks;

    /// <summary>What QEMU says.</summary>
    public Complaints Complaints { get; } = new();

    /// <summary>Reads both to their end.</summary>
    /// <param name="console">The guest's console.</param>
    /// <param name="complaints">QEMU's standard error.</param>
    public async Task ReadAsync(TextReader console, TextReader complaints)
    {
        await using var file = TextWriter.Synchronized(
            path is null ? TextWriter.Null : new StreamWriter(path) { AutoFlush = true, NewLine = "\n" });
        await Task.WhenAll(
            ReadAsync(console, file, "", text => Take(ConsoleEvent.Parse(text))),
            ReadAsync(complaints, file, "qemu: ", Complain)).ConfigureAwait(false);
        _end.TrySetResult(Release is null ? "ended before its kernel had come up" : "ended");
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
