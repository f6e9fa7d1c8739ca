using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>
/// Finds the services of a host: published ports first, then the host's own, then those of containers, and last ports
/// that are only exposed.
/// </summary>
internal static class Services
{
    public static ImmutableArray<Service> Of(Topology topology) =>
    [
        .. Published(topology).Concat(Host(topology))
            .Concat(Containers(topology, ServiceKind.Container, PortsOf))
            .Concat(Containers(topology, ServiceKind.Exposed, ExposedBy))
            .DistinctBy(one => (one.Name, one.Ip)),
    ];

    private static IEnumerable<Service> Published(Topology topology) =>
        from container in topology.Containers
        where !container.IsHosted
        from port in container.Published
        orderby port.Port
        select new Service(
            ServiceKind.Published,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{On(port.Address)}:{port.Port}/{port.Protocol} ({container.Name}:{port.Target})"),
            port.Protocol, port.Port, Sender.VersionOf(port.Address))
        {
            Container = container,
            Receiver = topology.EndpointOf(container),
            Bound = IsAny(port.Address) ? null : port.Address,
            Target = port.Target,
        };

    private static IEnumerable<Service> Host(Topology topology) =>
        from socket in topology.Listening
        where !socket.Address.IsIPv6LinkLocal && !IsOfProxy(topology, socket)
        orderby socket.Port
        from ip in VersionsOf(socket.Address)
        where topology.Devices.Any(device => device.Addresses.Any(one => one.Ip == ip))
        select new Service(
            ServiceKind.Host,
            string.Create(CultureInfo.InvariantCulture, $"{On(socket.Address)}:{socket.Port}/{socket.Protocol}"),
            socket.Protocol, socket.Port, ip)
        {
            Bound = IsAny(socket.Address) ? null : socket.Address,
        };

    // What only the container itself can ask is no service.
    private static IEnumerable<Service> Containers(
        Topology topology, ServiceKind kind, Func<Container, IEnumerable<ListeningSocket>> portsOf) =>
        from container in topology.Containers
        where !container.IsHosted && container.SharesWith is null
        from port in portsOf(container)
        from ip in VersionsOf(port.Address)
        where container.Attachments.Any(at => at.Addresses.Any(
            one => one.Ip == ip && !one.Address.IsIPv6LinkLocal
                && (IsAny(port.Address) || one.Address.Equals(port.Address))))
        select new Service(
            kind,
            string.Create(CultureInfo.InvariantCulture, $"{container.Name}:{port.Port}/{port.Protocol}"),
            port.Protocol, port.Port, ip)
        {
            Container = container,
            Receiver = topology.EndpointOf(container),
            Bound = IsAny(port.Address) ? null : port.Address,
            Target = port.Port,
        };

    /// <summary>Its sockets; and what it publishes, where they could not be read.</summary>
    private static IEnumerable<ListeningSocket> PortsOf(Container container) =>
        container.Listening.Where(socket => !IPAddress.IsLoopback(socket.Address))
            .Concat(container.Published.Select(one => new ListeningSocket(
                one.Protocol, Sender.VersionOf(one.Address) == IpVersion.V4 ? IPAddress.Any : IPAddress.IPv6Any,
                one.Target)))
            .OrderBy(socket => socket.Port);

    /// <summary>
    /// Ports without a socket, as far as is known. A socket on loopback is none for others, and one of a single version
    /// of IP is enough.
    /// </summary>
    private static IEnumerable<ListeningSocket> ExposedBy(Container container) =>
        from port in container.Exposed
        where PortsOf(container).All(one => one.Port != port.Port || one.Protocol != port.Protocol)
        orderby port.Port
        select new ListeningSocket(port.Protocol, IPAddress.IPv6Any, port.Port);

    /// <summary>Whether Docker's userland proxy has it for a published port.</summary>
    private static bool IsOfProxy(Topology topology, ListeningSocket socket) =>
        topology.Containers.Any(container => container.Published.Any(port =>
            port.Port == socket.Port && port.Protocol == socket.Protocol
            && (port.Address.Equals(socket.Address) || (IsAny(port.Address) && IsAny(socket.Address)))));

    // A socket for all addresses of IPv6 takes those of IPv4 too (net.ipv6.bindv6only is off).
    private static IEnumerable<IpVersion> VersionsOf(IPAddress bound) =>
        bound.Equals(IPAddress.IPv6Any) ? [IpVersion.V4, IpVersion.V6] : [Sender.VersionOf(bound)];

    private static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string On(IPAddress bound) =>
        IsAny(bound) ? Endpoint.Host.Name : Sender.VersionOf(bound) == IpVersion.V4 ? $"{bound}" : $"[{bound}]";
}
