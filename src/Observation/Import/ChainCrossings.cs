namespace Hooktrail.Observation.Import;

/// <summary>A chain of nf_tables, which may be a base chain or a user's.</summary>
internal readonly record struct ChainPlace(string Family, string Table, string Chain);

/// <summary>
/// Gives each line of an nf_tables trace to the crossing that it belongs to. The line names its own chain: a base
/// chain, or one that was jumped to, and only base chains are hooks. A verdict whose chain is in no open crossing of
/// its packet has lost its packet's line, and is a crossing by itself.
/// </summary>
internal sealed class ChainCrossings
{
    private readonly Dictionary<string, Crossing> _open = [];
    private readonly List<Crossing> _all = [];
    private readonly Dictionary<ChainPlace, HashSet<ChainPlace>> _callers = [];
    private readonly List<string> _notes = [];

    public IEnumerable<string> Notes => _notes;

    /// <summary>A line that shows the packet begins a crossing.</summary>
    public void Begin(string id, ChainPlace at, TracedHop hop)
    {
        var crossing = new Crossing(hop, at) { MayBeInside = !_open.ContainsKey(id) || _callers.ContainsKey(at) };
        _open[id] = crossing;
        _all.Add(crossing);
    }

    /// <summary>
    /// Adds a rule or a policy to its crossing; returns the crossing if it is a new one without a packet.
    /// </summary>
    public TracedHop? Take(string id, ChainPlace at, TracedRule step, HookPoint point)
    {
        if (step.Verdict is { } verdict && TargetOf(verdict) is { } target)
            (_callers.TryGetValue(at with { Chain = target }, out var callers)
                ? callers
                : _callers[at with { Chain = target }] = []).Add(at);
        TracedHop? orphan = null;
        if (!_open.TryGetValue(id, out var crossing) || !crossing.Takes(at))
        {
            orphan = new(Without(step, point), id) { ShowsPacket = false };
            Begin(id, at, orphan);
            crossing = _open[id];
        }

        crossing.Add(at, step);
        return orphan;
    }

    /// <summary>Sets what the last line of the packet decided.</summary>
    public void Decide(string id, TracedDecision decision, string because)
    {
        _open[id].Hop.Decide(decision, because);
        _open[id].IsClosed = decision != TracedDecision.Untold;
    }

    /// <summary>
    /// Names each crossing by its base chain, once the whole trace has shown which chains are jumped to.
    /// </summary>
    public void Resolve(List<TracedHop> hops, Func<ChainPlace, HookPoint> point)
    {
        var lost = new HashSet<TracedHop>(ReferenceEqualityComparer.Instance);
        foreach (var crossing in _all)
        {
            var found = crossing.Base is { } known ? [known] : Bases(crossing.First);
            if (found.Count == 1)
            {
                crossing.Hop.Sighting = crossing.Hop.Sighting with { Point = point(found.Single()) };
                continue;
            }

            lost.Add(crossing.Hop);
            _notes.Add(
                $"Line {crossing.Hop.Sighting.Sequence} is of the chain {crossing.First.Table} {crossing.First.Chain}, which several chains jump to, and no line shows from which one the packet came; it was skipped.");
        }

        hops.RemoveAll(lost.Contains);
        _open.Clear();
        _all.Clear();
    }

    // The chains from which jumps lead there, and to which none leads.
    private HashSet<ChainPlace> Bases(ChainPlace chain)
    {
        var (found, seen, rest) =
            (new HashSet<ChainPlace>(), new HashSet<ChainPlace>(), new Stack<ChainPlace>([chain]));
        while (rest.TryPop(out var one))
            if (!seen.Add(one))
                continue;
            else if (_callers.TryGetValue(one, out var callers))
                foreach (var caller in callers)
                    rest.Push(caller);
            else
                found.Add(one);
        return found;
    }

    // «jump DOCKER-USER», «goto x» of nft; «JUMP:DOCKER-USER», «GOTO:x» of xtables-monitor.
    private static string? TargetOf(string verdict) =>
        verdict.Length > 5
        && verdict[4] is ' ' or ':'
        && (verdict.StartsWith("jump", StringComparison.OrdinalIgnoreCase)
            || verdict.StartsWith("goto", StringComparison.OrdinalIgnoreCase))
            ? verdict[5..]
            : null;

    private static Sighting Without(TracedRule step, HookPoint point) => new()
    {
        Sequence = (ulong)step.Line,
        Run = default,
        Point = point,
        Line = step.Record,
        IsComplete = false,
    };

    private sealed class Crossing(TracedHop hop, ChainPlace first)
    {
        private readonly HashSet<string> _chains = [first.Chain];

        public TracedHop Hop => hop;

        public ChainPlace First => first;

        /// <summary>Whether its first line may be of a chain that was jumped to.</summary>
        public bool MayBeInside { get; init; }

        public bool IsClosed { get; set; }

        /// <summary>The base chain, if a line proves it.</summary>
        public ChainPlace? Base { get; private set; }

        // A packet whose trace begins in a user's chain returns to a chain that no line has jumped from.
        public bool Takes(ChainPlace at) => !IsClosed && at.Family == first.Family && at.Table == first.Table
            && (_chains.Contains(at.Chain) || (MayBeInside && hop.ShowsPacket && Base is null));

        public void Add(ChainPlace at, TracedRule step)
        {
            if (_chains.Add(at.Chain) || step.Step == TracedStep.Policy)
                Base = at;
            if (step.Verdict is { } verdict && TargetOf(verdict) is { } target)
                _chains.Add(target);
            hop.Add(step);
        }
    }
}
