using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using Hooktrail.Trails;

namespace Hooktrail.Model.Bridge;

/// <summary>
/// The table broute, where DROP means «do not bridge this, route it»: the frame goes on as received on the port, which
/// then is a device like any other; net/bridge/netfilter/ebtable_broute.c, and <c>meta broute</c> of nft_meta_bridge.c.
/// </summary>
internal sealed class Broute(Chain chain, Backend backend)
{
    /// <summary><c>ebt_broute</c>.</summary>
    public NfVerdict Run(Packet packet, in HookState state)
    {
        if (chain.Traverse(packet, in state) is not { Verdict: Verdict.Drop })
            return NfVerdict.Accept;

        if (IsForThisHost(packet))
            IpReceive.Receive(packet);
        else
            packet.Vanish($"routed instead of bridged, but for another MAC address than that of {packet.Device}");
        return NfVerdict.Stolen;
    }

    /// <summary>
    /// IP takes only frames for this host (<c>ip_rcv</c> and <c>PACKET_OTHERHOST</c>). To the legacy table a frame for
    /// the bridge's own MAC address no longer is one, unless the rule also changes that address (<c>-j redirect</c>);
    /// nft leaves it one. The port's own MAC address is what no frame of the lab is for.
    /// </summary>
    private bool IsForThisHost(Packet packet) => backend == Backend.Nft && packet.Mac == LabNames.Bridge;
}
