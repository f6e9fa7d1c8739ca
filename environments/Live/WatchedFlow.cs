using System.Net;
using Hooktrail.Model;
using Hooktrail.Observation.Watching;
using Hooktrail.Questions;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Live;

/// <summary>Which packets a user means, by the endpoints of a host.</summary>
public static class WatchedFlow
{
    /// <param name="host">The host.</param>
    /// <param name="to">The receiver as in a question, with or without a port; null for any.</param>
    /// <param name="from">The sender as in a question; null or <c>internet</c> for any.</param>
    /// <param name="protocol">TCP, UDP or ICMP.</param>
    /// <exception cref="HooktrailException">There is no such endpoint, or neither is named.</exception>
    public static WatchedTraffic Of(HostProfile host, string? to, string? from, Protocol protocol)
    {
        var topology = host.Topology;
        if (from is not null && EndpointNames.IsInternet(from))
            from = null;
        if (to is not null && EndpointNames.IsInternet(to))
            throw new HooktrailException("\"internet\" is no receiver that can be watched; name an address, or the sender with --from.");
        if (to is null && from is null)
            throw new HooktrailException("A watch is of one flow; name its receiver with --to, its sender with --from, or both.");
        if (protocol is not (Protocol.Tcp or Protocol.Udp or Protocol.Icmp))
            throw new HooktrailException($"Packets of {protocol.Name()} cannot be watched; choose tcp, udp or icmp.");
        return new(
            protocol,
            to is null
                ? []
                :
                [
                    .. AsTracked(
                        host, protocol, [.. Receivers(topology, to, protocol), .. Behind(host, to, from, protocol)]),
                ],
            from is null ? [] : [.. Named(topology, from).SelectMany(one => Addresses(topology, one)).Distinct()]);
    }

    private static IEnumerable<WatchedEnd> Receivers(Topology topology, string to, Protocol protocol)
    {
        var (name, port) = Question.SplitPort(to);
        foreach (var endpoint in Named(topology, name).Distinct())
        {
            var container = topology.Containers.FirstOrDefault(
                one => !one.IsHosted && endpoint.Kind == EndpointKind.Container && one.Name == endpoint.Name);
            var published = container is null
                ? []
                : container.Published.Where(one => one.Protocol == protocol.Name()
                    && (port is null || one.Port == port || one.Target == port)).ToList();
            // The container answers with its own port, and is asked by the published one too.
            foreach (var address in Addresses(topology, endpoint))
                foreach (var own in published.Select(one => (int?)one.Target).Append(port).Distinct())
                    yield return new(address, port is null ? null : own);
            foreach (var one in published)
                foreach (var address in Addresses(topology, Endpoint.Host).Where(own => IsOf(one.Address, own)))
                    yield return new(address, one.Port);
        }
    }

    // The receivers, and where NAT led the connections to them that the host tracks: the rules may have changed.
    private static IEnumerable<WatchedEnd> AsTracked(
        HostProfile host, Protocol protocol, ImmutableArray<WatchedEnd> receivers) => receivers.Concat(
        (host.Tracked?.All ?? [])
            .Where(entry => entry.Protocol == protocol && receivers.Any(
                end => end.Address.Equals(entry.Original.Destination.Address)
                    && (end.Port is null || end.Port == entry.Original.Destination.Port)))
            .Select(entry => new WatchedEnd(
                entry.Reply.Source.Address,
                receivers.Any(end => end.Port is null && end.Address.Equals(entry.Original.Destination.Address))
                    ? null
                    : entry.Reply.Source.Port)))
        .Distinct();

    // By the rules, NAT leads what asks an address to another one, which then answers.
    private static ImmutableArray<WatchedEnd> Behind(HostProfile host, string to, string? from, Protocol protocol)
    {
        try
        {
            var flow = Question.Of(host.Topology, from ?? EndpointNames.Internet, to, protocol, null).Flow;
            return
            [
                .. Prediction.Legs(host, flow)
                    .Where(leg => leg.Leg == Leg.Request && !leg.Trail.Hops.IsEmpty)
                    .Select(leg => IPEndPoint.TryParse(leg.Trail.Hops[^1].Destination ?? "", out var end) ? end : null)
                    .OfType<IPEndPoint>()
                    .Select(end => new WatchedEnd(end.Address, end.Port == 0 ? null : end.Port)),
            ];
        }
        catch (HooktrailException)
        {
            // No port, or no such question: only what the user named is watched.
            return [];
        }
    }

    private static IEnumerable<Endpoint> Named(Topology topology, string name) => IPAddress.TryParse(name.Split('@')[0], out var address)
        ? [topology.Devices.Any(device => device.Addresses.Any(own => own.Address.Equals(address)))
            ? Endpoint.Outside(address.ToString())
            : Question.EndpointOf(topology, name, Question.VersionOf(name)!.Value)]
        : [Question.EndpointOf(topology, name, IpVersion.V4)];

    private static IEnumerable<IPAddress> Addresses(Topology topology, Endpoint endpoint) => endpoint.Kind switch
    {
        EndpointKind.Host => topology.Devices.SelectMany(device => device.Addresses).Select(own => own.Address),
        EndpointKind.Wan => [IPAddress.Parse(endpoint.Name)],
        _ => topology.Containers.Where(one => one.Name == endpoint.Name)
            .SelectMany(one => one.Attachments).SelectMany(at => at.Addresses).Select(own => own.Address),
    };

    private static bool IsOf(IPAddress bound, IPAddress own) =>
        bound.Equals(own)
        || (bound.AddressFamily == own.AddressFamily && (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any)));
}
