using System.Net;
using System.Text.RegularExpressions;

namespace Hooktrail.Namespaces;

/// <summary>The parts to build: networks with their containers, and the WAN. The host always exists.</summary>
public sealed partial record NamespaceTopology
{
    public ImmutableArray<LabNetwork> Networks { get; init; } = [];

    /// <summary>Whether there is a host <c>wan</c> behind a plain NIC.</summary>
    public bool Wan { get; init; }

    /// <summary>Whether there is a container <c>hosted</c> in the host's network namespace.</summary>
    public bool Hosted { get; init; }

    /// <summary>
    /// The host's settings besides the lab's own, by path below /proc/sys: <c>net/bridge/bridge-nf-call-iptables</c>.
    /// They are set before any device exists.
    /// </summary>
    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;

    public static LabNetwork Lab { get; } = Network("lab", 1, "client", "server");

    public static LabNetwork Away { get; } = Network("away", 2, "stranger");

    /// <summary>A rule of Docker's forbids its containers to talk to each other.</summary>
    public static LabNetwork Closed { get; } = Network("closed", 3, "left", "right");

    /// <summary>A network without a way out.</summary>
    public static LabNetwork Inner { get; } = Network("inner", 4, "insider") with { Internal = true };

    public static NamespaceTopology Whole { get; } =
        new() { Networks = [Lab, Away, Closed, Inner], Wan = true, Hosted = true };

    /// <summary>The smallest topology in which packets are bridged, routed and translated.</summary>
    public static NamespaceTopology Small { get; } = new() { Networks = [Lab], Wan = true };

    /// <summary>The link to the WAN: the host is .1, the WAN .2 (RFC 5737).</summary>
    public static IPNetwork WanV4 { get; } = IPNetwork.Parse("203.0.113.0/30");

    /// <summary>The link to the WAN (RFC 3849).</summary>
    public static IPNetwork WanV6 { get; } = IPNetwork.Parse("2001:db8:cb00:71::/64");

    /// <summary>
    /// The part of the whole lab that these endpoints need: their networks, and only the named containers.
    /// </summary>
    /// <exception cref="HooktrailException">There is no such endpoint.</exception>
    public static NamespaceTopology For(params IEnumerable<string> endpoints)
    {
        var names = endpoints.ToHashSet();
        names.Remove(HostName);
        var topology = new NamespaceTopology
        {
            Wan = names.Remove(WanName),
            Hosted = names.Remove(HostedName),
            Networks =
            [
                .. Whole.Networks
                    .Select(network => network with
                    {
                        Containers = [.. network.Containers.Where(container => names.Contains(container.Name))]
                    })
                    .Where(network => !network.Containers.IsEmpty),
            ],
        };
        names.ExceptWith(topology.Containers.Select(container => container.Name));
        return names.Count == 0
            ? topology
            : throw new HooktrailException(
                $"The lab has no endpoint \"{names.Order(StringComparer.Ordinal).First()}\"; its endpoints are {string.Join(", ", Whole.Stations)}.");
    }

    /// <summary>Every container with a separate network namespace.</summary>
    public IEnumerable<LabContainer> Containers => Networks.SelectMany(network => network.Containers);

    /// <summary>Every station with a shell, <c>host</c> first.</summary>
    public ImmutableArray<string> Stations =>
    [
        HostName,
        .. Hosted ? [HostedName] : Array.Empty<string>(),
        .. Containers.Select(container => container.Name),
        .. Wan ? [WanName] : Array.Empty<string>(),
    ];

    internal const string HostName = "host";
    internal const string HostedName = "hosted";
    internal const string WanName = "wan";

    /// <summary>
    /// Checks the names, which become device names and words of scripts, and the numbers, which
    /// become the last byte of addresses.
    /// </summary>
    internal void Check()
    {
        var taken = new HashSet<string> { HostName, HostedName, WanName, "lo" };
        foreach (var name in Networks.Select(network => network.Name).Concat(
            Containers.Select(container => container.Name)))
        {
            if (!Name().IsMatch(name))
                throw new HooktrailException(
                    $"A network or container of the namespace lab cannot have the name \"{name}\": use a lower-case letter and up to nine more letters or digits.");
            if (!taken.Add(name))
                throw new HooktrailException(
                    $"The namespace lab has the name \"{name}\" twice; give each network and container a different name.");
        }

        foreach (var network in Networks)
            if (network.V4.PrefixLength > 24 || network.V6.PrefixLength > 64
                || network.Containers.Any(container => container.Number is < 2 or > 254)
                || network.Containers.DistinctBy(container => container.Number).Count() != network.Containers.Length)
                throw new HooktrailException(
                    $"The network \"{network.Name}\" of the namespace lab cannot give each of its containers an address: it needs an IPv4 /24, an IPv6 /64, and a different number from 2 to 254 for each container.");
    }

    private static LabNetwork Network(string name, byte number, params string[] containers) => new(
        name,
        IPNetwork.Parse($"172.30.{number}.0/24"),
        IPNetwork.Parse($"fd00:ac1e:{number}::/64"),
        [.. containers.Select((container, i) => new LabContainer(container, (byte)(i + 2)))]);

    [GeneratedRegex(@"\A[a-z][a-z0-9]{0,9}\z")]
    private static partial Regex Name();
}

/// <summary>A bridge with its containers; the host is their gateway.</summary>
/// <remarks>The bridge has the network's name; each first address is the gateway's.</remarks>
public sealed record LabNetwork(string Name, IPNetwork V4, IPNetwork V6, ImmutableArray<LabContainer> Containers)
{
    /// <summary>Whether its containers have no default route.</summary>
    public bool Internal { get; init; }

    /// <summary>Whether the bridge is promiscuous: it then takes a copy of every frame that it forwards.</summary>
    public bool Promiscuous { get; init; }
}

/// <summary>A container on a network.</summary>
/// <remarks>Its bridge port is <c>NAME.port</c>; the number, 2 to 254, is the last byte of its addresses.</remarks>
public sealed record LabContainer(string Name, byte Number)
{
    /// <summary>Whether its port sends a frame back where it came from.</summary>
    public bool Hairpin { get; init; }

    /// <summary>Whether its port is cut off from other isolated ports of the bridge.</summary>
    public bool Isolated { get; init; }

    public string Port => Name + ".port";
}
