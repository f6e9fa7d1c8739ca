using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>What an endpoint is, seen from the host whose hooks are watched.</summary>
public enum EndpointKind
{
    /// <summary>The Docker host itself.</summary>
    Host,

    /// <summary>A container behind a port of the bridge lab.</summary>
    Container,

    /// <summary>A host behind a plain NIC.</summary>
    Wan,
}

/// <summary>One end of a flow.</summary>
public sealed record Endpoint
{
    /// <summary>The Docker host.</summary>
    public static readonly Endpoint Host = new("host", EndpointKind.Host);

    /// <summary>The container that usually speaks first.</summary>
    public static readonly Endpoint Client = new("client", EndpointKind.Container);

    /// <summary>The container that usually answers.</summary>
    public static readonly Endpoint Server = new("server", EndpointKind.Container);

    /// <summary>The host behind the plain NIC.</summary>
    public static readonly Endpoint Wan = new("wan", EndpointKind.Wan);

    private static readonly ImmutableArray<Endpoint> All = [Client, Server, Host, Wan];

    private Endpoint(string name, EndpointKind kind) => (Name, Kind) = (name, kind);

    /// <summary>The name in features, on the command line and in JSON.</summary>
    public string Name { get; }

    /// <summary>Container, host or WAN.</summary>
    public EndpointKind Kind { get; }

    /// <summary>Finds the endpoint that a user named.</summary>
    /// <exception cref="HooktrailException">There is no such endpoint.</exception>
    public static Endpoint Parse(string name) =>
        All.FirstOrDefault(endpoint => endpoint.Name == name)
        ?? throw new HooktrailException(
            $"Unknown endpoint \"{name}\"; the endpoints are {string.Join(", ", All.Select(endpoint => endpoint.Name))}.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
