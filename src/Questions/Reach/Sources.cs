using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>Finds the sources of a host.</summary>
internal static class Sources
{
    // With so few, each of them is a source.
    private const int Few = 5;

    /// <exception cref="HooktrailException">The user named an endpoint that is not there.</exception>
    public static ImmutableArray<Source> Of(Topology topology, ReachScope scope) =>
    [
        .. Apart(
        [
            .. Outside(topology),
            .. scope.From.Distinct(StringComparer.Ordinal).Select(text => Named(topology, text)),
            .. scope.EachContainer ? Containers(topology) : Networks(topology),
            new Source(Endpoint.Host.Name, SourceKind.Host) { Senders = [new(Endpoint.Host, Endpoint.Host.Name)] },
        ]),
    ];

    public static bool AreFew(Topology topology) => topology.Containers.Length <= Few;

    /// <summary>
    /// Two engines may have networks or containers of one name, and a user may name one that is there.
    /// </summary>
    private static IEnumerable<Source> Apart(IEnumerable<Source> sources)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var name = source.Name;
            for (var again = 2; !taken.Add(name); again++)
                name = string.Create(CultureInfo.InvariantCulture, $"{source.Name} ({again})");
            yield return source with { Name = name };
        }
    }

    private static IEnumerable<Source> Outside(Topology topology)
    {
        var devices = topology.LeadingOut().ToList();
        var byDefault = devices.Where(device => IsByDefault(topology, device)).ToList();
        foreach (var device in byDefault)
            yield return new(
                byDefault.Count == 1 ? EndpointNames.Internet : $"{EndpointNames.Internet}@{device.Name}",
                SourceKind.Internet)
            {
                Device = device.Name,
                Senders =
                [
                    .. from ip in Versions
                       where AddressesOf(topology, device, ip).Any()
                       select new Sender(
                           Endpoint.Outside(Question.Outside(ip).ToString()),
                           $"{EndpointNames.Internet}@{device.Name}",
                           device.Name),
                ],
            };
        foreach (var device in devices.Except(byDefault))
            yield return new($"beyond {device.Name}", SourceKind.Neighbour)
            {
                Device = device.Name,
                Senders =
                [
                    .. from ip in Versions
                       let address = NeighbourOn(topology, device, ip)
                       where address is not null
                       select new Sender(
                           Endpoint.Outside(address.ToString()), $"{address}@{device.Name}", device.Name),
                ],
            };
    }

    private static IEnumerable<IpVersion> Versions => [IpVersion.V4, IpVersion.V6];

    private static bool IsByDefault(Topology topology, Device device) => topology.Routes.Any(
        route => route is { Kind: RouteKind.Unicast, Destination.Length: 0 }
            && route.NextHops.Any(hop => Carries(device, hop.Device)));

    // A bridge has the addresses and routes of its ports.
    private static bool Carries(Device device, string name) => device.Name == name || device.Master == name;

    private static IEnumerable<HostAddress> AddressesOf(Topology topology, Device device, IpVersion ip) =>
        topology.Devices.Where(one => Carries(device, one.Name)).SelectMany(one => one.Addresses)
            .Where(one => one.Ip == ip && !one.Address.IsIPv6LinkLocal);

    /// <summary>
    /// A neighbour that the host knows, else the first address of the device's network or of a route's that leads
    /// there.
    /// </summary>
    private static IPAddress? NeighbourOn(Topology topology, Device device, IpVersion ip)
    {
        var own = topology.Devices.SelectMany(one => one.Addresses).Select(one => one.Address).ToHashSet();
        var networks = AddressesOf(topology, device, ip).Select(one => one.Network)
            .Concat(topology.Routes
                .Where(route => route.Kind == RouteKind.Unicast
                    && route.NextHops.Any(hop => Carries(device, hop.Device)))
                .Select(route => route.Destination)
                .Where(one => one.Length > 0 && Sender.VersionOf(one.Address) == ip && !one.Address.IsIPv6LinkLocal))
            .ToList();
        return topology.Neighbours
            .Where(one => Carries(device, one.Device) && networks.Exists(network => network.Holds(one.Address)))
            .Select(one => one.Address)
            .Concat(networks.SelectMany(FirstOf))
            .FirstOrDefault(address => !own.Contains(address));
    }

    private static IEnumerable<IPAddress> FirstOf(AddressPrefix network)
    {
        var bytes = network.Address.GetAddressBytes();
        // The host has at most a few of them, and the first is that of the network.
        for (var (more, last) = (network.Length >= bytes.Length * 8 - 1 ? 0 : 1, 8); more < last; more++)
        {
            var address = (byte[])bytes.Clone();
            address[^1] += (byte)more;
            if (network.Holds(new(address)))
                yield return new(address);
        }
    }

    private static Source Named(Topology topology, string text)
    {
        var names = new EndpointNames(topology);
        Sender[] senders =
        [
            .. from ip in Versions
               where (Question.VersionOf(text) ?? ip) == ip
               let found = names.Find(text, Question.Outside(ip))
               select new Sender(found.Endpoint, text, found.Device)
               {
                   Container = topology.Containers.FirstOrDefault(one => one.Name == found.Endpoint.Name),
               },
        ];
        return new(text, SourceKind.Address)
        {
            Device = senders[0].By,
            Senders = [.. senders.DistinctBy(one => one.Endpoint)],
        };
    }

    private static IEnumerable<Source> Networks(Topology topology) =>
        from container in Own(topology)
        from at in container.Attachments
        let network = NetworkOf(topology, at)
        where network is not null
        group container by network into members
        select new Source(members.Key, SourceKind.Network)
        {
            Senders = [.. members.Distinct().Select(one => SenderOf(topology, one))],
        };

    /// <summary>As its engine names it, else by its bridge.</summary>
    private static string? NetworkOf(Topology topology, Attachment at) =>
        at.Network
        ?? (at.Port is { } port && topology.Find(port)?.Master is { } bridge
            ? topology.Networks.FirstOrDefault(one => one.Device == bridge)?.Name ?? bridge
            : null);

    private static IEnumerable<Source> Containers(Topology topology) => Own(topology).Select(
        one => new Source(one.Name, SourceKind.Container) { Senders = [SenderOf(topology, one)] });

    /// <summary>
    /// Those with a network namespace of their own: the others send as the host, or as another container.
    /// </summary>
    private static IEnumerable<Container> Own(Topology topology) =>
        topology.Containers.Where(one => !one.IsHosted && one.SharesWith is null && !one.Attachments.IsEmpty);

    private static Sender SenderOf(Topology topology, Container container) =>
        new(topology.EndpointOf(container), container.Name) { Container = container };
}
