using System.Net;

namespace Hooktrail.Trails.Topologies;

/// <summary>A container that runs on the host, as its engine names it.</summary>
public sealed record Container(string Name, string Engine)
{
    /// <summary>The project of compose that it belongs to.</summary>
    public string? Project { get; init; }

    /// <summary>Its service in that project.</summary>
    public string? Service { get; init; }

    /// <summary>Whether it shares the host's network namespace.</summary>
    public bool IsHosted { get; init; }

    /// <summary>The container in whose network namespace it is, if that is not its own.</summary>
    public string? SharesWith { get; init; }

    /// <summary>Where it is attached: one for each device that it has, but for loopback.</summary>
    public ImmutableArray<Attachment> Attachments { get; init; } = [];

    /// <summary>The routes of its own namespace.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>The policy rules of its own namespace, of IPv4 and of IPv6.</summary>
    public ImmutableArray<PolicyRule> Rules { get; init; } = [];

    public ImmutableArray<PolicyRule> Rules6 { get; init; } = [];

    public ImmutableArray<ListeningSocket> Listening { get; init; } = [];

    public ImmutableArray<Publication> Published { get; init; } = [];

    /// <summary>Ports that its image or its user declares (EXPOSE), and that are not published.</summary>
    public ImmutableArray<ExposedPort> Exposed { get; init; } = [];

    public override string ToString() => Name;
}

/// <summary>A device in a container, and where its other end is.</summary>
/// <param name="Device">Its name in the container: <c>eth0</c>.</param>
/// <param name="Addresses">The addresses that it has in the container.</param>
public sealed record Attachment(string Device, ImmutableArray<HostAddress> Addresses)
{
    /// <summary>The device on the host that is its other end; null if there is none, or none is known.</summary>
    public string? Port { get; init; }

    /// <summary>The network of the engine, where only the engine told of the attachment.</summary>
    public string? Network { get; init; }

    public string? Mac { get; init; }
}

/// <summary>A port of the host whose packets go to a container.</summary>
/// <param name="Address">The host's address; 0.0.0.0 or :: for all.</param>
/// <param name="Port">The host's port.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="Target">The container's port.</param>
public sealed record Publication(IPAddress Address, int Port, string Protocol, int Target);

/// <summary>A container's port that was declared, whether something listens there or not.</summary>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="Port">The container's port.</param>
public sealed record ExposedPort(string Protocol, int Port);

/// <summary>A socket that waits for packets.</summary>
public sealed record ListeningSocket(string Protocol, IPAddress Address, int Port);

/// <summary>A network of Docker or podman.</summary>
/// <param name="Name">As its engine names it.</param>
/// <param name="Engine">docker or podman.</param>
/// <param name="Driver">bridge, macvlan, ipvlan, host, none, overlay.</param>
public sealed record EngineNetwork(string Name, string Engine, string Driver)
{
    /// <summary>The bridge or other device that it is on the host; null if it has none.</summary>
    public string? Device { get; init; }

    public bool IsInternal { get; init; }

    public ImmutableArray<AddressPrefix> Subnets { get; init; } = [];
}
