using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

public enum ServiceKind
{
    /// <summary>A port of the host that leads to a container.</summary>
    Published,

    /// <summary>A socket of the host that listens.</summary>
    Host,

    /// <summary>A container's port, at the container's own address.</summary>
    Container,

    /// <summary>The same, where the port is only declared (EXPOSE): no socket listens there, as far as is known.</summary>
    Exposed,
}

/// <summary>What is to be reached, by one version of IP.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The same for both versions of IP: <c>host:8443/tcp (web:443)</c>.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="Port">The port that is asked.</param>
/// <param name="Ip">The version.</param>
public sealed record Service(ServiceKind Kind, string Name, string Protocol, int Port, IpVersion Ip)
{
    /// <summary>Who is behind it; null for the host.</summary>
    public Container? Container { get; init; }

    /// <summary>The container, or the host.</summary>
    internal Endpoint Receiver { get; init; } = Endpoint.Host;

    /// <summary>The host's address to which it is bound; null for any.</summary>
    public IPAddress? Bound { get; init; }

    /// <summary>The container's port.</summary>
    public int? Target { get; init; }

    public override string ToString() => $"{Name} by {Ip.Name()}";
}
