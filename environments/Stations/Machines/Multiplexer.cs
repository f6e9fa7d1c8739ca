using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Stations.Machines;

/// <summary>The local end of multiplex.pl: any number of processes and pipes over one connection.</summary>
public sealed class Multiplexer(string place) : IByteSink
{
    private const int Header = 8;

    // A slow reader would delay the others, so every reader in this program takes what has come, and queues it.
    private const int Unread = 1 << 20;

    private readonly ConcurrentDictionary<uint, Pipe> _outputs = new();
    private readonly ConcurrentDictionary<uint, Process> _processes = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<Pipe> _written = [];
    private readonly MemoryStream _message = new();
    private readonly byte[] _header = new byte[Header];
    private int _headerLength;
    private uint _channel;
    private long _remaining;
    private Stream? _to;
    private uint _channels;
    private volatile Exception? _ended;

    /// <summary>A perl program for the other side; it must be process 1 of a pid namespace.</summary>
    public static string Script { get; } = EmbeddedText.Of(typeof(Multiplexer).Assembly, "multiplex.pl");

    /// <summary>
    /// Takes the program's standard input. The caller must write the program's standard output to this object.
    /// </summary>
    public void Connect(Stream input) => _to = input;

    /// <exception cref="HooktrailException">The program cannot be started, or the connection has ended.</exception>
    public async Task<IMachineProcess> StartAsync(MachineProgram program, CancellationToken cancellation = default)
    {
        // In the order of the channels.
        ImmutableArray<(int Descriptor, bool IsRead)> pipes =
            [
                .. program.Reads.Select(descriptor => (descriptor, true)),
                .. program.Writes.Select(descriptor => (descriptor, false))
            ];
        var first = Interlocked.Add(ref _channels, (uint)pipes.Length) - (uint)pipes.Length + 1;
        var process = new Process(this, first, pipes);
        for (var index = 0; index < pipes.Length; index++)
            if (!pipes[index].IsRead)
                _outputs[first + (uint)index] = process.Output(index);
        _processes[first] = process;
        string[] words =
        [
            "start",
            Text(first),
            string.Join(',', pipes.Select(pipe => $"{pipe.Descriptor}{(pipe.IsRead ? '<' : '>')}")),
            Text((uint)program.Environment.Count),
            .. program.Environment.Select(setting => $"{setting.Key}={setting.Value}"), .. program.Command,
        ];
        try
        {
            await TellAsync(words).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other side has ended; the caller, which waits, gets that error.
        }

        if (_ended is { } reason)
            process.Fail(reason);
        try
        {
            await process.Started.WaitAsync(cancellation).ConfigureAwait(false);
            return process;
        }
        catch (MultiplexerException failed)
        {
            throw new HooktrailException(
                $"The program {program.Command[0]} failed to start {place} ({failed.Message}): install it there.",
                failed);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_headerLength < Header)
            {
                var part = bytes[..Math.Min(Header - _headerLength, bytes.Length)];
                part.CopyTo(_header.AsSpan(_headerLength));
                _headerLength += part.Length;
                bytes = bytes[part.Length..];
                if (_headerLength < Header)
                    return;
                (_channel, _remaining) = (
                    BinaryPrimitives.ReadUInt32BigEndian(_header),
                    BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4)));
                if (_remaining > 0)
                    continue;
                if (_outputs.TryRemove(_channel, out var ended))
                    End(ended);
                _headerLength = 0;
                continue;
            }

            var payload = bytes[..(int)Math.Min(_remaining, bytes.Length)];
            bytes = bytes[payload.Length..];
            _remaining -= payload.Length;
            if (_channel == 0)
                _message.Write(payload);
            else if (_outputs.TryGetValue(_channel, out var pipe))
                Fill(pipe, payload);

            if (_remaining > 0)
                return;
            if (_channel == 0)
                Hear();
            _headerLength = 0;
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        foreach (var pipe in _written)
            await pipe.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        _written.Clear();
    }

    public ValueTask CompleteAsync(Exception? error = null)
    {
        _ended = error
            ?? new HooktrailException($"The process launcher {place} ended; find out what ended it, and run again.");
        foreach (var pipe in _outputs.Values)
            End(pipe);
        foreach (var process in _processes.Values)
            process.Fail(_ended);
        return ValueTask.CompletedTask;
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private void Fill(Pipe pipe, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(pipe.Writer.GetSpan(bytes.Length));
        pipe.Writer.Advance(bytes.Length);
        _written.Add(pipe);
    }

    // Bytes that were not flushed yet are passed on together with the end.
    private void End(Pipe pipe)
    {
        _written.Remove(pipe);
        pipe.Writer.Complete();
    }

    private void Hear()
    {
        var words = Encoding.UTF8.GetString(_message.GetBuffer().AsSpan(0, (int)_message.Length)).Split(' ', 3);
        _message.SetLength(0);
        if (words.Length < 3
            || !_processes.TryGetValue(uint.Parse(words[1], CultureInfo.InvariantCulture), out var process))
            return;
        switch (words[0])
        {
            case "started":
                process.Start(int.Parse(words[2], CultureInfo.InvariantCulture));
                break;
            case "failed":
                Forget(process);
                process.Fail(new MultiplexerException(words[2].TrimEnd()));
                break;
            case "ended":
                _processes.TryRemove(process.First, out _);
                process.End();
                break;
        }
    }

    // The process did not start, so its pipes do not exist.
    private void Forget(Process process)
    {
        _processes.TryRemove(process.First, out _);
        foreach (var (channel, pipe) in process.Outputs)
            if (_outputs.TryRemove(channel, out _))
                End(pipe);
    }

    private Task TellAsync(params IEnumerable<string> words) =>
        SendAsync(0, Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\0"))));

    private async Task SendAsync(uint channel, ReadOnlyMemory<byte> bytes)
    {
        if (_ended is not null || _to is not { } to)
            throw new IOException($"The process launcher {place} no longer accepts input.");
        var frame = new byte[Header + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, channel);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(frame.AsMemory(Header));
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            // A frame that was begun is written to its end; otherwise the rest would be unreadable.
            await to.WriteAsync(frame, CancellationToken.None).ConfigureAwait(false);
            await to.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            throw new IOException($"The process launcher {place} no longer accepts input.");
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed class MultiplexerException(string message) : Exception(message);

    private sealed class Process : IMachineProcess
    {
        private readonly Multiplexer _owner;
        private readonly ImmutableArray<(int Descriptor, bool IsRead)> _pipes;
        private readonly ImmutableDictionary<int, Pipe> _byIndex;
        private readonly ImmutableDictionary<int, ChannelWriterStream> _inputs;
        private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Process(Multiplexer owner, uint first, ImmutableArray<(int Descriptor, bool IsRead)> pipes)
        {
            (_owner, First, _pipes) = (owner, first, pipes);
            var options = new PipeOptions(
                pauseWriterThreshold: Unread, resumeWriterThreshold: Unread / 2, useSynchronizationContext: false);
            _byIndex = pipes.Index()
                .Where(pipe => !pipe.Item.IsRead)
                .ToImmutableDictionary(pipe => pipe.Index, _ => new Pipe(options));
            _inputs = pipes.Index().Where(pipe => pipe.Item.IsRead)
                .ToImmutableDictionary(
                    pipe => pipe.Item.Descriptor,
                    pipe => new ChannelWriterStream(bytes => owner.SendAsync(first + (uint)pipe.Index, bytes)));
        }

        public uint First { get; }

        public Task Started => _started.Task;

        public int ProcessId => _started.Task.Result;

        public IEnumerable<(uint Channel, Pipe Pipe)> Outputs =>
            _byIndex.Select(pipe => (First + (uint)pipe.Key, pipe.Value));

        public Pipe Output(int index) => _byIndex[index];

        public Stream WriterTo(int descriptor) => _inputs[descriptor];

        public Stream ReaderOf(int descriptor) =>
            new ChannelReaderStream(_byIndex[_pipes.IndexOf((descriptor, false))].Reader);

        public Task WaitForExitAsync(CancellationToken cancellation) => _ended.Task.WaitAsync(cancellation);

        public void Kill() => _ = KillAsync();

        public void Start(int id) => _started.TrySetResult(id);

        public void End() => _ended.TrySetResult();

        public void Fail(Exception why)
        {
            _started.TrySetException(why);
            _ended.TrySetResult();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var input in _inputs.Values)
                await input.DisposeAsync().ConfigureAwait(false);
            foreach (var (_, pipe) in Outputs)
                ChannelReaderStream.Close(pipe.Reader);
        }

        private async Task KillAsync()
        {
            try
            {
                await _owner.TellAsync("kill", Text(First)).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The other side has ended.
            }
        }
    }
}
