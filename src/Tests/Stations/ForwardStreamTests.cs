using Hooktrail.Text;

namespace Hooktrail.Tests.Stations;

public class ForwardStreamTests
{
    [Test]
    public void It_is_read_from_its_beginning_to_its_end()
    {
        using var stream = new Letters("hook");
        var buffer = new byte[6];

        Assert.That(stream.Read(buffer, 2, 3), Is.EqualTo(3));
        Assert.That(buffer, Is.EqualTo("\0\0hoo\0"u8.ToArray()));
        using var rest = new StreamReader(stream);
        Assert.That(rest.ReadToEnd(), Is.EqualTo("k"));
    }

    [Test]
    public void It_neither_goes_back_nor_does_what_its_kind_does_not_say()
    {
        using var stream = new Letters("hook");

        Assert.That((stream.CanSeek, stream.CanWrite), Is.EqualTo((false, false)));
        Assert.That(() => stream.Seek(0, SeekOrigin.Begin), Throws.InstanceOf<NotSupportedException>());
        Assert.That(() => stream.Position, Throws.InstanceOf<NotSupportedException>());
        Assert.That(() => stream.Length, Throws.InstanceOf<NotSupportedException>());
        Assert.That(() => stream.Write("no"u8), Throws.InstanceOf<NotSupportedException>());
    }

    private sealed class Letters(string text) : ForwardStream
    {
        private int _at;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, text.Length - _at);
            for (var i = 0; i < count; i++)
                buffer[i] = (byte)text[_at++];
            return count;
        }
    }
}
