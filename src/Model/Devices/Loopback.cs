namespace Hooktrail.Model.Devices;

/// <summary>The device lo; drivers/net/loopback.c.</summary>
internal static class Loopback
{
    /// <summary>
    /// <c>loopback_xmit</c>: what is sent is received, and keeps its connection. That is why nat PREROUTING and nat
    /// INPUT do not see it: nat OUTPUT and nat POSTROUTING have settled everything.
    /// </summary>
    public static void Xmit(Packet packet) => NetworkDevice.Receive(packet);
}
