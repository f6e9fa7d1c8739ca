namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The hooks of a family, with the kernel's numbers: <c>NF_INET_*</c> of linux/netfilter.h and <c>NF_BR_*</c> of
/// linux/netfilter_bridge.h agree on the first five. The others have numbers of the model.
/// </summary>
internal enum Hook
{
    PreRouting,

    LocalIn,

    Forward,

    LocalOut,

    PostRouting,

    /// <summary>
    /// Bridge only, up to 5.1: whether the bridge leaves a frame to be routed (<c>NF_BR_BROUTING</c>).
    /// </summary>
    Brouting,

    /// <summary>A device has received a frame of any protocol (<c>NF_NETDEV_INGRESS</c>).</summary>
    Ingress,

    /// <summary>A device is about to send a frame (<c>NF_NETDEV_EGRESS</c>).</summary>
    Egress,
}
