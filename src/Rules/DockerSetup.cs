using System.Net.Sockets;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Rules;

/// <summary>What Docker has on a host, for one version of IP: of this it makes its rules.</summary>
/// <param name="Networks">Those of the bridge driver.</param>
/// <param name="Containers">One for each network that a container is in.</param>
/// <param name="Ports">What containers publish.</param>
/// <param name="Loopback">All loopback addresses, as Docker's rules write them.</param>
internal sealed record DockerSetup(
    ImmutableArray<DockerNetwork> Networks, ImmutableArray<DockerContainer> Containers,
    ImmutableArray<DockerPort> Ports, string Loopback)
{
    // The lab publishes its ports for both protocols.
    private static readonly ImmutableArray<string> Protocols = ["tcp", "udp"];

    /// <summary>The lab, with a host's names for its own.</summary>
    public static DockerSetup OfLab(IHostNames host, IpVersion version)
    {
        var networks = LabNames.Networks.ToImmutableDictionary(
            name => name,
            name => new DockerNetwork(host.Device(name), host.Address(name, version))
            {
                IsInternal = name == LabNames.Inner,
                IsClosed = name == LabNames.Closed,
            });
        return new(
            [.. LabNames.Networks.Select(name => networks[name])],
            [.. Endpoint.All.Where(one => one.Kind == EndpointKind.Container).Select(Of)],
            [
                .. from port in PublishedPort.OfLab
                   from protocol in Protocols
                   select new DockerPort(host.Port(port.Port), protocol, Of(port.To), Flow.ServicePort),
            ],
            host.Loopback(version));

        DockerContainer Of(Endpoint one) => new(host.Address(one.Name, version), networks[one.Network!]);
    }

    /// <summary>A user's host, as far as its snapshot tells.</summary>
    /// <param name="topology">Its networks and containers.</param>
    /// <param name="rules">Its rules, which show of a network whether its containers may talk to each other.</param>
    /// <param name="version">The version of IP.</param>
    public static DockerSetup Of(Topology topology, RuleSet rules, IpVersion version)
    {
        var family = version == IpVersion.V4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var networks = (
            from one in topology.Networks
            where one is { Engine: "docker", Driver: "bridge", Device: not null }
            from subnet in one.Subnets.Where(subnet => subnet.Address.AddressFamily == family).Take(1)
            select new DockerNetwork(one.Device!, subnet.ToString())
            {
                IsInternal = one.IsInternal,
                IsClosed = IsClosed(rules, one.Device!),
            }).DistinctBy(one => one.Bridge).ToImmutableArray();
        var attached = (
            from container in topology.Containers
            where container is { Engine: "docker", IsHosted: false, SharesWith: null }
            from attachment in container.Attachments
            let bridge = attachment.Port is { } port ? topology.Find(port)?.Master : null
            from network in networks.Where(one => one.Bridge == bridge)
            from address in attachment.Addresses
                .Where(own => own.Ip == version && !own.Address.IsIPv6LinkLocal).Take(1)
            select (Container: container, Docker: new DockerContainer(address.Address.ToString(), network)))
            .ToImmutableArray();
        return new(
            networks,
            [.. attached.Select(one => one.Docker)],
            [
                .. from one in attached.Where(one => !one.Docker.Network.IsInternal).DistinctBy(one => one.Container)
                   from port in one.Container.Published
                   where port.Address.AddressFamily == family
                   select new DockerPort(port.Port, port.Protocol, one.Docker, port.Target)
                   {
                       HostAddress = port.Address.Equals(System.Net.IPAddress.Any)
                           || port.Address.Equals(System.Net.IPAddress.IPv6Any) ? null : port.Address.ToString(),
                   },
            ],
            version == IpVersion.V4 ? "127.0.0.0/8" : "::1/128");
    }

    private static bool IsClosed(RuleSet rules, string bridge) => rules.Chains
        .Where(chain => chain.Id is { Layer: Layer.Iptables, Table: "filter" })
        .SelectMany(chain => chain.Rules)
        .Any(rule => rule.Target is DropTarget && rule.Matches.Length == 2
            && rule.Matches.Contains(new DeviceMatch(DeviceRole.In, [bridge], false))
            && rule.Matches.Contains(new DeviceMatch(DeviceRole.Out, [bridge], false)));
}

/// <summary>A network of Docker: its bridge and its subnet.</summary>
internal sealed record DockerNetwork(string Bridge, string Subnet)
{
    /// <summary>Made with <c>--internal</c>.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Whether its containers may not talk to each other (enable_icc=false).</summary>
    public bool IsClosed { get; init; }
}

/// <summary>A container by its address in one network.</summary>
internal sealed record DockerContainer(string Address, DockerNetwork Network);

/// <summary>A port of the host that a container publishes.</summary>
internal sealed record DockerPort(int Port, string Protocol, DockerContainer To, int Target)
{
    /// <summary>The host's address; null for all.</summary>
    public string? HostAddress { get; init; }

    /// <summary>The container's address and port, as DNAT writes them.</summary>
    public string Socket => string.Create(
        CultureInfo.InvariantCulture,
        $"{(To.Address.Contains(':') ? $"[{To.Address}]" : To.Address)}:{Target}");
}
