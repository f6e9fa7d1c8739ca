namespace Hooktrail.Trails;

/// <summary>A connection of an established flow, as its ends and conntrack know it. The sender's port may be any.</summary>
/// <param name="Source">The sender's address.</param>
/// <param name="Destination">The address that it asks.</param>
/// <param name="SeenSource">The sender's address as the receiver knows it, by NAT.</param>
/// <param name="SeenDestination">The receiver's own address and port.</param>
/// <param name="Mark">The connection's mark.</param>
/// <param name="IsTracked">Whether conntrack knows it: it does not where nothing needs conntrack, nor by NOTRACK.</param>
public sealed record OpenConnection(
    string Source, string Destination, string SeenSource, (string Address, int Port) SeenDestination, uint Mark,
    bool IsTracked);
