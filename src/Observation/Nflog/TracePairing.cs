namespace Hooktrail.Observation.Nflog;

/// <summary>
/// Finds the sighting to which a step of the trace belongs. The recorder's own rule is traced too, right after it has
/// logged the packet: that message joins the packet's number in the trace with the sighting. What the trace tells of
/// that number afterwards happened at the hook point of the sighting, up to the next one.
/// </summary>
internal sealed class TracePairing(RunId run, FencedWindows windows)
{
    private readonly List<(int Index, ReadOnlyMemory<byte> Packet)> _open = [];
    private readonly Dictionary<uint, List<int>> _taps = [];
    private readonly Dictionary<uint, int> _current = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Chain), HookPoint> _points = [];

    /// <summary>The base chains that the run records.</summary>
    public void Expect(ImmutableArray<NflogPlace> places)
    {
        foreach (var place in places)
            _points[(place.Family, place.Point.Table[(place.Point.Table.IndexOf(' ') + 1)..], place.Point.Chain)] =
                place.Point;
    }

    /// <summary>The window has a new sighting, its last.</summary>
    public void Saw(ReadOnlyMemory<byte> packet) => _open.Add((windows.Count - 1, packet));

    public void Accept(TraceMessage message)
    {
        if (message.Table.StartsWith(NflogTable.Name(run), StringComparison.Ordinal))
            Join(message);
        else if (_taps.TryGetValue(message.Id, out var taps))
            Add(message, taps);
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
        taps.Add(_open[at].Index);
        _open.RemoveAt(at);
    }

    // The first message of a chain has the packet's bytes. If that was a rule which selects what is recorded, the rule that
    // records comes without. The chain's policy comes last. A later packet of the connection may have the same number.
    private bool IsOf(TraceMessage message, int index, ReadOnlyMemory<byte> packet)
    {
        var point = windows[index].Point;
        return message.Packet.IsEmpty
            ? message.Step is { Handle: not null }
                && message.Chain.StartsWith(NflogTable.ChainName(point), StringComparison.Ordinal)
            : packet.Span.StartsWith(message.Packet.Span);
    }

    // Two chains of one place are recorded before either runs. So a base chain of the user's names the sighting.
    private void Add(TraceMessage message, List<int> taps)
    {
        if (_points.TryGetValue((message.Family, message.Table, message.Chain), out var point))
        {
            var own = taps.FindLastIndex(tap => windows[tap].Point == point);
            _current[message.Id] = taps[own < 0 ? ^1 : own];
        }

        if (message.Step is not { } step || message.IsAcceptingPolicy)
            return;
        var index = _current.GetValueOrDefault(message.Id, taps[^1]);
        windows[index] = windows[index] with { Steps = windows[index].Steps.Add(step) };
    }
}
