using System.Diagnostics;
using System.Threading.Channels;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Tests.Stations;

/// <summary>talk.pl and its caller's end against a real kernel: all stations are one, at the loopback device.</summary>
public class TalkTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    private Process _process = null!;
    private Talker _talker = null!;
    private string _folder = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("hooktrail-").FullName;
        var script = Path.Combine(_folder, "talk.pl");
        await File.WriteAllTextAsync(script, Talker.Script);

        // To .8 and ::8 there is no way; nothing but lo is there.
        const string setup =
            """
            command -v perl nft >/dev/null || exit 77
            ip link set lo up && echo 0 0 > /proc/sys/net/ipv4/ping_group_range || exit 77
            ip route add 198.51.100.0/24 dev lo && ip -6 route add 2001:db8::/64 dev lo && ip -6 addr add 2001:db8::1 dev lo || exit 77
            ip route add prohibit 198.51.100.8 && ip -6 route add prohibit 2001:db8::8 || exit 77
            nft -f - <<.
            table inet talk {
              chain output { type filter hook output priority 0; meta l4proto tcp jump seen; }
              chain seen {
                ip dscp 3 tcp flags & (syn|ack) == syn counter comment SYN
                ip dscp 3 tcp flags & (syn|ack) == syn|ack counter comment SYN-ACK
                ip dscp 3 tcp flags & (syn|fin|ack|psh) == ack counter comment ACK
                ip dscp 3 tcp flags psh counter comment data
                ip dscp 3 tcp flags fin counter comment FIN
                ip6 dscp 3 tcp flags & (syn|ack) == syn counter comment SYN6
                ip6 dscp 3 tcp flags & (syn|ack) == syn|ack counter comment SYN-ACK6
                ip6 dscp 3 tcp flags fin counter comment FIN6
                ip dscp 4 tcp flags & (syn|ack) == syn|ack counter comment again
                ip dscp 5 counter comment held
                ip dscp 5 tcp flags & (syn|fin|rst|psh|ack) == psh|ack counter comment held-data
                ip6 dscp 5 counter comment held6
                ip6 dscp 5 tcp flags & (syn|fin|rst|psh|ack) == psh|ack counter comment held-data6
                ip dscp != { 3, 4 } tcp sport { 8080, 8081 } counter comment unmarked
                tcp sport { 8080, 8081 } tcp flags rst counter comment RST
                tcp dport { 8080, 8081 } tcp flags rst counter comment RST-back
              }
            }
            .
            exec perl "$0"
            """;
        var start = PrivateNamespace.Start("sh", "-c", setup, script);
        start.RedirectStandardError = false;
        _process = Process.Start(start)!;
        var lines = Channel.CreateUnbounded<string>();
        _ = Pump(_process.StandardOutput, lines.Writer);
        _talker = new("test", _process.StandardInput, lines.Reader);
        try
        {
            await _talker.TakeHeardAsync();
        }
        catch (HooktrailException)
        {
            throw Skip.Because("It needs perl, nft and user namespaces.");
        }
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _talker.DisposeAsync();
        await _process.WaitForExitAsync();
        var status = _process.ExitCode;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        Assert.That(status, Is.Zero.Or.EqualTo(77).Or.EqualTo(1));
    }

    [TestCase(IpVersion.V4, "127.0.0.1")]
    [TestCase(IpVersion.V6, "::1")]
    public async Task Datagrams_are_echoed_one_by_one_and_heard(IpVersion ip, string address)
    {
        var port = await _talker.ListenAsync(new("udp", Protocol.Udp, ip, 0));
        var result = await _talker.SendAsync(To(Protocol.Udp, ip, address, port, count: 3, size: 5));
        var heard = await _talker.TakeHeardAsync();
        await _talker.StopAsync("udp");

        Assert.That(result.Answered, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(
            heard.Select(one => (one.Listener, one.Source.ToString(), one.Port, one.Bytes, one.Number)),
            Is.EqualTo(new[] { 1, 2, 3 }.Select(number => ("udp", address, result.Local, 5, number))));
    }

    [TestCase(IpVersion.V4, "127.0.0.1")]
    [TestCase(IpVersion.V6, "::1")]
    public async Task A_connection_is_opened_used_and_closed(IpVersion ip, string address)
    {
        var port = await _talker.ListenAsync(new("tcp", Protocol.Tcp, ip, 0));
        var result = await _talker.SendAsync(To(Protocol.Tcp, ip, address, port));
        var heard = await _talker.TakeHeardAsync();
        await _talker.StopAsync("tcp");

        Assert.That(result.Packets, Is.EqualTo(new[] { new PacketFate(1, Fate.Answered, null) }));
        Assert.That(
            heard.Select(one => (one.Listener, one.Port, one.Bytes)), Is.EqualTo(new[] { ("tcp", result.Local, 1) }));
    }

    [TestCase(IpVersion.V4, "127.0.0.1", "")]
    [TestCase(IpVersion.V6, "::1", "6")]
    public async Task Data_goes_in_a_connection_that_no_segment_opens_or_ends(
        IpVersion ip, string address, string counted)
    {
        // Another socket listens on the port.
        var port = await _talker.ListenAsync(new("tcp", Protocol.Tcp, ip, 0));
        await _talker.HoldAsync(new("held", ip, (address, port), (address, 20_123)) { Tos = 20 });
        var result = await _talker.SendAsync(
            Talking.In(ip, address, address, port, 20_123, tos: 20, ttl: 64, size: 8, timeout: Long));
        var heard = await _talker.TakeHeardAsync();
        await _talker.StopAsync("tcp");
        var packets = await CountedAsync();

        Assert.That(result.Packets, Is.EqualTo(new[] { new PacketFate(1, Fate.Answered, null) }));
        Assert.That(
            heard.Select(one => (one.Listener, one.Port, one.Bytes)), Is.EqualTo(new[] { ("held", 20_123, 8) }));
        // The data and its echo.
        Assert.That((packets["held" + counted], packets["held-data" + counted]), Is.EqualTo((2, 2)));
    }

    [TestCase(IpVersion.V4, "127.0.0.1", 4)]
    [TestCase(IpVersion.V6, "::1", 4)]
    [TestCase(IpVersion.V4, "127.0.0.1", 64_000)]
    [TestCase(IpVersion.V6, "::1", 64_000)]
    public async Task Echoes_are_answered_under_the_identifier_asked_for(IpVersion ip, string address, int size)
    {
        var result = await _talker.SendAsync(To(Protocol.Icmp, ip, address, 0, count: 2, sourcePort: 4711, size: size));

        Assert.That((result.Local, result.Answered.Count), Is.EqualTo((4711, 2)));
    }

    [TestCase(Protocol.Tcp, IpVersion.V4, "127.0.0.1", 1)]
    [TestCase(Protocol.Udp, IpVersion.V4, "127.0.0.1", 2)]
    [TestCase(Protocol.Tcp, IpVersion.V6, "::1", 1)]
    [TestCase(Protocol.Udp, IpVersion.V6, "::1", 2)]
    public async Task Where_nobody_listens_each_packet_is_refused(
        Protocol protocol, IpVersion ip, string address, int count)
    {
        var result = await _talker.SendAsync(To(protocol, ip, address, 9, count));

        Assert.That(
            result.Packets,
            Is.EqualTo(Enumerable.Range(1, count).Select(number => new PacketFate(number, Fate.Refused, null))));
    }

    [TestCase(Protocol.Tcp, IpVersion.V4, "198.51.100.8")]
    [TestCase(Protocol.Udp, IpVersion.V4, "198.51.100.8")]
    [TestCase(Protocol.Icmp, IpVersion.V4, "198.51.100.8")]
    [TestCase(Protocol.Tcp, IpVersion.V6, "2001:db8::8")]
    public async Task What_may_not_be_reached_is_told_with_the_errno(Protocol protocol, IpVersion ip, string address)
    {
        var result = await _talker.SendAsync(To(protocol, ip, address, 80));

        Assert.That(result.Packets, Is.EqualTo(new[] { new PacketFate(1, Fate.Unreachable, "EACCES") }));
    }

    [TestCase(Protocol.Udp, IpVersion.V4, "198.51.100.10")]
    public async Task Silence_is_a_timeout_of_each_packet(Protocol protocol, IpVersion ip, string address)
    {
        // A loopback address that no station has: the packet comes in and reaches no socket.
        var result = await _talker.SendAsync(To(protocol, ip, address, 80, count: 2, timeout: Short));

        Assert.That(result.Packets.Select(packet => packet.Fate), Is.EqualTo(new[] { Fate.Timeout, Fate.Timeout }));
    }

    [Test]
    public async Task A_connection_that_nobody_answers_is_given_up_at_its_time()
    {
        var watch = Stopwatch.StartNew();
        var result = await _talker.SendAsync(To(Protocol.Tcp, IpVersion.V4, "198.51.100.10", 80, timeout: Short));

        Assert.That(result.Packets, Is.EqualTo(new[] { new PacketFate(1, Fate.Timeout, null) }));
        Assert.That(watch.Elapsed, Is.GreaterThan(Short / 2).And.LessThan(Long / 2));
    }

    [Test]
    public async Task Every_segment_carries_the_mark_and_none_resets()
    {
        await _talker.ListenAsync(new("marked", Protocol.Tcp, IpVersion.V4, 8080));
        await _talker.MarkAsync(12);
        await _talker.ListenAsync(new("marked6", Protocol.Tcp, IpVersion.V6, 8081) { Tos = 12 });
        await _talker.SendAsync(To(Protocol.Tcp, IpVersion.V4, "127.0.0.1", 8080, tos: 12));
        await _talker.SendAsync(To(Protocol.Tcp, IpVersion.V6, "::1", 8081, tos: 12));
        Assert.That(await _talker.TakeHeardAsync(16), Has.Length.EqualTo(2));
        await _talker.SendAsync(To(Protocol.Tcp, IpVersion.V4, "127.0.0.1", 8080, tos: 16));
        await _talker.StopAsync("marked");
        await _talker.StopAsync("marked6");

        var counted = await CountedAsync();
        Assert.That(
            (counted["SYN"], counted["SYN-ACK"], counted["data"], counted["FIN"], counted["again"]),
            Is.EqualTo((1, 1, 1, 2, 1)));
        Assert.That(
            (counted["SYN6"], counted["SYN-ACK6"], counted["FIN6"], counted["unmarked"]), Is.EqualTo((1, 1, 2, 0)));
        Assert.That((counted["RST"], counted["RST-back"]), Is.EqualTo((0, 0)));
        Assert.That(counted["ACK"], Is.InRange(2, 4));
        Assert.That(await _talker.TakeHeardAsync(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_mute_listener_hears_a_broadcast_and_says_nothing()
    {
        await _talker.ListenAsync(new("ear", Protocol.Udp, IpVersion.V4, 9090) { IsMute = true });
        var result = await _talker.SendAsync(Talking.ToAll(null, "127.255.255.255", 9090, 0, 4, 64, 2, 3));
        var heard = await _talker.TakeHeardAsync();
        await _talker.StopAsync("ear");

        Assert.That(result.Packets.Select(packet => packet.Fate), Is.EqualTo(new[] { Fate.Sent, Fate.Sent }));
        Assert.That(heard.Select(one => (one.Listener, one.Number)), Is.EqualTo(new[] { ("ear", 1), ("ear", 2) }));
    }

    [Test]
    public async Task A_network_namespace_is_entered_by_a_process_in_it()
    {
        var port = await _talker.ListenAsync(new("there", Protocol.Udp, IpVersion.V4, 0) { NamespaceOf = _process.Id });
        var result = await _talker.SendAsync(
            To(Protocol.Udp, IpVersion.V4, "127.0.0.1", port) with { NamespaceOf = _process.Id });
        await _talker.StopAsync("there");

        Assert.That(result.Answered, Has.Count.EqualTo(1));
        Assert.That(await _talker.TakeHeardAsync(), Has.Length.EqualTo(1));
        Assert.That(
            async () =>
                await _talker.ListenAsync(new("nowhere", Protocol.Udp, IpVersion.V4, 0) { NamespaceOf = 999_999_999 }),
            Throws.TypeOf<HooktrailException>().With.Message.EndsWith("there is no process 999999999: ENOENT."));
    }

    [Test]
    public async Task A_frame_goes_out_as_it_is() => Assert.That(
        (await _talker.SendAsync(Talking.Frame("lo", new byte[60]))).Packets,
        Is.EqualTo(new[] { new PacketFate(1, Fate.Sent, null) }));

    [Test]
    public async Task Nobody_has_an_address_on_loopback() => Assert.That(
        (await _talker.SendAsync(Talking.WhoHas("lo", "127.0.0.1", "127.0.0.2", Short))).Packets[0].Fate,
        Is.EqualTo(Fate.Timeout));

    [Test]
    public async Task What_makes_no_sense_is_refused_in_one_sentence_and_the_next_is_done()
    {
        Assert.That(
            async () => await _talker.SendAsync(To(Protocol.Udp, IpVersion.V6, "127.0.0.1", 9)),
            Throws.TypeOf<HooktrailException>().With.Message.EndsWith("\"127.0.0.1\" is no address of IPv6."));
        Assert.That(async () => await _talker.StopAsync("nobody"), Throws.TypeOf<HooktrailException>());
        Assert.That(
            async () => await _talker.SendAsync(Talking.Frame("nowhere", new byte[60])),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("ENODEV"));
        await _process.StandardInput.WriteAsync(
            "\0\x1b[2J listen\nsend\nmark\nat\nat 1\nat x sync y\nlisten x tcp\nraw x lo 00zz\n"
            + new string('x', 70_000)
            + "\n\n");
        await _process.StandardInput.FlushAsync();

        Assert.That(await _talker.TakeHeardAsync(), Is.Empty);
    }

    [Test]
    public async Task A_thousand_flows_of_each_protocol()
    {
        await _talker.ListenAsync(new("tcp", Protocol.Tcp, IpVersion.V4, 5000));
        await _talker.ListenAsync(new("udp", Protocol.Udp, IpVersion.V4, 5000));
        foreach (var protocol in (Protocol[])[Protocol.Tcp, Protocol.Udp, Protocol.Icmp])
        {
            var watch = Stopwatch.StartNew();
            for (var flow = 0; flow < 1000; flow++)
                Assert.That(
                    (await _talker.SendAsync(
                        To(protocol, IpVersion.V4, "127.0.0.1", 5000, sourcePort: 10_000 + flow))).Answered,
                    Has.Count.EqualTo(1));
            TestContext.Out.WriteLine($"{protocol.Name()}: {watch.Elapsed.TotalMilliseconds / 1000:0.00} ms a flow");
        }

        Assert.That(await _talker.TakeHeardAsync(), Has.Length.EqualTo(2000));
        await _talker.StopAsync("tcp");
        await _talker.StopAsync("udp");
    }

    private static Talking To(
        Protocol protocol, IpVersion ip, string address, int port, int count = 1,
        int size = 1, int sourcePort = 0, byte tos = 4, TimeSpan? timeout = null) =>
        Talking.To(protocol, ip, null, address, port, sourcePort, tos, 64, count, size, timeout ?? Long);

    private static async Task Pump(StreamReader reader, ChannelWriter<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
            lines.TryWrite(line);
        lines.Complete();
    }

    private async Task<Dictionary<string, int>> CountedAsync()
    {
        var start = new ProcessStartInfo(
            "nsenter",
            [
                "--user", "--net", "--preserve-credentials", "--target", $"{_process.Id}",
                "nft", "list", "chain", "inet", "talk", "seen"
            ])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        using var process = Process.Start(start)!;
        var listed = await process.StandardOutput.ReadToEndAsync();
        var words = listed.Split((char[])[' ', '\n', '\t', '"'], StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, words.Length)
            .Where(i => words[i] == "counter")
            .ToDictionary(i => words[i + 6], i => int.Parse(words[i + 2]));
    }
}
