using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Observation.Watching;

/// <summary>An address, and a port of it; without a port, all of it.</summary>
public readonly record struct WatchedEnd(IPAddress Address, int? Port);

/// <summary>
/// Which packets are watched: those of one protocol towards one of the receivers, from one of the senders, and those
/// back. Each end is written as it is where a packet enters the host, which is before NAT.
/// </summary>
/// <param name="Protocol">TCP, UDP or ICMP, of which only echoes are watched.</param>
/// <param name="To">The receivers, under every address by which they are asked or answer; empty for any.</param>
/// <param name="From">The senders; empty for any.</param>
public sealed record WatchedTraffic(
    Protocol Protocol, ImmutableArray<WatchedEnd> To, ImmutableArray<IPAddress> From)
{
    private const string Ip4 = "ip", Ip6 = "ip6";

    /// <summary>Whether a packet of IPv4 or of IPv6 can be one of them.</summary>
    public bool Has(IpVersion ip) =>
        (To.IsEmpty || To.Any(end => IsOf(end.Address, ip))) && (From.IsEmpty || From.Any(one => IsOf(one, ip)));

    /// <summary>Whether the packet goes to a receiver, or comes from a sender; else it goes back.</summary>
    internal bool IsRequest(Sighting first)
    {
        if (first.IcmpType is { } type)
            return Kinds.IsEchoRequest(type, first.IsV6());
        if (first.TcpFlags is { } flags && (flags & TcpFlags.Syn) != 0)
            return (flags & TcpFlags.Ack) == 0;
        return To.IsEmpty
            ? From.Contains(first.Source!)
            : To.Any(end => end.Address.Equals(first.Destination) && (end.Port ?? first.DestinationPort) == first.DestinationPort);
    }

    /// <summary>The matches of nft that select them in a table of the family, one line for each rule.</summary>
    internal IEnumerable<string> Matches(NftFamily family) =>
        from ip in Enum.GetValues<IpVersion>()
        where Has(ip) && family != (ip == IpVersion.V4 ? NftFamily.Ip6 : NftFamily.Ip) && family != NftFamily.Arp
        from isRequest in (bool[])[true, false]
        from end in Ends(ip, isRequest)
        select string.Join(' ', ((string[])[Senders(ip, isRequest), end]).Where(match => match.Length > 0));

    private IEnumerable<string> Ends(IpVersion ip, bool isRequest)
    {
        var (family, side, port) = (Word(ip), isRequest ? "daddr" : "saddr", isRequest ? "dport" : "sport");
        var protocol = Protocol switch
        {
            Protocol.Icmp when ip == IpVersion.V4 => $"icmp type {(isRequest ? "echo-request" : "echo-reply")}",
            Protocol.Icmp => $"icmpv6 type {(isRequest ? "echo-request" : "echo-reply")}",
            _ => $"meta l4proto {Protocol.Name()}",
        };
        ImmutableArray<WatchedEnd> ends = [.. To.Where(end => IsOf(end.Address, ip)).Distinct()];
        if (ends.IsEmpty)
            return [protocol];
        string[] whole =
            [.. ends.Where(end => end.Port is null || Protocol == Protocol.Icmp).Select(end => $"{end.Address}").Distinct()];
        string[] ports =
            [.. ends.Where(end => end.Port is not null && Protocol != Protocol.Icmp).Select(end => $"{end.Address} . {end.Port}")];
        return
        [
            .. whole.Length == 0 ? (string[])[] : [$"{family} {side} {{ {string.Join(", ", whole)} }} {protocol}"],
            .. ports.Length == 0
                ? (string[])[]
                : [$"{family} {side} . {Protocol.Name()} {port} {{ {string.Join(", ", ports)} }}"],
        ];
    }

    private string Senders(IpVersion ip, bool isRequest)
    {
        string[] all = [.. From.Where(one => IsOf(one, ip)).Distinct().Select(one => one.ToString())];
        return all.Length == 0 ? "" : $"{Word(ip)} {(isRequest ? "saddr" : "daddr")} {{ {string.Join(", ", all)} }}";
    }

    private static string Word(IpVersion ip) => ip == IpVersion.V4 ? Ip4 : Ip6;

    private static bool IsOf(IPAddress address, IpVersion ip) =>
        (address.AddressFamily == AddressFamily.InterNetwork) == (ip == IpVersion.V4);
}
