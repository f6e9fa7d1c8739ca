using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts;

/// <summary>A host's own names: every device and port is what it is, and an address is named by its text.</summary>
public sealed class HostNames(Topology topology) : INames
{
    private readonly ImmutableArray<IPAddress> _addresses =
    [
        .. topology.Devices.SelectMany(device => device.Addresses)
            .Concat(topology.Containers.SelectMany(one => one.Attachments).SelectMany(one => one.Addresses))
            .Select(one => one.Address)
            .Distinct(),
    ];

    public string Device(string printed) => printed;

    public ImmutableArray<string> Devices(Func<string, bool> condition) =>
        [.. topology.Devices.Select(device => device.Name).Where(condition)];

    public string? Address(IPAddress printed) => _addresses.Contains(printed) ? printed.ToString() : null;

    public ImmutableArray<string> Addresses(Func<IPAddress, bool> condition) =>
        [.. _addresses.Where(condition).Select(address => address.ToString())];

    public int Port(int printed) => printed;

    public string? MacOwner(string printed) =>
        topology.Devices.FirstOrDefault(device => device.Mac == printed)?.Name
        ?? topology.Containers.FirstOrDefault(one => one.Attachments.Any(at => at.Mac == printed))?.Name;
}
