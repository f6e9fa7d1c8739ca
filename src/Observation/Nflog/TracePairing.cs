namespace Hooktrail.Observation.Nflog;

/// <summary>
/// Finds the sighting to which a step of the trace belongs. The recorder's own rule is traced too, right after it has
/// logged the packet: that message joins the packet's number in the trace with the sighting. What the trace tells of
/// that number afterwards happened at the hook point of the sighting, up to the next one.
/// </summary>
internal sealed class TracePairing(RunId run, FencedWindows windows)
{
    // The tables of every run begin so.
    private const string Own = "hooktrail-";

    private readonly List<(int Index, ReadOnlyMemory<byte> Packet)> _open = [];
    private readonly Dictionary<uint, List<int>> _taps = [];
    private readonly Dictionary<uint, int> _current = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Chain), HookPoint> _points = [];
    private ulong _next;

    /// <summary>The base chains that the run records.</summary>
    public void Expect(ImmutableArray<NflogPlace> places)
    {
        foreach (var place in places)
            _points[(place.Family, place.Point.Table[(place.Point.Table.IndexOf(' ') + 1)..], place.Point.Chain)] =
                place.Point;
    }

    /// <summary>The window has a new sighting, its last.</summary>
    public void Saw(ReadOnlyMemory<byte> packet) => _open.Add((windows.Count - 1, packet));

    public void Accept(TraceMessage message, DeviceNames devices)
    {
        if (message.Table.StartsWith(NflogTable.Name(run), StringComparison.Ordinal))
            Join(message);
        else if (!message.Table.StartsWith(Own, StringComparison.Ordinal)
            && _taps.TryGetValue(message.Id, out var taps))
            Add(message, taps, devices);
    }

    /// <summary>
    /// A rule of a legacy table, which names no number of the packet. It belongs to the packet's last record at that
    /// table.
    /// </summary>
    /// <param name="line">What the kernel wrote, as a sighting at the chain that it names.</param>
    /// <param name="step">The rule.</param>
    public void Accept(Sighting line, TraceStep step)
    {
        for (var index = windows.Count - 1; index >= 0; index--)
        {
            var (seen, point) = (windows[index], windows[index].Point);
            if (point.Layer != line.Point.Layer || point.Table != step.Table || !seen.IsOfSamePacketAs(line))
                continue;
            windows[index] = seen with
            {
                Steps = seen.Steps.Add(step),
                // The first line is of the hook's own chain, and others of it may follow.
                Chains = step.Chain == point.Chain && !seen.Chains.Any(one => one.Point == point)
                    ? seen.Chains.Add(new(
                        _next++, point, line.In, line.Out, line.Source, line.Destination, line.SourcePort,
                        line.DestinationPort))
                    : seen.Chains,
            };
            return;
        }
    }

    /// <summary>The window ends.</summary>
    public void Clear()
    {
        _open.Clear();
        _taps.Clear();
        _current.Clear();
    }

    private void Join(TraceMessage message)
    {
        if (_open.FindLastIndex(one => IsOf(message, one.Index, one.Packet)) is var at && at < 0)
            return;
        if (!_taps.TryGetValue(message.Id, out var taps))
            _taps[message.Id] = taps = [];
        var index = _open[at].Index;
        taps.Add(index);
        _open.RemoveAt(at);
        windows[index] = windows[index] with { IsTraced = true };
    }

    // The first message of a chain has the packet's bytes. If that was a rule which selects what is recorded, the rule that
    // records comes without, as do all of a later fragment of IPv6 (measured on 6.18). The chain's policy comes last. A later
    // packet of the connection may have the same number.
    private bool IsOf(TraceMessage message, int index, ReadOnlyMemory<byte> packet)
    {
        var point = windows[index].Point;
        return message.Packet.IsEmpty
            ? message.Step is { Handle: not null }
                && message.Chain.StartsWith(NflogTable.ChainName(point), StringComparison.Ordinal)
            : packet.Span.StartsWith(message.Packet.Span);
    }

    // Two chains of one place are recorded before either runs. So a base chain of the user's names the sighting.
    private void Add(TraceMessage message, List<int> taps, DeviceNames devices)
    {
        var index = _current.GetValueOrDefault(message.Id, taps[^1]);
        if (_points.TryGetValue((message.Family, message.Table, message.Chain), out var point))
        {
            var own = taps.FindLastIndex(tap => windows[tap].Point == point);
            _current[message.Id] = index = taps[own < 0 ? ^1 : own];
            // Only the first message of a crossing has the packet.
            var seen = windows[index];
            if (!message.Packet.IsEmpty || !seen.Chains.Any(chain => chain.Point == point))
                windows[index] = seen with
                {
                    Chains = seen.Chains.Add(message.Packet.IsEmpty
                        ? new(_next++, point, seen.In, seen.Out, null, null, null, null)
                        : Chain(message, point, devices)),
                };
        }

        if (message.Step is { } step && !message.IsAcceptingPolicy)
            windows[index] = windows[index] with { Steps = windows[index].Steps.Add(step) };
    }

    private TracedChain Chain(TraceMessage message, HookPoint point, DeviceNames devices)
    {
        var headers = PacketHeaders.OfTrace(message.Packet.Span);
        return new(
            _next++, point, devices[message.In], devices[message.Out], headers.Source, headers.Destination,
            headers.SourcePort, headers.DestinationPort);
    }
}
