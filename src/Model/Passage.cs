using Hooktrail.Model.Accounting;

namespace Hooktrail.Model;

/// <summary>What a packet, its copies and its fragments meet on their way, in order.</summary>
internal sealed class Passage
{
    public Passage(Noting notes = Noting.Nothing) =>
        Journal = notes == Noting.Nothing ? null : new(this, notes == Noting.EveryRule);

    // Copies and fragments share a passage. Together they traverse a few dozen hooks.
    private const int Endless = 2000;

    private readonly ImmutableArray<Hop>.Builder _hops = ImmutableArray.CreateBuilder<Hop>(32);
    private readonly List<Outcome> _outcomes = new(1);
    private int _traversals;

    public ImmutableArray<Hop> Hops => _hops.ToImmutable();

    public int Count => _hops.Count;

    /// <summary>Null where the host notes nothing.</summary>
    public Journal? Journal { get; }

    public HookPoint? Last => _hops.Count == 0 ? null : _hops[^1].Point;

    /// <summary>Source and destination as they were where the packet was delivered.</summary>
    public (Address Source, Address Destination) Arrived { get; private set; }

    /// <summary>The device by which it left the host, or the host itself took it.</summary>
    public string? ArrivedBy { get; private set; }

    /// <summary>What the host sends back, instead of or besides passing the packet on.</summary>
    public Packet? Error { get; set; }

    /// <summary>
    /// How the passage ended. Every walk must end somewhere. If several copies arrive, the outcome is «everyone»; if
    /// one does not arrive, its end is the outcome.
    /// </summary>
    public Outcome Outcome => _outcomes switch
    {
        [] => throw new InvalidOperationException("A packet was lost between two places of the walk."),
        [var only] => only,
        _ when _outcomes.Find(one => one.Kind != OutcomeKind.Delivered) is { } lost => lost,
        _ when _outcomes.TrueForAll(one => one == _outcomes[0]) => _outcomes[0],
        _ => Outcome.Delivered(Endpoint.Everyone),
    };

    /// <summary>How each copy ended, so far.</summary>
    public IReadOnlyList<Outcome> Outcomes => _outcomes;

    /// <summary>The outcome for one endpoint, if a copy was delivered there.</summary>
    public Outcome OutcomeFor(Endpoint endpoint)
    {
        var delivered = Outcome.Delivered(endpoint);
        return _outcomes.Contains(delivered) ? delivered : Outcome;
    }

    /// <summary>Counts the hooks. In the model no packet goes in circles, but in a mutant one can.</summary>
    /// <exception cref="InvalidOperationException">It goes in circles.</exception>
    public void Traverse()
    {
        if (++_traversals > Endless)
            throw new InvalidOperationException(
                $"A packet goes in circles through the hooks: {string.Join(", ", _hops.TakeLast(12))}.");
    }

    /// <summary>Lets so many hooks more count as no circle.</summary>
    public void Allow(int more) => _traversals -= more;

    public void Add(Hop hop) => _hops.Add(hop);

    public void End(Outcome how) => _outcomes.Add(how);

    /// <summary>
    /// Counts the fragments that arrive one by one. An endpoint answers only a packet that it can put together.
    /// </summary>
    public int Parts { get; private set; }

    public void Deliver(Endpoint to, Address source, Address destination, string? device, bool isPart)
    {
        Parts += isPart ? 1 : 0;
        Arrived = (source, destination);
        ArrivedBy = device;
        End(Outcome.Delivered(to));
    }

    public void Refuse(string reason)
    {
        _outcomes.Clear();
        End(Outcome.Vanished(Last, reason));
    }
}
