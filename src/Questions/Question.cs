using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions;

/// <summary>Who sends what to whom, in a user's words, and the flow that it is on the host.</summary>
/// <param name="From">The sender, as the user wrote it.</param>
/// <param name="To">The receiver and its port, as the user wrote it.</param>
/// <param name="Flow">The flow that is asked.</param>
public sealed record Question(string From, string To, Flow Flow)
{
    /// <summary>
    /// Where a packet from the internet comes from: an address for documentation (RFC 5737, RFC 3849).
    /// </summary>
    private static readonly IPAddress Somewhere = IPAddress.Parse("198.51.100.7");

    private static readonly IPAddress Somewhere6 = IPAddress.Parse("2001:db8:ffff::7");

    /// <summary>Reads the ends of a question.</summary>
    /// <param name="topology">The host.</param>
    /// <param name="from">
    /// A container, a service, <c>host</c>, <c>internet</c>, or an address with or without @device.
    /// </param>
    /// <param name="to">The same, and for tcp and udp a port: <c>web:443</c>, <c>[2001:db8::1]:443</c>.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="ip">The version of IP; null for that of the addresses, or IPv4.</param>
    /// <exception cref="HooktrailException">There is no such endpoint, or more than one.</exception>
    public static Question Of(Topology topology, string from, string to, Protocol protocol, IpVersion? ip)
    {
        var (toName, port) = SplitPort(to);
        if (port is null && protocol is Protocol.Tcp or Protocol.Udp)
            throw new HooktrailException($"\"{to}\" has no port; write {to}:443, or another port.");
        var names = new EndpointNames(topology);
        var version = ip ?? VersionOf(from) ?? VersionOf(toName) ?? IpVersion.V4;
        var (sender, by) = names.Find(from, Outside(version));
        var (receiver, device) = names.Find(toName, Outside(version));
        if (device is not null)
            throw new HooktrailException(
                $"\"{to}\" names a device, but the host's routes choose the device by which a packet leaves; leave it out.");
        var flow = new Flow(sender, receiver, protocol)
        {
            Ip = version,
            Port = port ?? Flow.ServicePort,
            By = by,
        };
        // An address is that address, whichever others its owner has, and whatever it publishes.
        return new(
            from,
            to,
            !IPAddress.TryParse(toName, out var address) ? Published(topology, flow) ?? OfNic(topology, flow)
            : receiver.Kind == EndpointKind.Wan ? flow
            : flow with { Via = address.ToString() });
    }

    /// <summary>
    /// A sender beyond a NIC that the user named asks the host at the address of that NIC, if it has one.
    /// </summary>
    private static Flow OfNic(Topology topology, Flow flow) =>
        flow is { By: not null, To.Kind: EndpointKind.Host }
        && HostAddressFor(topology, flow) is { } address
            ? flow with { Via = address.ToString() }
            : flow;

    /// <summary>The endpoint that a user means, as in <see cref="Of"/>.</summary>
    /// <exception cref="HooktrailException">There is no such endpoint, or more than one.</exception>
    public static Endpoint EndpointOf(Topology topology, string text, IpVersion ip) =>
        new EndpointNames(topology).Find(text, Outside(ip)).Endpoint;

    /// <summary>
    /// The flow by a published port, where the sender is beyond the host's NICs and the container publishes the port.
    /// </summary>
    private static Flow? Published(Topology topology, Flow flow)
    {
        if (flow.From.Kind != EndpointKind.Wan || flow.To.Kind != EndpointKind.Container)
            return null;
        var container = topology.Containers.First(one => one.Name == flow.To.Name);
        var published = container.Published
            .Where(one => one.Protocol == flow.Protocol.Name() && (one.Port == flow.Port || one.Target == flow.Port))
            .OrderByDescending(one => one.Port == flow.Port)
            .FirstOrDefault(one => IsOf(one.Address, flow.Ip));
        if (published is null)
            return null;
        var address = published.Address.Equals(IPAddress.Any) || published.Address.Equals(IPAddress.IPv6Any)
            ? HostAddressFor(topology, flow)
            : published.Address;
        return address is null ? null : flow with { Via = address.ToString(), Port = published.Port };
    }

    /// <summary>
    /// The host's address on the NIC by which the flow comes in, or on its bridge; without one, that of the device of
    /// the default route. Null if the device has no address of the version.
    /// </summary>
    internal static IPAddress? HostAddressFor(Topology topology, Flow flow)
    {
        var devices = flow.By is { } by
            ? topology.Devices.Where(device => device.Name == by || device.Name == topology.Find(by)?.Master)
            : topology.Devices.Where(device => topology.Routes.Any(route =>
                route is { Kind: RouteKind.Unicast, Destination.Length: 0 }
                && route.NextHops.Any(hop => hop.Device == device.Name)));
        return devices.SelectMany(device => device.Addresses)
            .FirstOrDefault(one => one.Ip == flow.Ip && !one.Address.IsIPv6LinkLocal)?.Address;
    }

    private static bool IsOf(IPAddress bound, IpVersion ip) =>
        (bound.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) == (ip == IpVersion.V4);

    internal static IPAddress Outside(IpVersion ip) => ip == IpVersion.V4 ? Somewhere : Somewhere6;

    internal static IpVersion? VersionOf(string text) =>
        IPAddress.TryParse(text.Split('@')[0], out var address)
            ? address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IpVersion.V4 : IpVersion.V6
            : null;

    internal static (string Name, int? Port) SplitPort(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is var end and > 0)
            return (text[1..end], end + 1 == text.Length ? null : PortOf(text[(end + 1)..].TrimStart(':'), text));
        var colon = text.LastIndexOf(':');
        return colon < 0 || text.IndexOf(':') != colon
            ? (text, null) // no port, or an address of IPv6
            : (text[..colon], PortOf(text[(colon + 1)..], text));
    }

    private static int PortOf(string written, string text) =>
        int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new HooktrailException($"\"{written}\" in \"{text}\" is not a port; write a number from 1 to 65535.");
}
