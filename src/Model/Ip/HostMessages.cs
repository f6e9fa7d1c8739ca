using Hooktrail.Model.Netfilter;
using Hooktrail.Model.Network;

namespace Hooktrail.Model.Ip;

/// <summary>
/// The host's own messages to a packet's sender: ICMP errors and TCP resets; net/ipv4/icmp.c, net/ipv6/icmp.c,
/// net/ipv4/netfilter/nf_reject_ipv4.c.
/// </summary>
internal static class HostMessages
{
    private static readonly Condition CameThroughBrNetfilter = new(
        Statement.ResetBypasses, null, packet => packet.NfBridge is not null);

    public static void TimeExceeded(Packet about) => Icmp(about, Content.OfIcmp(Kind.IcmpError, about.Family, (11, 0)));

    public static void Redirect(Packet about) => Icmp(about, Content.OfIcmp(Kind.IcmpRedirect, about.Family, (5, 1)));

    /// <summary>
    /// The packet has lost its connection by then, so conntrack meets the error like any other packet of the host, and a
    /// rule in raw can keep it from being tracked (<c>nf_reset_ct</c> in <c>__udp4_lib_rcv</c> of net/ipv4/udp.c and
    /// <c>__udp6_lib_rcv</c> of net/ipv6/udp.c; measured on 6.18).
    /// </summary>
    public static void PortUnreachable(Packet about) =>
        Icmp(about, Content.OfIcmp(Kind.IcmpError, about.Family, (3, 3)), keepsConnection: false);

    /// <summary><paramref name="message"/> is type and code, of ICMP or ICMPv6 as the packet is.</summary>
    public static void Unreachable(Packet about, (int, int) message, bool isRouted) =>
        Icmp(about, new(Kind.IcmpError, about.Family) { Icmp = message }, isRouted);

    /// <summary>
    /// A TCP reset of REJECT (<c>nf_send_reset</c>). If the rejected packet came in through br_netfilter, the reset
    /// leaves by its port at once and crosses only the hooks of that device.
    /// </summary>
    public static void Reset(Packet about)
    {
        if (Answer(about, null) is not { } reset)
            return;

        Conntrack.Attach(reset, about);
        if (CameThroughBrNetfilter.Holds(about))
        {
            reset.Device = about.NfBridge!.PhysIn;
            Devices.NetworkDevice.Transmit(reset);
        }
        else
        {
            LocalOutput.Send(reset);
        }
    }

    /// <summary>
    /// An answer with the packet's addresses swapped: an ICMP error of type and code <paramref name="message"/>, or a
    /// TCP reset where that is null. Null where there is no answer: nothing answers a reset with a reset, or an error
    /// with an error.
    /// </summary>
    public static Packet? Answer(Packet about, (int, int)? message)
    {
        if (message is null ? about.Content.Flags.HasFlag(TcpFlags.Rst) : about.Content.IsIcmpError)
            return null;
        var content = message is null
            ? new Content(Kind.Tcp, about.Family) { Flags = TcpFlags.Rst | TcpFlags.Ack }
            : new Content(Kind.IcmpError, about.Family) { About = about.Clone(), Icmp = message };
        var (from, to) = message is null
            ? (about.Destination, about.Source)
            : (new Address(about.Destination.Name), new Address(about.Source.Name));
        var answer = new Packet(about.Host, about.Connections, content, from, to);
        return about.Passage.Error = answer;
    }

    /// <summary>
    /// <c>icmp_send</c>. The error comes from the address that the packet was for, if that is the host's; otherwise
    /// from the host's address on the device that leads to the sender. An error to the host itself comes from the
    /// address that it goes to. Over IPv6 it comes from the host's address on the device that the packet came in by
    /// (<c>icmp6_send</c>). No error answers an error or a broadcast. Where IPv4 rejects in PREROUTING, a packet
    /// has only the route back to its sender (nf_reject_ipv4.c, <c>nf_reject_fill_skb_dst</c>), so the error comes from
    /// the host's address there.
    /// </summary>
    private static void Icmp(Packet about, Content content, bool isRouted = true, bool keepsConnection = true)
    {
        if (about.Content.IsIcmpError || about.Wiring.IsBroadcast(about.Destination.Name))
            return;

        var error = new Packet(
            about.Host, about.Connections, content with { About = about.Clone() }, new(Wiring.Unspecified),
            new(about.Source.Name))
        {
            // net/ipv4/icmp.c, icmp_route_lookup: only the address that was asked is a source of the look-up.
            IsUnbound = about.Family == Family.IPv4 && !about.Wiring.IsOfHost(about.Destination.Name),
        };
        var source = WasAsked(about, isRouted)
            ? about.Destination.Name
            : about.Wiring.IsOfHost(about.Source.Name)
            ? about.Source.Name
            : IsReaddressed(about)
            ? about.Wiring.AddressOn(about.RouteDevice!, about.Family, about.Source.Name)
            : about is { Family: Family.IPv6, Device: { } device }
            ? about.Wiring.AddressOn(
                about.Wiring.IsPort(device) ? about.Wiring.BridgeOf(device) : device, about.Family, about.Source.Name)
            : about.Wiring.SourceTowards(
                about.Source.Name, about.Family, found => Multipath.Chosen(error, found, source: null));
        if (source is null)
            return; // no route leads back
        error.Source = new(source);
        if (keepsConnection)
            Conntrack.Attach(error, about);
        about.Passage.Error = error;
        LocalOutput.Send(error);
    }

    // Of IPv6 the loopback address counts only on its own device (net/ipv6/addrconf.c, ipv6_chk_addr).
    private static bool WasAsked(Packet about, bool isRouted) =>
        about.Wiring.IsOfHost(about.Destination.Name)
        && (about.Family == Family.IPv6
            ? !about.Wiring.IsLoopback(about.Destination.Name) || about.Device is null or LabNames.Loopback
            : isRouted);

    /// <summary>
    /// Whether the packet had a route before the IP layer received it, because NAT changed its destination in the
    /// bridge. To IPv6 such a packet came in by the device that the route leads to (net/ipv6/ip6_input.c,
    /// <c>ip6_rcv_core</c>, iif in IP6CB), and an error comes from the address there (net/ipv6/icmp.c,
    /// <c>icmp6_send</c>; measured on 6.18).
    /// </summary>
    private static bool IsReaddressed(Packet about) =>
        about is { Family: Family.IPv6, NfBridge: { } info, RouteDevice: not null }
        && about.Destination.Name != info.Destination;
}
