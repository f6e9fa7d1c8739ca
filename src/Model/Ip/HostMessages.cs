using Hooktrail.Model.Netfilter;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Model.Ip;

/// <summary>
/// What the host itself says to the sender of a packet that it passes on or not: ICMP errors and TCP resets;
/// net/ipv4/icmp.c, net/ipv6/icmp.c, net/ipv4/netfilter/nf_reject_ipv4.c.
/// </summary>
internal static class HostMessages
{
    /// <summary>The packet's TTL is used up.</summary>
    public static void TimeExceeded(Packet about) => Icmp(about, Kind.IcmpError, (11, 0));

    /// <summary>There is a shorter way to where the packet goes.</summary>
    public static void Redirect(Packet about) => Icmp(about, Kind.IcmpRedirect, (5, 1));

    /// <summary>The packet could not be delivered.</summary>
    public static void Unreachable(Packet about, int code) => Icmp(about, Kind.IcmpError, (3, code));

    /// <summary>
    /// A TCP reset as REJECT sends it (<c>nf_send_reset</c>). One for a packet that came in through br_netfilter goes out by the port at
    /// once, with no hook but the device's own.
    /// </summary>
    public static void Reset(Packet about)
    {
        if (about.Content.Flags.HasFlag(TcpFlags.Rst))
            return; // it never answers a reset by one

        var reset = new Packet(
            about.Host, about.Connections, new Content(Kind.Tcp, about.Family) { Flags = TcpFlags.Rst | TcpFlags.Ack },
            about.Destination, about.Source);
        Conntrack.Attach(reset, about);
        about.Journey.Error = reset;
        if (about.NfBridge is { } info && about.Holds(Statement.ResetBypasses))
        {
            reset.Device = info.PhysIn;
            Devices.NetworkDevice.Transmit(reset);
        }
        else
        {
            LocalOutput.Send(reset);
        }
    }

    /// <summary>
    /// <c>icmp_send</c>: from the address that the packet was for, if that is the host's, otherwise from the host's address on the device
    /// that leads to the sender; to the host itself from the very address that it is for. An error is never answered by an error, nor is what was for everyone.
    /// </summary>
    private static void Icmp(Packet about, Kind kind, (int, int) icmp)
    {
        if (about.Content.IsIcmpError || Lab.IsBroadcast(about.Destination.Name))
            return;

        var source = Lab.IsOfHost(about.Destination.Name)
            ? about.Destination.Name
            : Lab.IsOfHost(about.Source.Name)
            ? about.Source.Name
            : Lab.AddressOn(Lab.DeviceTowards(about.Source.Name));
        var error = new Packet(
            about.Host, about.Connections, new Content(kind, about.Family) { About = about.Clone(), Icmp = icmp },
            new(source), new(about.Source.Name));
        Conntrack.Attach(error, about);
        about.Journey.Error = error;
        LocalOutput.Send(error);
    }
}
