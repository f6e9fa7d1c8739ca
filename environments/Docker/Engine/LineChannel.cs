using System.Text;
using System.Threading.Channels;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// Cuts one stream of bytes into lines and queues them for one reader. Writing never waits: both streams of a container come
/// over one connection, so a writer that waited for the reader of one would hold up the other for ever. Memory stays bounded
/// because a reader that falls too far behind loses the stream, loudly.
/// </summary>
public sealed class LineChannel
{
    /// <summary>How many lines may wait for the reader: two seconds of the fastest kernel log seen, about 100 MB.</summary>
    public const int Capacity = 1 << 18;

    /// <summary>The longest line in bytes; a longer one is delivered in pieces of this length.</summary>
    internal const int MaximumLine = 16 << 20;

    private readonly Channel<string> _lines;
    private readonly string _name;
    private readonly LastLines _last;
    private byte[] _rest = new byte[512];
    private int _restLength;
    private bool _lost;

    internal LineChannel(string name, LastLines last, int capacity = Capacity)
    {
        _name = name;
        _last = last;
        _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>The reader's end.</summary>
    public ChannelReader<string> Reader => _lines.Reader;

    /// <summary>Takes bytes, cut anywhere.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            if (_restLength == 0)
            {
                Emit(bytes[..end]);
            }
            else
            {
                Keep(bytes[..end]);
                EmitRest();
            }
        }

        Keep(bytes);
    }

    /// <summary>Ends the stream: an unfinished last line is delivered, then the reader is told.</summary>
    internal void Complete(Exception? error = null)
    {
        if (_restLength > 0)
            EmitRest();
        _lines.Writer.TryComplete(error);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        while (_restLength + bytes.Length > MaximumLine)
        {
            var piece = MaximumLine - _restLength;
            Append(bytes[..piece]);
            EmitRest();
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

    private void EmitRest()
    {
        Emit(_rest.AsSpan(0, _restLength));
        _restLength = 0;
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        var line = Encoding.UTF8.GetString(bytes);
        _last.Add(line);
        if (_lost || _lines.Writer.TryWrite(line))
            return;
        _lost = true;
        _lines.Writer.TryComplete(new HooktrailException(
            $"The reader of {_name} fell more than {_lines.Reader.Count} lines behind, and the rest is lost: " +
            "send less traffic at a time, or run on a machine with more free cores."));
    }
}
