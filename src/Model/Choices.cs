namespace Hooktrail.Model;

/// <summary>
/// Chooses at each place where the rules leave several ways open, so that one walk of an exchange after the other takes
/// every course that the exchange can take. A walk is deterministic but for these choices: with the same ones it is the
/// same walk.
/// </summary>
/// <param name="unites">
/// Whether walks that have come to the same state count as one from there on. That needs a walk with one packet under
/// way at a time: neither copies nor fragments.
/// </param>
internal sealed class Choices(bool unites)
{
    private static readonly EqualityComparer<object?[]> ByElements = EqualityComparer<object?[]>.Create(
        (one, other) => one.AsSpan().SequenceEqual(other),
        state => state.Aggregate(0, HashCode.Combine));

    private readonly List<(int Index, int Of)> _taken = [];
    private Dictionary<object?[], Meeting>? _met;
    private readonly List<Hop> _hops = [];
    private ImmutableArray<Fork> _forks = [];

    /// <summary>Where the present walk had several ways, and which it took.</summary>
    public ImmutableArray<Fork> Forks => _forks;

    /// <summary>
    /// Whether the present walk has come to a state in which an earlier one was: the rest is the same.
    /// </summary>
    public bool IsRepeated { get; private set; }

    /// <summary>Notes what the walk has shown so far: only walks that showed the same are one.</summary>
    public void Note(Hop hop) => _hops.Add(hop);

    /// <summary>The place of the way to take: each supposes something else.</summary>
    /// <param name="ways">What each way supposes.</param>
    /// <param name="packet">The packet, which is under way.</param>
    /// <param name="at">What of the host has several ways for it.</param>
    public int Choose(IReadOnlyList<ImmutableArray<Supposition>> ways, Packet packet, object at)
    {
        if (IsRepeated)
            return 0;
        var meeting = MeetingAt(packet, at);
        if (_forks.Length == _taken.Count)
        {
            IsRepeated = meeting.IsKnown;
            meeting.Come(Fork.Supposing(_forks));
            if (IsRepeated)
                return 0;
            _taken.Add((0, ways.Count));
        }

        var chosen = _taken[_forks.Length].Index;
        _forks = _forks.Add(new(meeting, ways[chosen]));
        return chosen;
    }

    /// <summary>Goes on to the next course; false if there is none.</summary>
    public bool Advance()
    {
        while (_taken is [.., var (index, of)] && index + 1 == of)
            _taken.RemoveAt(_taken.Count - 1);
        if (_taken.Count == 0)
            return false;
        _taken[^1] = (_taken[^1].Index + 1, _taken[^1].Of);
        (_forks, IsRepeated) = ([], false);
        _hops.Clear();
        return true;
    }

    private Meeting MeetingAt(Packet packet, object at)
    {
        if (!unites)
            return new();
        var state = StateOf(packet, at);
        _met ??= new(ByElements);
        if (!_met.TryGetValue(state, out var meeting))
            _met[state] = meeting = new();
        return meeting;
    }

    /// <summary>All that the rest of the walk depends on, and what it has shown so far.</summary>
    private object?[] StateOf(Packet packet, object at) =>
    [
        at, packet.Content with { About = null }, packet.Content.About?.Tuple, packet.Source, packet.Destination,
        packet.Device, packet.Mac, packet.RouteDevice, packet.Marks, packet.NfBridge?.Copy(), packet.IsForOthers,
        packet.Connection?.Original, packet.Connection?.Reply, packet.Connection?.Status,
        .. packet.Connections.Snapshot, .. _hops,
    ];
}

/// <summary>A state at which walks part, and to which several may have come.</summary>
internal sealed class Meeting
{
    private ImmutableArray<Supposition>? _before;

    public bool IsKnown => _before is not null;

    /// <summary>What all walks that came here have supposed: the rest did not matter to what follows.</summary>
    public ImmutableArray<Supposition> Before => _before ?? [];

    public void Come(ImmutableArray<Supposition> supposing) =>
        _before = _before is { } others ? Ways.Common(others, supposing) : supposing;
}

/// <summary>A place at which a walk had several ways, and what the one that it took supposes.</summary>
internal sealed record Fork(Meeting At, ImmutableArray<Supposition> Chosen)
{
    /// <summary>What a walk with these forks supposes, as far as it matters.</summary>
    public static ImmutableArray<Supposition> Supposing(IEnumerable<Fork> forks) => forks.Aggregate(
        ImmutableArray<Supposition>.Empty,
        (before, fork) => [.. Ways.Common(before, fork.At.IsKnown ? fork.At.Before : before), .. fork.Chosen]);
}
