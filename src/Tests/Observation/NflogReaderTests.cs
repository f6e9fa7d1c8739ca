using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Tests.Observation;

/// <summary>Messages as Linux 6.18 made them, on a bridge and on loopback.</summary>
public class NflogReaderTests
{
    private const string Frame =
        "0700000708000100080002001d000a00687478376b327120652e66696c7465722e464f52574152440000000008000600000000030800040000000002"
        + "08000700000000040800050000000002100008000006000026b01d0798d0000006000f000001000006001100000e00001200100086340e70047626b0"
        + "1d0798d00800000014000300000000006b04f1cb000000000003948908000c000000000f08000d00000000101200150086340e70047626b01d0798d0"
        + "080000005800090045080054804f40004001a63b0a0900020a09000308007ff700070001780000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000";

    private const string Forwarded =
        "0200000708000100080002001d000a00687478376b327120692e6d616e676c652e464f52574152440000000008000400000000020800060000000003"
        + "08000500000000020800070000000004100008000006000026b01d0798d0000006000f000001000006001100000e00001200100086340e70047626b0"
        + "1d0798d00800000014000300000000006b04f1cb000000000003948c08000c000000001008000d00000000115800090045080054804f40004001a63b"
        + "0a0900020a09000308007ff7000700017800000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "000000000000000000000000";

    private const string Leaving =
        "02000007080001000800040021000a00687478376b327120692e6d616e676c652e504f5354524f5554494e4700000000080005000000000208000700"
        + "0000000408000c000000001408000d00000000155800090045080054804f40004001a63b0a0900020a09000308007ff7000700017800000000000000"
        + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    private const string Request =
        "0700000708000100080602001d000a00687478376b327120652e66696c7465722e464f52574152440000000008000600000000030800040000000002"
        + "08000700000000040800050000000002100008000006000026b01d0798d0000006000f000001000006001100000e000012001000ffffffffffff26b0"
        + "1d0798d00806000014000300000000006b04f1cb000000000003945008000c000000000208000d000000000312001500ffffffffffff26b01d0798d0"
        + "0806000020000900000108000604000126b01d0798d00a0900020000000000000a090003";

    private const string Syn =
        "0200000708000100080001001b000a00687478376b327120692e66696c7465722e494e50555400000800040000000001100008000006000000000000"
        + "0000000006000f000304000006001100000e0000120010000000000000000000000000000800000014000300000000006b04f1cb000000000006bc69"
        + "08000c000000000808000d0000000009400009004504003cdf0e400040065da77f0000017f000001e2dc005131ad178300000000a002ffd7fe300000"
        + "0204ffd70402080a21cb65ba000000000103030a";

    private const string Unreachable =
        "0200000708000100080001001b000a00687478376b327120692e66696c7465722e494e50555400000800040000000001100008000006000000000000"
        + "0000000006000f000304000006001100000e0000120010000000000000000000000000000800000014000300000000006b04f1cb000000000006f2e9"
        + "08000c000000002608000d00000000274000090045c0003c6f3f000040010cc07f0000017f000001030368ff000000004500002069a740004011d323"
        + "7f0000017f000001b99d0052000cfe1f666f7572";

    private const string Solicitation =
        "0a0000070800010086dd02001d000a00687478376b327120362e66696c7465722e464f52574152440000000008000400000000020800060000000003"
        + "080005000000000208000700000000041000080000060000a255f89a6647000006000f000001000006001100000e0000120010003333ff000003a255"
        + "f89a664786dd000014000300000000006b04f1cb00000000000604b408000c000000000608000d00000000074c0009006000000000203afffd090000"
        + "000000000000000000000002ff0200000000000000000001ff00000387007e4b00000000fd0900000000000000000000000000030101a255f89a6647";

    private const string Egress =
        "050000640800010086dd01000e000a00687478376b32712065000000080005000000000114000300000000006b04d68300000000000f0c6308000b00"
        + "0000000008000e000000000008000c000000000908000d000000000a1200150000000000000000000000000086dd00007a0009000000000000000000"
        + "0000000086dd604f113f00403a4000000000000000000000000000000001000000000000000000000000000000018000077b00070001780000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    private static readonly DeviceNames Devices = DeviceNames.Parse(
        """
        1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback
        2: lab: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\\    link/ether
        3: client.port@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master lab\\    link/ether
        4: server.port@client.port: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master lab\\    link/ether
        """);

    [Test]
    public void A_frames_devices_are_ports()
    {
        var sighting = Read(Frame);

        Assert.That(
            sighting.Line,
            Is.EqualTo(
                "ebtables filter FORWARD in=client.port out=server.port src=10.9.0.2 dst=10.9.0.3 tos=0x08 ttl=64 id=32847 icmp type=8 code=0 echo=7 seq=1"));
        Assert.That(
            (sighting.PhysIn, sighting.PhysOut, sighting.EtherType, sighting.Length),
            Is.EqualTo(((string?)null, (string?)null, 0x0800, 84)));
        Assert.That(
            (sighting.MacDestination, sighting.MacSource), Is.EqualTo(("86:34:0e:70:04:76", "26:b0:1d:07:98:d0")));
        Assert.That(sighting.IsComplete);
    }

    [Test]
    public void A_bridged_packets_devices_are_the_bridge_with_ports_beside() => Assert.That(
        Read(Forwarded).Line,
        Is.EqualTo(
            "iptables mangle FORWARD in=lab out=lab physin=client.port physout=server.port src=10.9.0.2 dst=10.9.0.3 tos=0x08 ttl=64 id=32847 icmp type=8 code=0 echo=7 seq=1"));

    [Test]
    public void The_port_that_POSTROUTING_does_not_tell_is_that_of_FORWARD() => Assert.That(
        ReadAll(Forwarded, Leaving).Sightings[1].Line,
        Does.StartWith("iptables mangle POSTROUTING out=lab physin=client.port physout=server.port "));

    [Test]
    public void Without_FORWARD_nothing_is_made_up() =>
        Assert.That((Read(Leaving).PhysIn, Read(Leaving).PhysOut), Is.EqualTo(((string?)null, "server.port")));

    [Test]
    public void Another_packets_port_is_not_taken()
    {
        // Another identification in the IPv4 header.
        var other = Leaving.Replace("804f4000", "80514000");

        Assert.That(ReadAll(Forwarded, other).Sightings[1].PhysIn, Is.Null);
    }

    [Test]
    public void Arp() => Assert.That(
        Read(Request).Line,
        Is.EqualTo("ebtables filter FORWARD in=client.port out=server.port arp request src=10.9.0.2 dst=10.9.0.3"));

    [Test]
    public void Tcp()
    {
        var sighting = Read(Syn);

        Assert.That(
            sighting.Line,
            Is.EqualTo(
                "iptables filter INPUT in=lo src=127.0.0.1 dst=127.0.0.1 tos=0x04 ttl=64 id=57102 tcp 58076→81 SYN seq=833427331 payload=0"));
        Assert.That(
            (sighting.TcpAcknowledgement, sighting.FragmentOffset, sighting.MoreFragments),
            Is.EqualTo((0L, (int?)null, false)));
    }

    [Test]
    public void An_icmp_error_tells_what_it_is_about() => Assert.That(
        Read(Unreachable).Line,
        Is.EqualTo(
            "iptables filter INPUT in=lo src=127.0.0.1 dst=127.0.0.1 tos=0xc0 ttl=64 id=28479 icmp type=3 code=3 about=[127.0.0.1→127.0.0.1 udp 47517→82]"));

    [Test]
    public void Ipv6() => Assert.That(
        (Read(Solicitation).Point.Layer, Read(Solicitation).Line),
        Is.EqualTo(
            (
                Layer.Ip6tables,
                "ip6tables filter FORWARD in=lab out=lab physin=client.port physout=server.port src=fd09::2 dst=ff02::1:ff00:3 tos=0x00 ttl=255 icmpv6 type=135 code=0")));

    [Test]
    public void What_leaves_a_device_begins_with_the_frame()
    {
        Assert.That(NflogMessage.TryParse(Egress, out var message), Is.True);
        Assert.That(
            (message!.Family, message.Out, message.Frame.Length, message.Packet.Span[0] >> 4),
            Is.EqualTo((5, 1, 14, 6)));
    }

    [Test]
    public void An_unknown_device_is_its_number()
    {
        Assert.That(
            (DeviceNames.None[0], DeviceNames.None[7], Devices[4]), Is.EqualTo(((string?)null, "#7", "server.port")));
    }

    [Test]
    public void Records_that_are_missing_are_counted()
    {
        var reader = Reader();
        reader.Accept("group 7");
        reader.Accept(Numbered(Request, 2));
        reader.Accept(Numbered(Frame, 5));
        reader.Accept(Numbered(Frame, 6));
        reader.Accept("fence 1");
        reader.Accept(Numbered(Frame, 7));
        reader.Accept("fence 2");

        Assert.That(reader.Group.Result, Is.EqualTo(7));
        Assert.That(Window(reader, 2).Lost, Is.Zero);
    }

    [Test]
    public void Records_missing_at_the_beginning_are_counted() =>
        Assert.That(ReadAll(Numbered(Frame, 2)).Lost, Is.EqualTo(2));

    [Test]
    public void Records_missing_in_the_middle_are_counted() =>
        Assert.That(ReadAll(Numbered(Frame, 0), "lost", Numbered(Frame, 4), Numbered(Frame, 5)).Lost, Is.EqualTo(3));

    [Test]
    public void Records_missing_at_the_end_are_told_by_the_socket() =>
        Assert.That(ReadAll(Numbered(Frame, 0), "lost").Lost, Is.EqualTo(1));

    [Test]
    public void Numbers_that_begin_again_are_no_loss()
    {
        var reader = Reader();
        reader.Accept(Numbered(Frame, 0xFFFFFFFF));
        reader.Accept("fence 1");
        reader.Accept(Numbered(Frame, 0));
        reader.Accept("fence 2");

        var window = Window(reader, 2);
        Assert.That((window.Lost, window.Sightings.Single().Sequence), Is.EqualTo((0L, 1UL << 32)));
    }

    [Test]
    public void A_program_that_was_started_again_has_lost_something()
    {
        var reader = Reader();
        reader.Accept("group 7");
        reader.Accept(Numbered(Frame, 0));
        reader.Accept("group 7");
        reader.Accept("fence 1");

        Assert.That(Window(reader, 1).Lost, Is.EqualTo(1));
    }

    [Test]
    public void Another_runs_records_are_counted_and_passed_over()
    {
        var other = Numbered(Frame, 0).Replace(
            Convert.ToHexStringLower("htx7k2q"u8), Convert.ToHexStringLower("htother"u8));

        Assert.That(
            ReadAll(other, Numbered(Frame, 1)), Has.Property("Lost").Zero.And.Property("Sightings").Length.EqualTo(1));
    }

    [Test]
    public void A_cut_message_is_refused_and_a_cut_packet_is_not_complete()
    {
        for (var length = 0; length < Syn.Length; length++)
            Assert.That(() => NflogMessage.TryParse(Syn.AsSpan(0, length), out _), Throws.Nothing);
        // The length of the attribute says 16 bytes of the packet.
        var at = Syn.IndexOf("40000900", StringComparison.Ordinal);
        Assert.That(
            Read(Syn[..at] + "14000900" + Syn.Substring(at + 8, 32)),
            Has.Property("IsComplete").False.And.Property("Line").EndsWith(" cut"));
    }

    [Test]
    public void A_listener_is_told_of_each_sighting_of_the_run_before_the_window_ends()
    {
        var reader = Reader();
        var told = new List<Sighting>();
        reader.Listener = told.Add;
        reader.Accept(Frame);
        Assert.That(told, Has.Count.EqualTo(1));
        reader.Accept(Forwarded.Replace("7478376b3271", "7478376b3272"));
        reader.Accept(Syn);
        reader.Accept("fence 1");

        Assert.That(told, Is.EqualTo(Window(reader, 1).Sightings).And.Count.EqualTo(2));
    }

    [Test]
    public void Who_waits_hears_of_the_end()
    {
        var reader = Reader();
        var window = reader.ReadUntilFence(1, CancellationToken.None);
        reader.Close("The probe has gone.");

        Assert.That(() => window, Throws.InstanceOf<HooktrailException>().With.Message.EqualTo("The probe has gone."));
        Assert.That(() => reader.Group, Throws.InstanceOf<HooktrailException>());
    }

    private static NflogReader Reader()
    {
        var reader = new NflogReader(Captured.Run, NflogPlaces.OfTools(Backend.Nft, Backend.Nft, Backend.Nft));
        reader.Know(Devices);
        return reader;
    }

    private static Sighting Read(string line) => ReadAll(line).Sightings.Single();

    private static LogWindow ReadAll(params string[] lines)
    {
        var reader = Reader();
        foreach (var line in lines)
            reader.Accept(line);
        reader.Accept("fence 1");
        return Window(reader, 1);
    }

    private static LogWindow Window(NflogReader reader, int n) =>
        reader.ReadUntilFence(n, CancellationToken.None).Result;

    // NFULA_SEQ of the message.
    private static string Numbered(string line, uint number)
    {
        var at = line.IndexOf("08000c00", StringComparison.Ordinal) + 8;
        return line[..at] + number.ToString("x8") + line[(at + 8)..];
    }
}
