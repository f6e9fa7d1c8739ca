using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Model.Network;

/// <summary>
/// Which of its addresses of IPv6 a host sends from; net/ipv6/addrconf.c, <c>ipv6_dev_get_saddr</c>, and RFC 6724. Known
/// are the rules about scope, device, label and prefix; no address counts as deprecated or temporary.
/// </summary>
internal static class SourceSelection
{
    // net/ipv6/addrlabel.c, ip6addrlbl_init_table.
    private static readonly ImmutableArray<(IPNetwork Network, int Label)> Labels =
    [
        (IPNetwork.Parse("::1/128"), 0), (IPNetwork.Parse("2001:10::/28"), 7), (IPNetwork.Parse("2001::/32"), 6),
        (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("fc00::/7"), 5), (IPNetwork.Parse("::/0"), 1),
    ];

    /// <param name="devices">The devices of the host.</param>
    /// <param name="device">The device that the packet leaves by.</param>
    /// <param name="destination">Where it goes.</param>
    /// <returns>Null if the host has no address that could be its source.</returns>
    public static IPAddress? Of(IEnumerable<Device> devices, string device, IPAddress destination) => devices
        .SelectMany(one => one.Addresses, (one, own) => (Device: one.Name, Own: own))
        .Where(one => one.Own.Address.AddressFamily == AddressFamily.InterNetworkV6
            && (one.Device == device || !one.Own.Address.IsIPv6LinkLocal)
            && !IPAddress.IPv6Loopback.Equals(one.Own.Address) | IPAddress.IPv6Loopback.Equals(destination))
        .OrderByDescending(one => one.Own.Address.Equals(destination))
        .ThenByDescending(one => one.Own.Address.IsIPv6LinkLocal == destination.IsIPv6LinkLocal)
        .ThenByDescending(one => one.Device == device)
        .ThenByDescending(one => LabelOf(one.Own.Address) == LabelOf(destination))
        .ThenByDescending(one => Math.Min(CommonBits(one.Own.Address, destination), one.Own.Length))
        .Select(one => one.Own.Address)
        .FirstOrDefault();

    private static int LabelOf(IPAddress address) => Labels.First(one => one.Network.Contains(address)).Label;

    private static int CommonBits(IPAddress one, IPAddress other)
    {
        var (first, second) = (one.GetAddressBytes(), other.GetAddressBytes());
        var bits = 0;
        while (bits < 128 && ((first[bits / 8] ^ second[bits / 8]) & (0x80 >> (bits % 8))) == 0)
            bits++;
        return bits;
    }
}
