namespace Hooktrail.Observation;

/// <summary>
/// The packet of each leg, and the other packets: acknowledgements, retransmissions, and
/// what an end says about a reply.
/// </summary>
internal sealed class NamedPackets
{
    private readonly Dictionary<Leg, SeenPacket> _legs = [];

    /// <summary>Packets that are no legs, in the order seen.</summary>
    public List<SeenPacket> Others { get; } = [];

    /// <summary>In the order seen.</summary>
    public IEnumerable<Leg> Legs => _legs.OrderBy(pair => pair.Value.First.Sequence).Select(pair => pair.Key);

    public SeenPacket? this[Leg leg] => _legs.GetValueOrDefault(leg);

    /// <summary>False if another packet already has that leg.</summary>
    public bool TryName(Leg leg, SeenPacket packet) => _legs.TryAdd(leg, packet);
}
