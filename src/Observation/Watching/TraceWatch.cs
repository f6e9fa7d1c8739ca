using Hooktrail.Observation.Nflog;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Observation.Watching;

/// <summary>
/// Puts the kernel's trace together, packet by packet: the lines of nflog.pl in, packets out. The kernel gives a packet
/// another number when it comes to another device, so a packet is also recognised by what NAT does not change. What
/// others trace is left out.
/// </summary>
public sealed class TraceWatch(WatchTable table)
{
    /// <summary>A packet of which nothing was told for so long is through.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    // More packets at once than the limit of a rule lets through.
    private const int MostOpen = 1000;

    private readonly List<WatchedPacket> _open = [];
    private readonly string _own = WatchTable.Name(table.Run);

    private readonly ImmutableDictionary<(NftFamily Family, string Table, string Chain), HookPoint> _points =
        table.Places.DistinctBy(KeyOf).ToImmutableDictionary(KeyOf, place => place.Point);

    private ulong _sequence;
    private bool _loses;

    /// <summary>The devices of the namespace.</summary>
    public DeviceNames Devices { get; set; } = DeviceNames.None;

    /// <summary>How often the kernel lost records, because they were not read in time.</summary>
    public int Losses { get; private set; }

    /// <summary>
    /// Whether records were lost, and the fence has not been read yet that ends the doubt: the kernel loses what comes
    /// after all that waits in the socket (net/netlink/af_netlink.c, netlink_overrun).
    /// </summary>
    public bool NeedsFence => _loses;

    /// <summary>Takes a line of the program.</summary>
    /// <param name="line">The line.</param>
    /// <param name="now">The time since any beginning.</param>
    public void Accept(ReadOnlySpan<char> line, TimeSpan now)
    {
        const string traced = "trace ";
        if (line is "lost")
        {
            Losses++;
            _loses = true;
            Doubt();
        }
        else if (_loses && line.StartsWith("fence "))
        {
            Doubt();
            _loses = false;
        }
        else if (line.StartsWith(traced) && TraceMessage.TryParse(line[traced.Length..], out var message))
        {
            Accept(message, now);
        }
    }

    /// <summary>Takes out the packets that are through, in the order in which they came.</summary>
    /// <param name="now">The time, as for <see cref="Accept(ReadOnlySpan{char}, TimeSpan)"/>; null takes out all.</param>
    public ImmutableArray<WatchedPacket> TakeThrough(TimeSpan? now)
    {
        ImmutableArray<WatchedPacket> through =
            [.. _open.Where(packet => now is not { } time || time - packet.Touched >= Silence)];
        _open.RemoveAll(through.Contains);
        return through;
    }

    private static (NftFamily, string, string) KeyOf(NflogPlace place) =>
        (place.Family, place.Point.Table[(place.Point.Table.IndexOf(' ') + 1)..], place.Point.Chain);

    private void Doubt()
    {
        foreach (var packet in _open)
            packet.IsDoubtful = true;
    }

    private void Accept(TraceMessage message, TimeSpan now)
    {
        var packet = message.Table == _own ? OfOwn(message) : OfOthers(message);
        if (packet is null)
            return;
        packet.Touched = now;
        packet.IsDoubtful |= _loses;
    }

    private WatchedPacket? OfOwn(TraceMessage message)
    {
        // Only the first message of a chain has the packet.
        if (message.Packet.IsEmpty)
            return null;
        var point = table.PointOf(message.Chain);
        var sighting = SightingOf(message, point ?? default);
        var packet = Find(message, sighting, isEntry: point is null);
        // The rule that selects accepts; the one that leaves out what was selected before returns.
        if (point is null && packet is null && message.Step is { Handle: not null, Verdict: RuleVerdict.Accept }
            && _open.Count < MostOpen)
            _open.Add(packet = new(table.Traffic, sighting));
        packet?.Ids.Add(message.Id);
        if (point is not null)
            packet?.Add(sighting);
        return packet;
    }

    private WatchedPacket? OfOthers(TraceMessage message)
    {
        var packet = _open.FindLast(one => one.Ids.Contains(message.Id));
        var isBase = _points.TryGetValue((message.Family, message.Table, message.Chain), out var point);
        packet?.Add(message.IsAcceptingPolicy ? null : message.Step, isBase ? point : null);
        return packet;
    }

    // Datagrams without an identification can be alike. One that comes in again by the loopback device is the same.
    private WatchedPacket? Find(TraceMessage message, Sighting sighting, bool isEntry) =>
        isEntry && !WatchedPacket.IsNumbered(sighting)
            ? _open.FindLast(one => one.IsSame(sighting) && IsBehind(one, sighting))
            : _open.FindLast(one => one.Ids.Contains(message.Id) && one.IsSame(sighting))
                ?? _open.FindLast(one => one.IsSame(sighting));

    // From the port of a bridge to the bridge, or from the loopback device to itself.
    private static bool IsBehind(WatchedPacket packet, Sighting sighting) =>
        packet.Sightings is [.., var last] && sighting.In is not null
        && (last.Out == sighting.In || (last.Point.Layer == Layer.Ebtables && last.Point.Chain is "INPUT" or "BROUTING"));

    private Sighting SightingOf(TraceMessage message, HookPoint point)
    {
        var etherType = message.Packet.Span[0] >> 4 == 6 ? PacketHeaders.Ip6 : PacketHeaders.Ip;
        var packet = PacketHeaders.Read(etherType, message.Packet.Span);
        return packet.In(new()
        {
            Sequence = _sequence++,
            Run = table.Run,
            Channel = "trace",
            Point = point,
            Line = "",
            IsComplete = packet.IsComplete,
            In = Devices[message.In],
            Out = Devices[message.Out],
            EtherType = etherType,
        });
    }
}
