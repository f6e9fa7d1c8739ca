using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Hooktrail.Text;

namespace Hooktrail.Stations.Talk;

/// <summary>Sends and listens through one talk.pl, for all stations whose namespaces it may enter.</summary>
public sealed class Talker : IAsyncDisposable
{
    private readonly string _who;
    private readonly TextWriter _to;
    private readonly ChannelReader<string> _from;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string[]>> _waiting = new();
    private readonly ConcurrentQueue<Heard> _heard = new();
    private readonly Task _reading;
    private volatile HooktrailException? _ended;
    private int _commands;

    /// <summary>Takes over both ends of a running talk.pl; messages call it <paramref name="who"/>.</summary>
    public Talker(string who, TextWriter to, ChannelReader<string> from)
    {
        (_who, _to, _from) = (who, to, from);
        _reading = ReadAsync();
    }

    /// <summary>A perl program for the station; it needs only Debian's perl-base.</summary>
    public static string Script { get; } = EmbeddedText.Of(typeof(Talker).Assembly, "talk.pl");

    /// <summary>
    /// Starts a listener and returns its port. <see cref="TakeHeardAsync"/> returns what the listener has heard.
    /// </summary>
    /// <exception cref="HooktrailException">It cannot listen there, or has ended.</exception>
    public async Task<int> ListenAsync(Listening what, CancellationToken cancellation = default) =>
        Number((await AskAsync(what.Id, what.Command, cancellation).ConfigureAwait(false))[1]);

    /// <summary>Makes the receiver's end of an open connection; its sender's is <see cref="Talking.In"/>.</summary>
    /// <exception cref="HooktrailException">The right is missing.</exception>
    public Task HoldAsync(HeldEnd what, CancellationToken cancellation = default) =>
        AskAsync(what.Id, what.Command, cancellation);

    /// <summary>Tells conntrack of a connection.</summary>
    /// <exception cref="HooktrailException">The right is missing, or the kernel refuses the entry.</exception>
    public Task KnowAsync(KnownConnection what, CancellationToken cancellation = default)
    {
        var id = NewId();
        return AskAsync(id, what.Command(id), cancellation);
    }

    public Task MarkAsync(byte tos, CancellationToken cancellation = default) =>
        AskAsync("*", $"mark * {tos}", cancellation);

    /// <exception cref="HooktrailException">There is no such listener.</exception>
    public Task StopAsync(string id, CancellationToken cancellation = default) =>
        AskAsync(id, $"stop {id}", cancellation);

    /// <summary>Sends packets, and waits until the fate of each is known.</summary>
    /// <exception cref="HooktrailException">
    /// Nothing could be sent: a right is missing, or the address belongs to another station.
    /// </exception>
    public async Task<TalkResult> SendAsync(Talking what, CancellationToken cancellation = default)
    {
        var id = NewId();
        var words = await AskAsync(id, what.Command(id), cancellation).ConfigureAwait(false);
        return TalkResult.Parse(words.AsSpan(1));
    }

    /// <summary>
    /// Returns what was heard since the last call, with everything that has reached the station by now.
    /// </summary>
    /// <remarks>A <paramref name="tos"/> sets all answers, like <see cref="MarkAsync"/>.</remarks>
    public async Task<ImmutableArray<Heard>> TakeHeardAsync(byte? tos = null, CancellationToken cancellation = default)
    {
        var id = NewId();
        await AskAsync(id, tos is { } mark ? $"sync {id} {mark}" : $"sync {id}", cancellation).ConfigureAwait(false);
        var heard = ImmutableArray.CreateBuilder<Heard>();
        while (_heard.TryDequeue(out var one))
            heard.Add(one);
        return heard.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _to.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has ended already.
        }

        await _reading.ConfigureAwait(false);
        _turn.Dispose();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"#{Interlocked.Increment(ref _commands)}");

    // Only one command of an id at a time; the answer is the rest of the line after the id.
    private async Task<string[]> AskAsync(string id, string command, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(id, answer))
            throw new HooktrailException($"The talker of {_who} already has a request \"{id}\"; wait for its answer.");
        try
        {
            if (_ended is not null)
                throw _ended;
            await SayAsync(command, cancellation).ConfigureAwait(false);
            var words = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return words[0] != "error"
                ? words
                : throw new HooktrailException(
                    $"The talker of {_who} cannot do \"{command}\": {string.Join(' ', words.Skip(1))}.");
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private async Task SayAsync(string command, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _to.WriteAsync((command + "\n").AsMemory(), CancellationToken.None).ConfigureAwait(false);
            await _to.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The process has ended; the caller, which waits, gets that error.
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReadAsync()
    {
        var reason = "ended";
        try
        {
            await foreach (var line in _from.ReadAllAsync().ConfigureAwait(false))
                Accept(line.Split(' '));
        }
        catch (Exception problem) when (problem is HooktrailException or IOException or ChannelClosedException)
        {
            reason = $"failed: {problem.Message.TrimEnd('.')}";
        }

        _ended = new HooktrailException(
            $"The talker of {_who} {reason}; check that perl is installed there, and run again.");
        foreach (var answer in _waiting.Values)
            answer.TrySetException(_ended);
    }

    private void Accept(string[] words)
    {
        if (words is [var listener, "heard", var source, var port, var bytes, var number])
            _heard.Enqueue(new(listener, IPAddress.Parse(source), Number(port), Number(bytes), Number(number)));
        else if (words.Length > 1 && _waiting.TryGetValue(words[0], out var answer))
            answer.TrySetResult(words[1..]);
    }
}
