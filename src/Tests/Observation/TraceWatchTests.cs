using System.Buffers.Binary;
using System.Net;
using System.Text;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;
using Hooktrail.Observation.Watching;

namespace Hooktrail.Tests.Observation;

/// <summary>The kernel's trace, put together packet by packet.</summary>
public sealed class TraceWatchTests
{
    private static readonly RunId Run = RunId.Parse("x7k2q");

    private static readonly WatchTable Table = new(
        Run,
        new(Protocol.Udp, [new(IPAddress.Parse("192.0.2.1"), 53)], []),
        [
            new(new(Layer.Iptables, "raw", "PREROUTING"), NftFamily.Ip, NftHook.Prerouting, -300),
            new(new(Layer.Iptables, "filter", "INPUT"), NftFamily.Ip, NftHook.Input, 0),
        ]);

    private static readonly string Own = WatchTable.Name(Run);

    private readonly TraceWatch _watch = new(Table);

    [Test]
    public void A_packet_is_told_of_when_nothing_more_comes()
    {
        Cross(1, ipId: 7);

        Assert.That(_watch.TakeThrough(TraceWatch.Silence / 2), Is.Empty);
        var through = _watch.TakeThrough(TraceWatch.Silence);
        Assert.That(
            through.Single().Sightings.Select(one => one.Point.Chain), Is.EqualTo((string[])["PREROUTING", "INPUT"]));
        Assert.That(through[0].Sightings[1].Steps.Single().Handle, Is.EqualTo(12));
        Assert.That(through[0].IsRequest, Is.True);
        Assert.That(_watch.TakeThrough(null), Is.Empty);
    }

    [Test]
    public void Packets_between_one_another_stay_apart()
    {
        Enter(1, 7);
        Enter(1, 8);
        At(0, 1, 7);
        At(0, 1, 8);
        At(1, 1, 8);

        Assert.That(_watch.TakeThrough(null).Select(packet => packet.Sightings.Count), Is.EqualTo((int[])[1, 2]));
    }

    [Test]
    public void A_packet_that_gets_another_number_is_the_same()
    {
        Enter(1, 7);
        At(0, 1, 7);
        At(1, 2, 7);
        Accept(Message("filter", "INPUT", 2, handle: 12));

        var packet = _watch.TakeThrough(null).Single();
        Assert.That(packet.Sightings[^1].Steps, Has.Length.EqualTo(1));
    }

    [Test]
    public void What_others_trace_is_left_out()
    {
        At(0, 1, 7);
        Accept(Message("filter", "INPUT", 1, handle: 12, ipId: 7));
        Accept(Message("hooktrail-other-watch", "entry.prerouting", 1, handle: 3, ipId: 7));

        Assert.That(_watch.TakeThrough(null), Is.Empty);
    }

    [Test]
    public void Lost_records_leave_every_packet_in_doubt_up_to_the_fence()
    {
        Cross(1, ipId: 7);
        Accept("lost");
        Cross(2, ipId: 8);
        Assert.That(_watch.NeedsFence, Is.True);
        Accept("fence 1");
        Cross(3, ipId: 9);

        Assert.That(_watch.TakeThrough(null).Select(packet => packet.IsDoubtful), Is.EqualTo((bool[])[true, true, false]));
        Assert.That(_watch.Losses, Is.EqualTo(1));
        Assert.That(_watch.NeedsFence, Is.False);
    }

    [Test]
    public void The_tables_let_few_packets_a_second_be_traced_and_count_all() => Assert.That(
        (Table with { Rate = 5, SelectedBefore = ["lo"] }).Install(), Is.EqualTo(
            """
            table ip hooktrail-x7k2q-watch {
            	flags owner
            	counter seen { }
            	counter traced { }
            	chain at.0 {
            		type filter hook prerouting priority -300; policy accept;
            	}
            	chain at.1 {
            		type filter hook input priority 0; policy accept;
            	}
            	chain entry.prerouting {
            		type filter hook prerouting priority -2147483648; policy accept;
            		iifname { "lo" } return
            		ip daddr . udp dport { 192.0.2.1 . 53 } counter name "seen" limit rate 5/second burst 5 packets counter name "traced" meta nftrace set 1 accept
            		ip saddr . udp sport { 192.0.2.1 . 53 } counter name "seen" limit rate 5/second burst 5 packets counter name "traced" meta nftrace set 1 accept
            	}
            	chain entry.output {
            		type filter hook output priority -2147483648; policy accept;
            		ip daddr . udp dport { 192.0.2.1 . 53 } counter name "seen" limit rate 5/second burst 5 packets counter name "traced" meta nftrace set 1 accept
            		ip saddr . udp sport { 192.0.2.1 . 53 } counter name "seen" limit rate 5/second burst 5 packets counter name "traced" meta nftrace set 1 accept
            	}
            }

            """));

    [Test]
    public void Counts_are_those_of_all_families() => Assert.That(
        WatchTable.Counts(
            [
                "table ip hooktrail-x7k2q-watch {", "\tcounter seen {", "\t\tpackets 30 bytes 900", "\t}",
                "\tcounter traced {", "\t\tpackets 5 bytes 150", "\t}", "}",
                "table bridge hooktrail-x7k2q-watch {", "\tcounter seen {", "\t\tpackets 2 bytes 60", "\t}", "}",
            ]),
        Is.EqualTo((32, 5)));

    private void Cross(uint id, int ipId)
    {
        Enter(id, ipId);
        At(0, id, ipId);
        At(1, id, ipId);
        Accept(Message("filter", "INPUT", id, handle: 12));
    }

    private void Enter(uint id, int ipId) => Accept(Message(Own, "entry.prerouting", id, handle: 3, ipId: ipId));

    private void At(int place, uint id, int ipId) => Accept(Message(Own, $"at.{place}", id, ipId: ipId));

    private void Accept(string line) => _watch.Accept(line, TimeSpan.Zero);

    // include/uapi/linux/netfilter/nf_tables.h, enum nft_trace_attributes; a rule that accepts, or the chain's policy.
    private static string Message(string table, string chain, uint id, ulong? handle = null, int? ipId = null)
    {
        List<byte> message = [2, 0, 0, 0];
        Add(1, [.. Encoding.ASCII.GetBytes(table), 0]);
        Add(2, [.. Encoding.ASCII.GetBytes(chain), 0]);
        if (handle is { } rule)
            Add(3, Big(BitConverter.GetBytes(rule)));
        Add(4, [0, 0, 0, (byte)(handle is null ? 1 : 3)]);
        Add(5, [8, 0, 1, 0, 0, 0, 0, 1]);
        Add(6, Big(BitConverter.GetBytes(id)));
        if (ipId is { } number)
        {
            Add(8, [0x45, 0, 0, 29, 0, (byte)number, 0, 0, 64, 17, 0, 0, 203, 0, 113, 7, 192, 0, 2, 1]);
            Add(9, [0x9C, 0x40, 0, 53, 0, 9, 0, 0]);
        }

        if (handle is null)
            Add(16, [0, 0, 0, 1]);
        return $"trace {Convert.ToHexStringLower([.. message])}";

        void Add(ushort type, byte[] value)
        {
            var header = new byte[4];
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(4 + value.Length));
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), type);
            message.AddRange([.. header, .. value, .. new byte[-value.Length & 3]]);
        }

        static byte[] Big(byte[] bytes) => BitConverter.IsLittleEndian ? [.. bytes.Reverse()] : bytes;
    }
}
