using Docker.DotNet;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

[CancelAfter(20_000)]
internal sealed class OutputTests
{
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(8)]
    [TestCase(4096)]
    public async Task Frames_and_lines_may_be_cut_anywhere(int pieces, CancellationToken cancel)
    {
        byte[] bytes =
        [
            .. Frames.Of(1, "one\ntw"u8), .. Frames.Of(2, "äö"u8[..3]), .. Frames.Of(2, []),
            .. Frames.Of(1, "o\n\nlast"u8), .. Frames.Of(2, [.. "äö"u8[3..], .. "\n"u8]),
        ];
        var (output, error) = await DemultiplexAsync(new TrickleStream(bytes, pieces), cancel);

        Assert.That(output, Is.EqualTo(new[] { "one", "two", "", "last" }));
        Assert.That(error, Is.EqualTo(new[] { "äö" }));
    }

    [Test]
    public void A_frame_of_no_known_stream_is_refused(CancellationToken cancel) =>
        Assert.That(
            async () => await DemultiplexAsync(new MemoryStream("HTTP/1.1"u8.ToArray()), cancel),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "The connection to the container client broke (Unknown stream type: '72'"));

    [Test]
    public async Task A_line_longer_than_the_most_comes_in_pieces()
    {
        var channel = new LineChannel("it", new LastLines());
        var half = new byte[LineChannel.MaximumLine / 2];
        half.AsSpan().Fill((byte)'x');
        for (var i = 0; i < 3; i++)
            channel.Write(half);
        channel.Write("\nnext\n"u8);
        await channel.CompleteAsync();

        Assert.That(
            await channel.Reader.ReadAllAsync().Select(l => l.Length).ToArrayAsync(),
            Is.EqualTo(new[] { half.Length * 2, half.Length, 4 }));
    }

    [Test]
    public async Task A_full_queue_waits_for_its_reader(CancellationToken cancel)
    {
        var channel = new LineChannel("it", new LastLines(), capacity: 1, patience: Timeout.InfiniteTimeSpan);
        channel.Write("a\nb\nc\n"u8);
        var writing = channel.FlushAsync(cancel).AsTask();

        Assert.That(writing.IsCompleted, Is.False);
        Assert.That(await channel.Reader.ReadAsync(cancel), Is.EqualTo("a"));
        Assert.That(await channel.Reader.ReadAsync(cancel), Is.EqualTo("b"));
        Assert.That(await channel.Reader.ReadAsync(cancel), Is.EqualTo("c"));
        await writing;
    }

    [Test]
    public async Task A_reader_that_takes_nothing_loses_the_stream_and_is_told(CancellationToken cancel)
    {
        var last = new LastLines(2);
        var channel = new LineChannel("the standard error of probe", last, capacity: 1, patience: TimeSpan.Zero);
        channel.Write("a\nb\nc\n"u8);
        await channel.FlushAsync(cancel);

        Assert.That(await channel.Reader.ReadAsync(cancel), Is.EqualTo("a"));
        Assert.That(
            async () => await channel.Reader.Completion,
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "The reader of the standard error of probe read no line for 0 s while 1 waited"));
        Assert.That(last.Snapshot(), Is.EqualTo(new[] { "b", "c" }), "the last lines are remembered all the same");
    }

    private static async Task<(string[] Output, string[] Error)> DemultiplexAsync(
        Stream stream, CancellationToken cancel)
    {
        var spec = new ContainerSpec { Name = "client", Image = "hooktrail/lab", Command = ["/agent"] };
        await using var session = new ContainerSession(
            null!, "1", spec, new MultiplexedStream(stream, multiplexed: true), Task.FromResult(0), null);
        return (
            await session.StandardOutput.ReadAllAsync(cancel).ToArrayAsync(cancel),
            await session.StandardError.ReadAllAsync(cancel).ToArrayAsync(cancel));
    }

    /// <summary>Gives a few bytes at a time, as a socket may.</summary>
    private sealed class TrickleStream(byte[] bytes, int pieces) : MemoryStream(bytes)
    {
        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            base.ReadAsync(buffer, offset, Math.Min(pieces, count), cancellationToken);
    }
}
