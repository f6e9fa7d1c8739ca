using System.Collections.Immutable;
using Hooktrail.Report;

namespace Hooktrail.Kernels.Machine;

/// <summary>What a guest's console has said: written to a file line by line, and understood where it is an event.</summary>
internal sealed class ConsoleLog(string path)
{
    private readonly TaskCompletionSource<ConsoleEvent.Engine> _engine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<string> _lacks = [];

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Completes when the Engine listens.</summary>
    public Task<ConsoleEvent.Engine> Engine => _engine.Task;

    /// <summary>Completes, with what was the matter, when the guest says that it cannot go on, or its console ends.</summary>
    public Task<string> End => _end.Task;

    /// <summary>The kernel's release; null until it has said it.</summary>
    public string? Release { get; private set; }

    /// <summary>Whether its disks were written before it powered off.</summary>
    public bool WentDown { get; private set; }

    /// <summary>What the guest lacks.</summary>
    public ImmutableArray<string> Lacks => _lacks;

    /// <summary>Reads the console to its end.</summary>
    public async Task ReadAsync(TextReader console)
    {
        await using var file = new StreamWriter(path) { AutoFlush = true, NewLine = "\n" };
        while (await console.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            var text = line.TrimEnd('\r');
            await file.WriteLineAsync(text).ConfigureAwait(false);
            Take(ConsoleEvent.Parse(text));
        }

        _end.TrySetResult(Release is null ? "ended before its kernel had come up" : "ended");
    }

    private void Take(ConsoleEvent? what)
    {
        switch (what)
        {
            case ConsoleEvent.Booted(var release):
                Release = release;
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
