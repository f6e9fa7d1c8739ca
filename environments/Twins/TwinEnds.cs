using System.Net;
using System.Net.Sockets;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Twins;

/// <summary>Who has an address, and by which address a flow asks.</summary>
internal sealed class TwinEnds(Topology topology)
{
    private readonly Dictionary<IPAddress, Endpoint> _owners = topology.Containers
        .Where(one => !one.IsHosted)
        .SelectMany(
            container => container.Attachments.SelectMany(at => at.Addresses),
            (container, own) => (own.Address, Endpoint: topology.EndpointOf(container)))
        .Concat(topology.Devices.SelectMany(
            device => device.Addresses, (_, own) => (own.Address, Endpoint: Endpoint.Host)))
        .DistinctBy(one => one.Address)
        .ToDictionary(one => one.Address, one => one.Endpoint);

    public Endpoint Of(IPAddress address) =>
        _owners.GetValueOrDefault(address)
        ?? (IPAddress.IsLoopback(address) ? Endpoint.Host : Endpoint.Outside(address.ToString()));

    public bool IsOutside(IPAddress address) => Of(address).Kind == EndpointKind.Wan;

    /// <exception cref="HooktrailException">The flow names no address, and the endpoint has none of that version.</exception>
    public IPAddress Asked(Flow flow)
    {
        if ((flow.Via ?? (flow.To.Kind == EndpointKind.Wan ? flow.To.Name : null)) is { } written)
            return IPAddress.TryParse(written, out var address)
                ? address
                : throw new HooktrailException($"\"{written}\" is not an address; a twin has no names for addresses.");
        var version = flow.Ip == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        return _owners.Where(one => one.Value == flow.To && one.Key.AddressFamily == version && !one.Key.IsIPv6LinkLocal)
                .Select(one => one.Key).FirstOrDefault()
            ?? throw new HooktrailException($"{flow.To} has no address of {flow.Ip.Name()}; ask for another version of IP.");
    }
}
