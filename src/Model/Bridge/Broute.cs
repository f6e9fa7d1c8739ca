using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model.Bridge;

/// <summary>
/// The table broute, where DROP means «do not bridge this, route it»: the frame goes on as received on the port, which then is a device like
/// any other; net/bridge/netfilter/ebtable_broute.c, and <c>meta broute</c> of nft_meta_bridge.c.
/// </summary>
internal sealed class Broute(Chain chain, Backend backend)
{
    /// <summary><c>ebt_broute</c>.</summary>
    public NfVerdict Run(Packet packet, in HookState state)
    {
        if (chain.Traverse(packet, in state) is not { Verdict: Verdict.Drop })
            return NfVerdict.Accept;

        // The legacy table measures the frame by the port's MAC address again. A rule that means to have it routed must therefore also change
        // the MAC address (-j redirect); nft does not take the bridge's own away from it.
        if (backend == Backend.Legacy)
            packet.ForOtherHost = true;
        IpReceive.Receive(packet);
        return NfVerdict.Stolen;
    }
}
