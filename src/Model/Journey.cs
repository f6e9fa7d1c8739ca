using System.Collections.Immutable;
using Hooktrail.Model.Accounting;
using Hooktrail.Trails;

namespace Hooktrail.Model;

/// <summary>What a packet, its copies and its fragments meet on their way, in order.</summary>
internal sealed class Journey
{
    /// <summary>The journey of a packet that has just been made.</summary>
    /// <param name="keepsJournal">Whether it is noted why the packet goes as it does.</param>
    public Journey(bool keepsJournal = false) => Journal = keepsJournal ? new(this) : null;

    // Copies and fragments share a journey; the most of them together traverse some dozens of hooks.
    private const int Endless = 2000;

    private readonly ImmutableArray<Hop>.Builder hops = ImmutableArray.CreateBuilder<Hop>(32);
    private readonly List<Outcome> outcomes = new(1);
    private int traversals;

    /// <summary>The hops so far.</summary>
    public ImmutableArray<Hop> Hops => hops.ToImmutable();

    /// <summary>How many hops there were so far.</summary>
    public int Count => hops.Count;

    /// <summary>Why the packet goes as it does; null where nobody asked.</summary>
    public Journal? Journal { get; }

    /// <summary>The last hook point that was crossed; null before the first.</summary>
    public HookPoint? Last => hops.Count == 0 ? null : hops[^1].Point;

    /// <summary>Source and destination as they were where the packet was delivered.</summary>
    public (Address Source, Address Destination) Arrived { get; private set; }

    /// <summary>What the host sends back, instead of or besides passing the packet on; null where it does not.</summary>
    public Packet? Error { get; set; }

    /// <summary>
    /// How the journey ended: every walk ends somewhere, the machine loses no packet. Copies that reach several endpoints
    /// reach everyone; where one of them does not arrive, that is what is told.
    /// </summary>
    public Outcome Outcome => outcomes switch
    {
        [] => throw new InvalidOperationException("A packet was lost between two places of the walk."),
        [var only] => only,
        _ when outcomes.Find(one => one.Kind != OutcomeKind.Delivered) is { } lost => lost,
        _ when outcomes.TrueForAll(one => one == outcomes[0]) => outcomes[0],
        _ => Outcome.Delivered(Endpoint.Everyone),
    };

    /// <summary>How the journey ended as far as one endpoint is concerned, if a copy was delivered there.</summary>
    public Outcome OutcomeFor(Endpoint endpoint)
    {
        var delivered = Outcome.Delivered(endpoint);
        return outcomes.Contains(delivered) ? delivered : Outcome;
    }

    /// <summary>Notes that a hook is traversed. No packet goes in circles, but with a changed model one can.</summary>
    /// <exception cref="InvalidOperationException">It goes in circles.</exception>
    public void Traverse()
    {
        if (++traversals > Endless)
            throw new InvalidOperationException("A packet goes in circles through the hooks.");
    }

    /// <summary>Notes a hop.</summary>
    public void Add(Hop hop) => hops.Add(hop);

    /// <summary>Notes how the packet, or one copy of it, ended.</summary>
    public void End(Outcome how) => outcomes.Add(how);

    /// <summary>Notes that the packet, or one copy of it, reached an endpoint, and what it then looked like.</summary>
    public void Deliver(Endpoint to, Address source, Address destination)
    {
        Arrived = (source, destination);
        End(Outcome.Delivered(to));
    }

    /// <summary>The endpoint that the packet reached does not want it.</summary>
    public void Refuse(string reason)
    {
        outcomes.Clear();
        End(Outcome.Vanished(Last, reason));
    }
}
