namespace Hooktrail.Model.Netfilter;

/// <summary>
/// The hooks of a family, numbered as the kernel does: <c>NF_INET_*</c> of linux/netfilter.h and <c>NF_BR_*</c> of
/// linux/netfilter_bridge.h agree on the first five. The others are numbered anew.
/// </summary>
internal enum Hook
{
    /// <summary>A packet has just come in by a device.</summary>
    PreRouting,

    /// <summary>It is for this host.</summary>
    LocalIn,

    /// <summary>It is for somebody else.</summary>
    Forward,

    /// <summary>This host sends it.</summary>
    LocalOut,

    /// <summary>It is about to leave by a device.</summary>
    PostRouting,

    /// <summary>
    /// Bridge only, until 5.1: whether the bridge should leave a frame alone (<c>NF_BR_BROUTING</c>).
    /// </summary>
    Brouting,

    /// <summary>A device has received something, before anybody looks at what it is (<c>NF_NETDEV_INGRESS</c>).</summary>
    Ingress,

    /// <summary>A device is about to send something (<c>NF_NETDEV_EGRESS</c>).</summary>
    Egress,
}
