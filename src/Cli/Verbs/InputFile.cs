using System.IO.Compression;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>Opens the files that a user names, also compressed ones, and says why one cannot be read.</summary>
internal static class InputFile
{
    /// <summary>Stands for standard input in place of a path.</summary>
    public const string StandardInput = "-";

    /// <summary>The file's name in a sentence.</summary>
    public static string NameOf(string path) => path == StandardInput ? "Standard input" : $"\"{path}\"";

    /// <summary>
    /// Reads a file. Its errors of reading become a sentence that ends with <paramref name="instead"/>, which says what
    /// to name.
    /// </summary>
    /// <exception cref="HooktrailException">The file cannot be read.</exception>
    public static T Read<T>(string path, string instead, Func<Stream, T> read)
    {
        try
        {
            using var stream = Open(path);
            return read(stream);
        }
        catch (Exception wrong) when (
            wrong is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException)
        {
            var why = path == StandardInput || File.Exists(path) ? wrong.Message.TrimEnd('.')
                : Directory.Exists(path) ? "it is a directory"
                : "there is no such file";
            throw new HooktrailException($"{NameOf(path)} cannot be read: {why}; {instead}.", wrong);
        }
    }

    private static Stream Open(string path)
    {
        var stream = new PeekedStream(path == StandardInput ? Terminal.OpenInput() : File.OpenRead(path));
        // RFC 1952, section 2.3.1.
        return stream.Beginning is [0x1f, 0x8b]
            ? new UnpackedStream(stream, new GZipStream(stream, CompressionMode.Decompress))
            : stream;
    }

    /// <summary>A stream whose first two bytes can be looked at; it counts what was read.</summary>
    private sealed class PeekedStream : ForwardStream
    {
        private readonly Stream _stream;
        private readonly byte[] _beginning = new byte[2];
        private readonly int _length;

        public PeekedStream(Stream stream)
        {
            _stream = stream;
            _length = stream.ReadAtLeast(_beginning, _beginning.Length, throwOnEndOfStream: false);
        }

        public override bool CanRead => true;

        public ReadOnlySpan<byte> Beginning => _beginning.AsSpan(0, _length);

        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var count = 0;
            while (Count < _length && count < buffer.Length)
                buffer[count++] = _beginning[Count++];
            if (count > 0)
                return count;
            count = _stream.Read(buffer);
            Count += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _stream.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>What a packed stream holds, unless it is far more than a file of text would pack.</summary>
    private sealed class UnpackedStream(PeekedStream packed, GZipStream stream) : ForwardStream
    {
        // Logs and trails pack to a tenth or a fiftieth; a bomb to a thousandth.
        private const int Ratio = 250;
        private const long Free = 64L << 20;

        private long _count;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            var count = stream.Read(buffer);
            _count += count;
            return _count <= Free || _count / Ratio <= packed.Count
                ? count
                : throw new IOException($"it unpacks to more than {Ratio} times its size");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
