using Hooktrail.Text;

namespace Hooktrail.Records;

/// <summary>A stream that ends with an error where it is longer than a file of its kind.</summary>
internal sealed class BoundedStream(Stream stream, long most, string name) : ForwardStream
{
    private long _count;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        var count = stream.Read(buffer);
        _count += count;
        return _count <= most
            ? count
            : throw new HooktrailException(
                $"{name} is larger than {most >> 20} MB, which no such file is; name another.");
    }
}
