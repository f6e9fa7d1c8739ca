namespace Hooktrail.Trails.Topologies;

/// <summary>Where a packet can begin or end.</summary>
/// <param name="Kind">The host, a container, or <see cref="EndpointKind.Wan"/> for what is beyond a device.</param>
/// <param name="Name">A container's name, <c>host</c>, or the device.</param>
public sealed record TopologyEndpoint(EndpointKind Kind, string Name)
{
    /// <summary>The device on the host that leads there; null for the host itself, or if it is not known.</summary>
    public string? Device { get; init; }

    public ImmutableArray<HostAddress> Addresses { get; init; } = [];

    /// <summary>Whether a default route leads there: the internet, for most hosts.</summary>
    public bool IsByDefault { get; init; }

    public override string ToString() => Kind == EndpointKind.Wan ? $"beyond {Name}" : Name;
}
