namespace Hooktrail.Model.Devices;

/// <summary>The device lo; drivers/net/loopback.c.</summary>
internal static class Loopback
{
    /// <summary>
    /// <c>loopback_xmit</c>: the device receives what it sends, and the packet keeps its connection. So it crosses no
    /// chain of nat PREROUTING and nat INPUT: nat OUTPUT and nat POSTROUTING have settled all.
    /// </summary>
    public static void Xmit(Packet packet) => NetworkDevice.Receive(packet);
}
