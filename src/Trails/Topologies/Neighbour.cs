using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>
/// Who has an address on a device's network; one row of the tables of ARP and of neighbour discovery.
/// </summary>
/// <param name="Address">The neighbour's address.</param>
/// <param name="Device">The device by which it is reached.</param>
/// <param name="Mac">Null if it did not answer.</param>
public sealed record Neighbour(IPAddress Address, string Device, string? Mac = null)
{
    /// <summary>Whether a user wrote it, so that it stays.</summary>
    public bool IsPermanent { get; init; }
}

/// <summary>
/// An address of another for which the host answers, to whom asks by ARP or neighbour discovery on a device.
/// </summary>
/// <param name="Address">The address.</param>
/// <param name="Device">The device; null for all.</param>
public sealed record ProxyNeighbour(IPAddress Address, string? Device = null)
{
    public override string ToString() => Device is null ? $"{Address}" : $"{Address} on {Device}";
}

/// <summary>By which port a bridge sends frames to a MAC address; one row of its forwarding table (FDB).</summary>
/// <param name="Mac">The address.</param>
/// <param name="Port">The port.</param>
/// <param name="Vlan">The VLAN, where the bridge tells them apart.</param>
public sealed record Forwarding(string Mac, string Port, int? Vlan = null)
{
    /// <summary>Whether it is an address of the port itself, or a user wrote it.</summary>
    public bool IsPermanent { get; init; }
}
