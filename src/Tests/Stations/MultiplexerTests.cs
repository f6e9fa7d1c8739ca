using System.Diagnostics;
using System.Text;
using Hooktrail.Stations.Machines;

namespace Hooktrail.Tests.Stations;

/// <summary>multiplex.pl and its caller's end, over the pipes of one process.</summary>
[CancelAfter(60_000)]
public class MultiplexerTests
{
    private Process _perl = null!;
    private Multiplexer _processes = null!;
    private Task _pump = null!;

    [SetUp]
    public void Start()
    {
        try
        {
            _perl = Process.Start(new ProcessStartInfo("perl", ["-e", Multiplexer.Script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true
            })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Skip.Because("It needs perl.", e.Message);
        }

        _processes = new Multiplexer("here");
        _processes.Connect(_perl.StandardInput.BaseStream);
        _pump = PumpAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_perl is null)
            return;
        _perl.StandardInput.Close();
        await _perl.WaitForExitAsync();
        await _pump;
        _perl.Dispose();
    }

    [Test]
    public async Task Any_bytes_come_through_any_descriptor(CancellationToken cancel)
    {
        await using var process = await _processes.StartAsync(
            new MachineProgram("bash", "-c", "cat <&20 >&22 & cat <&25 >&21; wait")
            {
                Reads = [0, 25, 20],
                Writes = [1, 22, 21]
            },
            cancel);
        byte[] one = RandomBytes(5_000_000, 1), other = RandomBytes(3_000_000, 2);
        var (first, second) = (ReadAsync(process, 22, cancel), ReadAsync(process, 21, cancel));
        await Task.WhenAll(WriteAsync(process, 20, one, cancel), WriteAsync(process, 25, other, cancel));
        Assert.That(await first, Is.EqualTo(one));
        Assert.That(await second, Is.EqualTo(other));
        await process.WaitForExitAsync(cancel);
    }

    [Test]
    public async Task Many_processes_at_once_do_not_mix(CancellationToken cancel)
    {
        var said = await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            await using var process = await _processes.StartAsync(new MachineProgram("cat"), cancel);
            var reading = ReadAsync(process, 1, cancel);
            await WriteAsync(process, 0, RandomBytes(20_000, number), cancel);
            return await reading;
        }));
        Assert.That(said.Index().Where(one => !one.Item.SequenceEqual(RandomBytes(20_000, one.Index))), Is.Empty);
    }

    [Test]
    public async Task Words_and_settings_come_as_they_are(CancellationToken cancel)
    {
        var program = new MachineProgram(
            "bash", "-c", "printf '<%s>' \"$@\" \"$SAID\"", "name", "", "two words\n", "ä=b");
        await using var process = await _processes.StartAsync(
            program with { Environment = program.Environment.Add("SAID", "a=b\nc") }, cancel);
        Assert.That(
            Encoding.UTF8.GetString(await ReadAsync(process, 1, cancel)), Is.EqualTo("<><two words\n><ä=b><a=b\nc>"));
    }

    [Test]
    public async Task A_process_has_no_other_s_pipes_and_its_own_number(CancellationToken cancel)
    {
        await using var other = await _processes.StartAsync(
            new MachineProgram("cat") { Reads = [0, 30], Writes = [1, 31] }, cancel);
        await using var process = await _processes.StartAsync(
            new MachineProgram("bash", "-c", "echo $$; read -r _") { Reads = [0, 20] }, cancel);
        using var said = new StreamReader(process.ReaderOf(1));
        Assert.That(await said.ReadLineAsync(cancel), Is.EqualTo($"{process.ProcessId}"));
        var theirs = new[] { 0, 1, 30, 31 }.Select(descriptor => File.ResolveLinkTarget(
            $"/proc/{other.ProcessId}/fd/{descriptor}", returnFinalTarget: false)!.Name).ToList();
        Assert.That(theirs, Is.All.StartsWith("pipe:"));
        // Both may have what every child inherits, such as standard error.
        var its = Directory.GetFiles($"/proc/{process.ProcessId}/fd")
            .Select(descriptor => File.ResolveLinkTarget(descriptor, returnFinalTarget: false)!.Name);
        Assert.That(its.Intersect(theirs), Is.Empty);
    }

    [Test]
    public async Task Who_does_not_read_holds_up_nobody_else(CancellationToken cancel)
    {
        await using var deaf = await _processes.StartAsync(new MachineProgram("sleep", "1000"), cancel);
        await deaf.WriterTo(0).WriteAsync(new byte[4_000_000], cancel);
        await using var process = await _processes.StartAsync(new MachineProgram("echo", "here"), cancel);
        Assert.That(Encoding.UTF8.GetString(await ReadAsync(process, 1, cancel)), Is.EqualTo("here\n"));
        deaf.Kill();
        await deaf.WaitForExitAsync(cancel);
        await deaf.WriterTo(0).WriteAsync(new byte[10], cancel); // nobody minds
    }

    [Test]
    public void A_program_that_is_not_there_is_named(CancellationToken cancel) =>
        Assert.That(
            () => _processes.StartAsync(new MachineProgram("no-such-program"), cancel),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                "The program no-such-program failed to start here (No such file or directory): install it there."));

    [Test]
    public async Task The_end_is_told_when_no_descendant_is_left(CancellationToken cancel)
    {
        await using var process = await _processes.StartAsync(
            new MachineProgram("bash", "-c", "sleep 1000 & echo $!"), cancel);
        using var reader = new StreamReader(process.ReaderOf(1));
        var sleep = int.Parse((await reader.ReadLineAsync(cancel))!);
        Assert.That(process.WaitForExitAsync(cancel).IsCompleted, Is.False);
        Process.GetProcessById(sleep).Kill();
        await process.WaitForExitAsync(cancel);
    }

    [Test]
    public async Task When_the_connection_ends_everything_does_and_who_waits_is_told(CancellationToken cancel)
    {
        await using var process = await _processes.StartAsync(new MachineProgram("sleep", "1000"), cancel);
        var sleep = Process.GetProcessById(process.ProcessId);
        _perl.StandardInput.Close();
        await _perl.WaitForExitAsync(cancel);
        await sleep.WaitForExitAsync(cancel);
        await process.WaitForExitAsync(cancel);
        await _pump;
        Assert.That(await ReadAsync(process, 1, cancel), Is.Empty);
        Assert.That(
            () => process.WriterTo(0).WriteAsync(new byte[1], cancel).AsTask(), Throws.InstanceOf<IOException>());
        Assert.That(
            () => _processes.StartAsync(new MachineProgram("true"), cancel),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("The process launcher here ended"));
    }

    [Test]
    public async Task A_reader_that_is_disposed_of_hears_so(CancellationToken cancel)
    {
        await using var process = await _processes.StartAsync(new MachineProgram("cat"), cancel);
        var stream = process.ReaderOf(1);
        var reading = stream.ReadAsync(new byte[1], cancel).AsTask();
        await stream.DisposeAsync();
        Assert.That(() => reading, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(100)]
    public async Task Frames_may_be_cut_anywhere(int pieces, CancellationToken cancel)
    {
        var cut = new Multiplexer("here");
        using var commands = new MemoryStream();
        cut.Connect(commands);
        var starting = cut.StartAsync(new MachineProgram("one"), cancel); // channels 1 and 2
        byte[] frames =
        [
            .. Frame(0, "started 1 42"), .. Frame(2, "ab"), .. Frame(2, "cd"), .. Frame(7, "nobody's"), .. Frame(2, "")
        ];
        foreach (var piece in frames.Chunk(pieces))
        {
            cut.Write(piece);
            await cut.FlushAsync(cancel);
        }

        await using var process = await starting;
        Assert.That(process.ProcessId, Is.EqualTo(42));
        Assert.That(Encoding.UTF8.GetString(await ReadAsync(process, 1, cancel)), Is.EqualTo("abcd"));
    }

    private static byte[] Frame(byte channel, string text) =>
        [0, 0, 0, channel, 0, 0, 0, (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task WriteAsync(
        IMachineProcess process, int descriptor, byte[] bytes, CancellationToken cancel)
    {
        await using var stream = process.WriterTo(descriptor);
        foreach (var chunk in bytes.Chunk(100_000))
            await stream.WriteAsync(chunk, cancel);
    }

    private static async Task<byte[]> ReadAsync(IMachineProcess process, int descriptor, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        await process.ReaderOf(descriptor).CopyToAsync(all, cancel);
        return all.ToArray();
    }

    private async Task PumpAsync()
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await _perl.StandardOutput.BaseStream.ReadAsync(buffer)) > 0;)
        {
            _processes.Write(buffer.AsSpan(0, read));
            await _processes.FlushAsync();
        }

        await _processes.CompleteAsync();
    }
}
