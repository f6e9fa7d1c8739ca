namespace Hooktrail.Model.Netfilter;

/// <summary>
/// What a target changes of a packet that goes on to the next rule; net/netfilter/xt_*.c, nft_*.c and
/// net/bridge/netfilter/ebt_*.c.
/// </summary>
internal static class Effects
{
    /// <summary>
    /// Changes the packet. False, and no change, for a target after which no rule of the chain is asked.
    /// </summary>
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
            case ConnectionMarkTarget mark:
                Mark(mark, packet);
                return true;
            case TtlTarget ttl:
                packet.Ttl = ttl.Ttl;
                return true;
            case TtlChangeTarget change:
                packet.Ttl = Math.Clamp(packet.Ttl + change.By, 0, 255);
                return true;
            case DscpTarget dscp:
                packet.Dscp = packet.Dscp.With(dscp.Value, dscp.Mask);
                return true;
            default:
                return false;
        }
    }

    private static void Mark(ConnectionMarkTarget mark, Packet packet)
    {
        if (packet.Connection is not { } connection)
            return;
        if (mark.Step == MarkStep.Restore)
            packet.Mark = mark.Apply(packet.Mark, connection.Mark);
        else
            connection.Mark = mark.Apply(connection.Mark, packet.Mark);
    }
}
