using System.Collections.Immutable;
using System.Net;
using Hooktrail.Trails;

namespace Hooktrail.Observation;

/// <summary>
/// The names in the lab of what the kernel prints. What is not in it keeps its printed form, so that a stranger shows
/// in a trail.
/// </summary>
/// <param name="Devices">Device to name: <c>veth12ab</c> is <c>client.port</c>.</param>
/// <param name="Addresses">Address to name: that of an <see cref="Endpoint"/>, or one of <see cref="LabNames"/>.</param>
public sealed record LabMap(
    ImmutableDictionary<string, string> Devices,
    ImmutableDictionary<IPAddress, string> Addresses)
{
    private static readonly ImmutableDictionary<string, Endpoint> Endpoints = new Dictionary<string, Endpoint>
    {
        [Endpoint.Client.Name] = Endpoint.Client,
        [Endpoint.Server.Name] = Endpoint.Server,
        [Endpoint.Wan.Name] = Endpoint.Wan,
        [LabNames.Gateway] = Endpoint.Host,
        [LabNames.HostOnWan] = Endpoint.Host,
        [LabNames.HostOnLoopback] = Endpoint.Host,
    }.ToImmutableDictionary();

    /// <summary>A device's name.</summary>
    public string? Device(string? printed) => printed is null ? null : Devices.GetValueOrDefault(printed, printed);

    /// <summary>An address's name.</summary>
    public string? Address(IPAddress? printed) =>
        printed is null ? null : Addresses.GetValueOrDefault(printed) ?? printed.ToString();

    /// <summary>Whose address it is; null if no one's in the lab.</summary>
    public Endpoint? Owner(IPAddress? printed) =>
        Address(printed) is { } name ? Endpoints.GetValueOrDefault(name) : null;
}
