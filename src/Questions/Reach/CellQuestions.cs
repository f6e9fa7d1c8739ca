using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>Finds the question of a cell: who asks for the source, at which address.</summary>
internal sealed class CellQuestions(Topology topology)
{
    private readonly Dictionary<IpVersion, string?> _usual = new[] { IpVersion.V4, IpVersion.V6 }
        .ToDictionary(ip => ip, ip => UsualAddress(topology, ip));

    /// <summary>The question; where there is none, the reason.</summary>
    public (Question? Question, Found? Instead) Of(Source source, Service service)
    {
        var others = source.Senders.Where(one => one.Container is null || one.Container != service.Container).ToList();
        if (others.Count == 0 && !source.Senders.IsEmpty)
            return (null, new(
                Verdict.None, null, source.Kind == SourceKind.Network
                    ? $"{service.Container} is the only container of {source}, and does not ask itself"
                    : $"{service.Container} does not ask itself"));
        if (others.Find(one => one.Has(service.Ip, topology)) is not { } sender)
            return (null, new(Verdict.None, null, $"{source} has no address of {service.Ip.Name()}"));
        if (service.Protocol is not ("tcp" or "udp"))
            return (null, new(Verdict.NotKnown, null, $"{service.Protocol} is not modelled"));
        var flow = new Flow(sender.Endpoint, service.Receiver, Protocols.Parse(service.Protocol))
        {
            Ip = service.Ip,
            Port = service.Port,
            By = sender.By,
        };
        return (new(sender.Written, service.Name, flow with { Via = AddressOf(flow, service) }), null);
    }

    /// <summary>The address that is asked; null for the one by which the sender knows the receiver.</summary>
    private string? AddressOf(Flow flow, Service service)
    {
        if (service.Kind is ServiceKind.Container or ServiceKind.Exposed)
            return service.Bound?.ToString();
        if (service.Bound is { } bound && (!IPAddress.IsLoopback(bound) || service.Kind == ServiceKind.Published))
            return bound.ToString();
        if (service.Kind == ServiceKind.Host && flow.From.Kind != EndpointKind.Wan)
            return service.Bound is { } own && flow.From.Kind == EndpointKind.Host ? own.ToString() : null;
        return (flow.From.Kind == EndpointKind.Wan ? Question.HostAddressFor(topology, flow)?.ToString() : null)
            ?? _usual[flow.Ip];
    }

    /// <summary>The host's address by which it is known: of the device of the default route, else its first.</summary>
    private static string? UsualAddress(Topology topology, IpVersion ip) =>
        (Question.HostAddressFor(topology, new(Endpoint.Host, Endpoint.Host, Protocol.Tcp) { Ip = ip })
            ?? topology.Devices.Where(one => one.Kind != DeviceKind.Loopback).SelectMany(one => one.Addresses)
                .FirstOrDefault(one => one.Ip == ip && !one.Address.IsIPv6LinkLocal)?.Address)?.ToString();
}
