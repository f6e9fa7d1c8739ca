namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What br_netfilter notes of a packet from the bridge's PRE_ROUTING until it leaves the host;
/// <c>struct nf_bridge_info</c>. PHYSIN and PHYSOUT in a LOG line come from here, also for packets that were routed
/// since.
/// </summary>
/// <param name="PhysIn">The port that it came in by.</param>
/// <param name="Destination">Its destination before the PREROUTING hook of the IP layer.</param>
internal sealed record NfBridgeInfo(string PhysIn, string Destination)
{
    /// <summary>The port that it goes out by: known only for packets that the bridge itself forwards.</summary>
    public string? PhysOut { get; set; }

    /// <summary>Whether the PREROUTING hook of the IP layer is being called from the bridge.</summary>
    public bool InPreRouting { get; set; } = true;

    /// <summary>Whether the packet has skipped that hook and may not again (<c>sabotage_in_done</c>).</summary>
    public bool SabotageDone { get; set; }

    /// <summary>
    /// The same for a copy of the packet, which goes its own way (<c>skb_ext_add</c> copies on write).
    /// </summary>
    public NfBridgeInfo Copy() => this with { };
}
