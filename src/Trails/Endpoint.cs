namespace Hooktrail.Trails;

/// <summary>The kind of an endpoint, as seen from the host whose hooks are observed.</summary>
public enum EndpointKind
{
    /// <summary>The Docker host itself, or a container that shares its network namespace.</summary>
    Host,

    Container,

    /// <summary>A host behind a plain NIC.</summary>
    Wan,

    /// <summary>The receivers of a broadcast. It receives, but never sends.</summary>
    Everyone,
}

public sealed record Endpoint
{
    public static readonly Endpoint Host = new("host", EndpointKind.Host);

    /// <summary>
    /// A container in the host's own network namespace (<c>--network host</c>): to packets it is the host.
    /// </summary>
    public static readonly Endpoint Hosted = new("hosted", EndpointKind.Host);

    public static readonly Endpoint Client = new("client", EndpointKind.Container, LabNames.Bridge);

    public static readonly Endpoint Server = new("server", EndpointKind.Container, LabNames.Bridge);

    public static readonly Endpoint Stranger = new("stranger", EndpointKind.Container, LabNames.Away);

    /// <summary>A container of the network whose containers may not talk to each other (ICC=false).</summary>
    public static readonly Endpoint Left = new("left", EndpointKind.Container, LabNames.Closed);

    public static readonly Endpoint Right = new("right", EndpointKind.Container, LabNames.Closed);

    public static readonly Endpoint Insider = new("insider", EndpointKind.Container, LabNames.Inner);

    public static readonly Endpoint Wan = new("wan", EndpointKind.Wan);

    /// <summary>All receivers of a broadcast: the other containers of the network, and the host.</summary>
    public static readonly Endpoint Everyone = new("everyone", EndpointKind.Everyone);

    /// <summary>Every endpoint that can send, in the order of presentation.</summary>
    public static readonly ImmutableArray<Endpoint> All =
        [Client, Server, Stranger, Left, Right, Insider, Host, Hosted, Wan];

    private Endpoint(string name, EndpointKind kind, string? network = null) =>
        (Name, Kind, Network) = (name, kind, network);

    /// <summary>The name in features, on the command line and in JSON.</summary>
    public string Name { get; }

    public EndpointKind Kind { get; }

    /// <summary>A container's network, which is also the name of its bridge; null for others.</summary>
    public string? Network { get; }

    /// <summary>A container of any host; <paramref name="network"/> is the bridge that it is attached to first.</summary>
    public static Endpoint OfContainer(string name, string? network) => new(name, EndpointKind.Container, network);

    /// <summary>What has an address that is not this host's; its name is the address.</summary>
    public static Endpoint Outside(string address) => new(address, EndpointKind.Wan);

    public static ImmutableArray<Endpoint> On(string network) =>
        [.. All.Where(endpoint => endpoint.Network == network)];

    /// <exception cref="HooktrailException">There is no such endpoint.</exception>
    public static Endpoint Parse(string name) =>
        All.Append(Everyone).FirstOrDefault(endpoint => endpoint.Name == name)
        ?? throw new HooktrailException(
            $"Unknown endpoint \"{name}\"; the endpoints are {string.Join(", ", All.Select(endpoint => endpoint.Name))}.");

    public override string ToString() => Name;
}
