namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What a target changes of a packet that goes on to the next rule; net/netfilter/xt_*.c, nft_*.c and
/// net/bridge/netfilter/ebt_*.c.
/// </summary>
internal static class Effects
{
    /// <summary>Changes the packet. False, and no change, for a target after which no rule of the chain is asked.</summary>
    public static bool Apply(Target target, Packet packet)
    {
        switch (target)
        {
            case NotrackTarget:
                packet.State = packet.Connection is null ? ConntrackState.Untracked : packet.State;
                return true;
            case MarkTarget mark:
                packet.Mark = (packet.Mark & ~mark.Mask) ^ mark.Value;
                return true;
            case TtlTarget ttl:
                packet.Ttl = ttl.Ttl;
                return true;
            default:
                return false;
        }
    }
}
