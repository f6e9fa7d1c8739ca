using System.Text;
using System.Threading.Channels;

namespace Hooktrail.Stations;

/// <summary>
/// A container's two streams share one connection, so a slow reader of one would block the other. So the queue is long;
/// when it is full, the writer waits for a moment; then the reader loses this stream with an error. Memory stays
/// bounded, and nothing hangs.
/// </summary>
public sealed class LineChannel : IByteSink
{
    /// <summary>
    /// The number of lines that may wait: two seconds of the fastest kernel log measured, about 100 MB.
    /// </summary>
    public const int Capacity = 1 << 18;

    /// <summary>
    /// How long the writer waits for a reader whose queue is full. It must be less than two seconds: after that, an
    /// Engine silently drops the rest of an ended process's output (moby 20.10 daemon/monitor.go, handleContainerExit;
    /// observed), and the loss must raise an error.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>In bytes; a longer line is delivered in pieces of this length.</summary>
    public const int MaximumLine = 16 << 20;

    private readonly Channel<string> _lines;
    private readonly string _name;
    private readonly LastLines _last;
    private readonly TimeSpan _patience;
    private readonly Queue<string> _cut = [];
    private byte[] _rest = new byte[512];
    private int _restLength;
    private bool _lost;

    /// <remarks>The name is a phrase such as «the standard error of probe».</remarks>
    public LineChannel(string name, LastLines last, int capacity = Capacity, TimeSpan? patience = null)
    {
        _patience = patience ?? Patience;
        _name = name;
        _last = last;
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
    }

    public ChannelReader<string> Reader => _lines.Reader;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            if (_restLength == 0)
            {
                Cut(bytes[..end]);
            }
            else
            {
                Keep(bytes[..end]);
                CutRest();
            }
        }

        Keep(bytes);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        while (_cut.TryDequeue(out var line))
        {
            if (!_lost
                && !_lines.Writer.TryWrite(line)
                && !await WriteInTimeAsync(line, cancellationToken).ConfigureAwait(false))
            {
                _lost = true;
                _lines.Writer.TryComplete(new HooktrailException(
                    $"The reader of {_name} read no line for {_patience.TotalSeconds:0.#} s while {_lines.Reader.Count} waited, and further lines are lost: " +
                    "send less traffic at a time, or run on a machine with more free cores."));
            }
        }
    }

    /// <summary>Delivers an unfinished last line first.</summary>
    public async ValueTask CompleteAsync(Exception? error = null)
    {
        if (_restLength > 0)
            CutRest();
        await FlushAsync().ConfigureAwait(false);
        _lines.Writer.TryComplete(error);
    }

    private async ValueTask<bool> WriteInTimeAsync(string line, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_patience);
        try
        {
            await _lines.Writer.WriteAsync(line, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        while (_restLength + bytes.Length > MaximumLine)
        {
            var piece = MaximumLine - _restLength;
            Append(bytes[..piece]);
            CutRest();
            bytes = bytes[piece..];
        }

        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_restLength + bytes.Length > _rest.Length)
            Array.Resize(ref _rest, Math.Max(_restLength + bytes.Length, Math.Min(_rest.Length * 2, MaximumLine)));
        bytes.CopyTo(_rest.AsSpan(_restLength));
        _restLength += bytes.Length;
    }

    private void CutRest()
    {
        Cut(_rest.AsSpan(0, _restLength));
        _restLength = 0;
    }

    private void Cut(ReadOnlySpan<byte> bytes)
    {
        var line = Encoding.UTF8.GetString(bytes);
        _last.Add(line);
        _cut.Enqueue(line);
    }
}
