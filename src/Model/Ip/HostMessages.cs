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
    public static void TimeExceeded(Packet about) => Icmp(about, Content.OfIcmp(Kind.IcmpError, about.Family, (11, 0)));

    /// <summary>There is a shorter way to where the packet goes.</summary>
    public static void Redirect(Packet about) => Icmp(about, Content.OfIcmp(Kind.IcmpRedirect, about.Family, (5, 1)));

    /// <summary>Nobody listens at the port that the packet is for.</summary>
    public static void PortUnreachable(Packet about) => Icmp(about, Content.OfIcmp(Kind.IcmpError, about.Family, (3, 3)));

    /// <summary>The packet could not be delivered.</summary>
    /// <param name="about">The packet.</param>
    /// <param name="message">Type and code, of ICMP or ICMPv6 as the packet is.</param>
    /// <param name="isRouted">Whether the packet had its route already.</param>
    public static void Unreachable(Packet about, (int, int) message, bool isRouted) =>
        Icmp(about, new(Kind.IcmpError, about.Family) { Icmp = message }, isRouted);

    /// <summary>
    /// A TCP reset as REJECT sends it (<c>nf_send_reset</c>). One for a packet that came in through br_netfilter goes out by the port at
    /// once, with no hook but the device's own.
    /// </summary>
    public static void Reset(Packet about)
    {
        if (Answer(about, null) is not { } reset)
            return;

        Conntrack.Attach(reset, about);
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
    /// A packet's own addresses turned round, and nothing asked of any table: a TCP reset, or an ICMP error. Null where there is no
    /// answer: a reset is never answered by a reset, nor an error by an error.
    /// </summary>
    /// <param name="about">What is answered.</param>
    /// <param name="message">Type and code of the ICMP error; null for a reset.</param>
    public static Packet? Answer(Packet about, (int, int)? message)
    {
        if (message is null ? about.Content.Flags.HasFlag(TcpFlags.Rst) : about.Content.IsIcmpError)
            return null;
        var answer = message is null
            ? new Packet(
                about.Host, about.Connections, new Content(Kind.Tcp, about.Family) { Flags = TcpFlags.Rst | TcpFlags.Ack },
                about.Destination, about.Source)
            : new Packet(
                about.Host, about.Connections, new Content(Kind.IcmpError, about.Family) { About = about.Clone(), Icmp = message },
                new(about.Destination.Name), new(about.Source.Name));
        return about.Journey.Error = answer;
    }

    /// <summary>
    /// <c>icmp_send</c>: from the address that the packet was for, if that is the host's, otherwise from the host's address on the device
    /// that leads to the sender; to the host itself from the very address that it is for. An error is never answered by an error, nor is
    /// what was for everyone. What IPv4 rejects in PREROUTING has no route but the one back to its sender (nf_reject_ipv4.c,
    /// <c>nf_reject_fill_skb_dst</c>), so that the error comes from the host's address there.
    /// </summary>
    private static void Icmp(Packet about, Content content, bool isRouted = true)
    {
        if (about.Content.IsIcmpError || Lab.IsBroadcast(about.Destination.Name))
            return;

        var source = Lab.IsOfHost(about.Destination.Name) && (isRouted || about.Family == Family.IPv6)
            ? about.Destination.Name
            : Lab.IsOfHost(about.Source.Name)
            ? about.Source.Name
            : IsReaddressed(about)
            ? Lab.AddressOn(about.RouteDevice!)
            : Lab.AddressOn(Lab.DeviceTowards(about.Source.Name));
        var error = new Packet(
            about.Host, about.Connections, content with { About = about.Clone() }, new(source), new(about.Source.Name));
        Conntrack.Attach(error, about);
        about.Journey.Error = error;
        LocalOutput.Send(error);
    }

    /// <summary>
    /// Whether the packet had its route before the IP layer received it, because NAT changed its destination in the bridge: to IPv6 it then came in
    /// by the device that the route leads to (net/ipv6/ip6_input.c, <c>ip6_rcv_core</c>, IP6CB's iif), and an error comes from the address there
    /// (net/ipv6/icmp.c, <c>icmp6_send</c>; measured on 6.18).
    /// </summary>
    private static bool IsReaddressed(Packet about) =>
        about is { Family: Family.IPv6, NfBridge: { } info, RouteDevice: not null } && about.Destination.Name != info.Destination;
}
