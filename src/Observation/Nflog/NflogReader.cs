using System.Text;

namespace Hooktrail.Observation.Nflog;

/// <summary>
/// A run's records from nflog.pl, cut into windows by fences. One thread feeds it the program's lines; others wait for
/// windows. The first record of a group has the number 0, so a loss at the beginning shows too.
/// </summary>
/// <remarks>
/// Everything that was logged before a fence has been read. The kernel logs a packet that still waits in one of its
/// queues later, so let the flow end before the fence is written.
/// </remarks>
public sealed class NflogReader
{
    // NFPROTO_BRIDGE.
    private const int Bridge = 7;

    private const string Traced = "trace ";

    private readonly RunId _run;
    private ImmutableDictionary<string, HookPoint> _points;
    private readonly FencedWindows _windows = new("the log group");
    private readonly TaskCompletionSource<int> _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<(Layer Layer, string PhysOut), Sighting> _forwarded = [];
    private readonly TracePairing _trace;
    private DeviceNames _devices = DeviceNames.None;
    private ulong _next;
    private bool _overrun;

    /// <summary>Records of other runs are counted and skipped.</summary>
    public NflogReader(RunId run, ImmutableArray<NflogPlace> places)
    {
        _run = run;
        _points = NflogTable.PointsByPrefix(run, places);
        _trace = new(run, _windows);
        _trace.Expect(places);
    }

    /// <summary>The log group that the program has bound, for <see cref="NflogTable.Group"/>.</summary>
    public Task<int> Group => _group.Task;

    /// <summary>
    /// Called with each sighting as it arrives, before its window is complete. The thread that feeds the reader waits
    /// for the call, so return at once, and do not wait for windows.
    /// </summary>
    public Action<Sighting>? Listener
    {
        set => _windows.Listener = value;
    }

    /// <summary>The line to write to the program as the end of a window; n must ascend.</summary>
    public static string Fence(int n) => "fence " + n.ToString(CultureInfo.InvariantCulture);

    /// <summary>The command that turns the kernel's trace on or off; it was obeyed once a later fence comes.</summary>
    public static string Trace(bool on) => on ? "trace on" : "trace off";

    /// <summary>
    /// Sets the places at which the run's tables record from now on; records of earlier places stay known.
    /// </summary>
    public void Expect(ImmutableArray<NflogPlace> places)
    {
        lock (_windows.Gate)
        {
            _points = _points.SetItems(NflogTable.PointsByPrefix(_run, places));
            _trace.Expect(places);
        }
    }

    /// <summary>Sets the devices for records from now on.</summary>
    public void Know(DeviceNames devices)
    {
        lock (_windows.Gate)
        {
            _devices = devices;
        }
    }

    public void Accept(ReadOnlySpan<char> line)
    {
        if (NflogMessage.TryParse(line, out var message))
        {
            lock (_windows.Gate)
            {
                AcceptMessage(message);
            }
        }
        else if (line.StartsWith(Traced) && TraceMessage.TryParse(line[Traced.Length..], out var step))
        {
            lock (_windows.Gate)
            {
                _trace.Accept(step, _devices);
            }
        }
        else if (Argument(line, "fence ") is { } fence)
        {
            lock (_windows.Gate)
            {
                if (_overrun)
                    _windows.Lose(1);
                _overrun = false;
                _forwarded.Clear();
                _trace.Clear();
                _windows.End(fence);
            }
        }
        else if (line is "lost")
        {
            lock (_windows.Gate)
            {
                _overrun = true;
            }
        }
        else if (Argument(line, "group ") is { } group && !_group.TrySetResult(group))
        {
            // The program was restarted: records in between are lost.
            lock (_windows.Gate)
            {
                _overrun = true;
                _next = 0;
            }
        }
    }

    /// <summary>
    /// Returns all sightings since the previous fence, after fence <paramref name="n"/> has been read.
    /// </summary>
    /// <exception cref="HooktrailException">
    /// The reader was closed, or the fence is too old and its window is gone.
    /// </exception>
    public Task<LogWindow> ReadUntilFence(int n, CancellationToken cancellation) => _windows.Read(n, cancellation);

    /// <summary>Ends the reader; waiting readers get the reason as an error.</summary>
    public void Close(string reason)
    {
        _windows.Close(reason);
        _group.TrySetException(new HooktrailException(reason));
    }

    private static int? Argument(ReadOnlySpan<char> line, string word) =>
        line.StartsWith(word) ? LogFields.Number(line[word.Length..]) : null;

    private void AcceptMessage(NflogMessage message)
    {
        var missing = unchecked(message.Sequence - (uint)_next);
        if (missing > 0)
        {
            _windows.Lose(missing);
            _overrun = false;
        }

        var sequence = _next + missing;
        _next = sequence + 1;
        if (LegacyTrace.TryParse(message.Family, message.Prefix, out var step))
        {
            var layer = message.Family == 10 ? Layer.Ip6tables : Layer.Iptables;
            _trace.Accept(Sighting(message, sequence, new(layer, step.Table, step.Chain)), step);
            return;
        }

        if (!_points.TryGetValue(message.Prefix, out var point))
            return;
        var sighting = WithPhysIn(Sighting(message, sequence, point), message);
        sighting = sighting with { Line = Evidence(sighting) };
        if (!_windows.Add(sighting))
            return;
        _trace.Saw(message.Packet);
        _windows.Listener?.Invoke(sighting);
    }

    private Sighting Sighting(NflogMessage message, ulong sequence, HookPoint point)
    {
        var packet = PacketHeaders.Read(message.Protocol, message.Packet.Span);
        var frame = message.Frame.Length >= 14 ? message.Frame.Span : [];
        // In the bridge family, the message names the ports as devices, and the bridge beside them only if the kernel
        // has br_netfilter (net/netfilter/nfnetlink_log.c, __build_packet_message). In other families the port stands
        // beside the device; as in xt LOG, it counts only if it is another device.
        var inBridge = message.Family == Bridge;
        return packet.In(new()
        {
            Sequence = sequence,
            Run = _run,
            Channel = Trails.Evidence.Nflog,
            Point = point,
            Line = "",
            IsComplete = packet.IsComplete,
            In = _devices[inBridge && message.PhysIn != 0 ? message.PhysIn : message.In],
            Out = _devices[inBridge && message.PhysOut != 0 ? message.PhysOut : message.Out],
            PhysIn = inBridge || message.PhysIn == message.In ? null : _devices[message.PhysIn],
            PhysOut = inBridge || message.PhysOut == message.Out ? null : _devices[message.PhysOut],
            MacDestination = frame.IsEmpty ? null : Mac(frame[..6]),
            MacSource = frame.IsEmpty ? null : Mac(frame[6..12]),
            EtherType = message.Protocol,
            Mark = message.Mark,
            UserId = message.UserId,
            Connection = message.Connection,
        });
    }

    // nfnetlink_log reports the incoming port of a packet only if the hook has an incoming device, and POSTROUTING of a
    // bridged packet has none; xt LOG does report it. The kernel keeps the port with the packet from PREROUTING to
    // POSTROUTING (struct nf_bridge_info), so the port that FORWARD showed of the same packet is still valid.
    private Sighting WithPhysIn(Sighting sighting, NflogMessage message)
    {
        if (sighting.PhysOut is not { } physOut)
            return sighting;
        var layer = message.Family == 10 ? Layer.Ip6tables : Layer.Iptables;
        if (sighting.In is not null)
            _forwarded[(layer, physOut)] = sighting;
        else if (_forwarded.TryGetValue((layer, physOut), out var forwarded)
            && forwarded.IsOfSamePacketAs(sighting))
            return sighting with { PhysIn = forwarded.PhysIn };
        return sighting;
    }

    // As in `iptables mangle FORWARD in=lab out=lab physin=veth1 physout=veth2 src=… dst=… tos=0x04 ttl=64 id=7 …`.
    private static string Evidence(Sighting sighting)
    {
        var text = new StringBuilder(160);
        text.Append(CultureInfo.InvariantCulture, $"{sighting.Point}");
        Add("in", sighting.In);
        Add("out", sighting.Out);
        Add("physin", sighting.PhysIn);
        Add("physout", sighting.PhysOut);
        if (sighting.ArpOperation is { } operation)
            text.Append(operation switch { 1 => " arp request", 2 => " arp reply", _ => $" arp {operation}" });
        Add("src", sighting.Source);
        Add("dst", sighting.Destination);
        if (sighting.Ttl is not null)
            text.Append(CultureInfo.InvariantCulture, $" tos=0x{sighting.Tos:x2}");
        Add("ttl", sighting.Ttl);
        Add("id", sighting.IpId);
        if (sighting.FragmentOffset is { } offset)
            text.Append(CultureInfo.InvariantCulture, $" fragment={offset}{(sighting.MoreFragments ? "+" : "")}");
        if (sighting.Protocol is { } protocol)
            text.Append(' ').Append(protocol.ToLowerInvariant());
        AddPorts(sighting.SourcePort, sighting.DestinationPort);
        if (sighting.TcpFlags is { } flags)
            text.Append(' ').Append(flags.ToString().Replace(" ", "").ToUpperInvariant());
        Add("seq", sighting.TcpSequence);
        Add("payload", sighting.PayloadLength);
        if (sighting.IcmpType is { } type)
            text.Append(CultureInfo.InvariantCulture, $" type={type} code={sighting.IcmpCode}");
        Add("echo", sighting.IcmpId);
        Add("seq", sighting.IcmpSequence);
        if (sighting.Inner is { } inner)
        {
            text.Append($" about=[{inner.Source}→{inner.Destination} {inner.Protocol?.ToLowerInvariant()}");
            AddPorts(inner.SourcePort, inner.DestinationPort);
            Add("echo", inner.IcmpId);
            Add("seq", inner.IcmpSequence);
            text.Append(']');
        }

        if (sighting.Connection is { } connection)
            text.Append(" ct=").Append(connection);
        if (sighting.Mark is { } mark)
            text.Append(CultureInfo.InvariantCulture, $" mark=0x{mark:x}");
        return text.Append(sighting.IsComplete ? "" : " cut").ToString();

        void Add<T>(string name, T value)
        {
            if (value is not null)
                text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }

        void AddPorts(int? source, int? destination)
        {
            if (source is not null)
                text.Append(CultureInfo.InvariantCulture, $" {source}→{destination}");
        }
    }

    private static string Mac(ReadOnlySpan<byte> octets) =>
        string.Create(17, octets, static (text, octets) =>
        {
            for (var i = 0; i < octets.Length; i++)
            {
                if (i > 0)
                    text[i * 3 - 1] = ':';
                octets[i].TryFormat(text[(i * 3)..], out _, "x2");
            }
        });
}
