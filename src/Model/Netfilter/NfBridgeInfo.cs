namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What br_netfilter remembers of a packet from the bridge's PRE_ROUTING until it leaves the host; <c>struct
/// nf_bridge_info</c>. This is what PHYSIN and PHYSOUT of a LOG line come from, also of packets that were routed in
/// between.
/// </summary>
/// <param name="PhysIn">The port that it came in by.</param>
/// <param name="Destination">Its destination before the IPv4 PREROUTING hook.</param>
internal sealed record NfBridgeInfo(string PhysIn, string Destination)
{
    /// <summary>The port that it goes out by: known only for packets that the bridge itself forwards.</summary>
    public string? PhysOut { get; set; }

    /// <summary>Whether the IPv4 PREROUTING hook is being called from the bridge.</summary>
    public bool InPreRouting { get; set; } = true;
}
