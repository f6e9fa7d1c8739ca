namespace Hooktrail.Trails;

/// <summary>
/// One crossing of a hook point. Devices and addresses are those that a LOG rule would print, under their lab names
/// (<see cref="LabNames"/>); null if the kernel reports none.
/// </summary>
/// <param name="Point">Where the packet is.</param>
/// <param name="In">The incoming device: a bridge port for ebtables, otherwise the device of the IP layer.</param>
/// <param name="Out">The outgoing device.</param>
/// <param name="PhysIn">For iptables: the incoming bridge port, if br_netfilter remembers one.</param>
/// <param name="PhysOut">For iptables: the outgoing bridge port, for packets that are only bridged.</param>
/// <param name="Source">The source address before the rules of this hook point act on it.</param>
/// <param name="Destination">The destination address before the rules of this hook point act on it.</param>
public sealed record Hop(
    HookPoint Point,
    string? In,
    string? Out,
    string? PhysIn,
    string? PhysOut,
    string? Source,
    string? Destination);
