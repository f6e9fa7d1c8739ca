namespace Hooktrail.Trails;

/// <summary>
/// One crossing of a hook point. Devices and addresses are what a LOG rule would print, by their lab names
/// (<see cref="LabNames"/>); null where the kernel gives none.
/// </summary>
/// <param name="Point">Where the packet is.</param>
/// <param name="In">The device it came in by: a bridge port for ebtables, otherwise the device of the IP layer.</param>
/// <param name="Out">The device it goes out by.</param>
/// <param name="PhysIn">For iptables: the bridge port it came in by, where br_netfilter remembers one.</param>
/// <param name="PhysOut">For iptables: the bridge port it goes out by, for purely bridged packets.</param>
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
