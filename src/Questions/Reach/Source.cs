using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

public enum SourceKind
{
    /// <summary>An address that only the default route leads to.</summary>
    Internet,

    /// <summary>A machine on the network of a device without a default route.</summary>
    Neighbour,

    /// <summary>An address that the user named.</summary>
    Address,

    /// <summary>The containers of a network, for which one of them asks.</summary>
    Network,

    Container,

    Host,
}

/// <summary>Where packets come from.</summary>
/// <param name="Name">Unlike that of every other source.</param>
/// <param name="Kind">What it is.</param>
public sealed record Source(string Name, SourceKind Kind)
{
    /// <summary>The device of the host by which its packets come in; null for containers and the host.</summary>
    public string? Device { get; init; }

    /// <summary>Whether it is beyond the devices that lead out.</summary>
    public bool IsOutside => Kind is SourceKind.Internet or SourceKind.Neighbour
        || (Kind == SourceKind.Address && Senders is [{ Endpoint.Kind: EndpointKind.Wan }, ..]);

    /// <summary>Who asks for it; the first that can.</summary>
    internal ImmutableArray<Sender> Senders { get; init; } = [];

    public override string ToString() => Name;
}

/// <summary>An endpoint that asks for a source.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Written">As a user of <c>check</c> writes it.</param>
/// <param name="By">The device by which its packets come in, where it is outside.</param>
internal sealed record Sender(Endpoint Endpoint, string Written, string? By = null)
{
    /// <summary>Null for an endpoint that is no container.</summary>
    public Container? Container { get; init; }

    /// <summary>Whether it has an address of that version.</summary>
    public bool Has(IpVersion ip, Topology topology) => Endpoint.Kind switch
    {
        EndpointKind.Wan => IPAddress.TryParse(Endpoint.Name, out var address) && VersionOf(address) == ip,
        EndpointKind.Host => topology.Devices.SelectMany(one => one.Addresses).Any(one => IsOf(one, ip)),
        _ => Container is { } own && own.Attachments.SelectMany(one => one.Addresses).Any(one => IsOf(one, ip)),
    };

    public static IpVersion VersionOf(IPAddress address) => new HostAddress(address, 0).Ip;

    private static bool IsOf(HostAddress one, IpVersion ip) => one.Ip == ip && !one.Address.IsIPv6LinkLocal;
}
