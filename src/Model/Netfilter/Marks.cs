namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What a rule can change of a packet that goes on, and a later rule can ask. Two packets that are alike in this, and
/// at the same rule, meet the same fate.
/// </summary>
internal readonly record struct Marks(uint Mark, uint Connection, int Ttl, Dscp Dscp, ConntrackState State);
