using System.Collections.Immutable;
using System.Net;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Docker.Lab;

/// <summary>The addresses, devices and ports of one run's lab by their names in the lab.</summary>
internal sealed class LabAddresses : IHostNames
{
    private const string Prefix = "ht-";

    private readonly LabSubnets _subnets;
    private readonly RunId _run;
    private readonly ImmutableDictionary<(string Name, IpVersion Ip), IPAddress> _addresses;

    /// <summary>Gathers them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="subnets">What it took.</param>
    /// <param name="wan">The IPv4 network of the link to the WAN.</param>
    /// <param name="containers">The containers on bridges.</param>
    /// <exception cref="HooktrailException">Docker gave a container no address.</exception>
    public LabAddresses(RunId run, LabSubnets subnets, IPNetwork wan, IEnumerable<(Endpoint Endpoint, IContainerSession Session)> containers)
    {
        (_run, _subnets, WanNetwork, Loopback) = (run, subnets, wan, LoopbackOf(run));
        var addresses = ImmutableDictionary.CreateBuilder<(string, IpVersion), IPAddress>();
        var present = new HashSet<string>();
        foreach (var (endpoint, session) in containers)
        {
            present.Add(endpoint.Network!);
            addresses[(endpoint.Name, IpVersion.V4)] = session.Address ?? throw None(session, "IPv4");
            addresses[(endpoint.Name, IpVersion.V6)] = session.AddressV6 ?? throw None(session, "IPv6");
        }

        Networks = [.. LabNames.Networks.Where(present.Contains)];
        foreach (var network in Networks)
        {
            foreach (var ip in Enum.GetValues<IpVersion>())
                addresses[(LabNames.GatewayOf(network), ip)] = NetworkSpec.GatewayOf(subnets.Of(network, ip));
            addresses[(LabNames.BroadcastOf(network), IpVersion.V4)] = Nth(subnets.Of(network, IpVersion.V4), 63);
        }

        foreach (var (ip, network) in new[] { (IpVersion.V4, wan), (IpVersion.V6, subnets.WanV6) })
        {
            addresses[(LabNames.HostOnWan, ip)] = Nth(network, 1);
            addresses[(Endpoint.Wan.Name, ip)] = Nth(network, 2);
        }

        addresses[(LabNames.HostOnLoopback, IpVersion.V4)] = Loopback;
        addresses[(LabNames.HostOnLoopback, IpVersion.V6)] = OwnLoopback6(subnets.WanV6);
        _addresses = addresses.ToImmutable();
    }

    /// <summary>The networks of its containers.</summary>
    public ImmutableArray<string> Networks { get; }

    /// <summary>A loopback address of the run's own, so that others' packets to 127.0.0.1 are not the lab's.</summary>
    public IPAddress Loopback { get; }

    /// <summary>The IPv4 network of the link to the WAN.</summary>
    public IPNetwork WanNetwork { get; }

    /// <summary>Where packets of the lab go to.</summary>
    public ImmutableArray<string> Destinations =>
        [_subnets.V4.ToString(), WanNetwork.ToString(), Loopback + "/32", _subnets.V6.ToString(), _subnets.WanV6.ToString()];

    /// <summary>Names by address.</summary>
    public ImmutableDictionary<IPAddress, string> Names => _addresses.ToImmutableDictionary(pair => pair.Value, pair => pair.Key.Name);

    /// <summary>The canonical number of a published port by its number on the host.</summary>
    public ImmutableDictionary<int, int> Ports => _subnets.Ports.ToImmutableDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The bridge ports of containers; found out once they are there.</summary>
    public ImmutableDictionary<string, string> PortDevices { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether the container of the internal network has a default route; found out once it is there.</summary>
    public bool InsiderHasRoute { get; set; }

    /// <summary>An address by its name in the lab.</summary>
    /// <exception cref="HooktrailException">Nobody has it.</exception>
    public IPAddress this[string name, IpVersion ip] => _addresses.TryGetValue((name, ip), out var address)
        ? address
        : throw new HooktrailException(
            $"The Docker lab has no {(ip == IpVersion.V4 ? "IPv4" : "IPv6")} address \"{name}\"; it has "
            + $"{string.Join(", ", _addresses.Keys.Where(one => one.Ip == ip).Select(one => one.Name).Order(StringComparer.Ordinal))}.");

    /// <summary>The bridge of a network: 15 characters at most, which the longest has.</summary>
    public static string BridgeOf(RunId run, string network) => $"{Prefix}{run}-{network}";

    /// <summary>The plain NIC of a run.</summary>
    public static string WanNicOf(RunId run) => $"{Prefix}{run}-wan";

    /// <summary>Whether a device of the host is one that Docker labs make, of whichever run.</summary>
    public static bool IsDevice(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length + RunId.Length
        && RunId.TryParse(name.AsSpan(Prefix.Length, RunId.Length), out _) && name[Prefix.Length + RunId.Length] == '-';

    /// <inheritdoc/>
    public string Device(string name) =>
        LabNames.Networks.Contains(name) ? BridgeOf(_run, name)
        : name == LabNames.WanNic ? WanNicOf(_run)
        : PortDevices.GetValueOrDefault(name, name);

    /// <inheritdoc/>
    public string Address(string name, IpVersion version) =>
        LabNames.Networks.Contains(name) ? _subnets.Of(name, version).ToString() : this[name, version].ToString();

    /// <inheritdoc/>
    public int Port(int port) => _subnets.Ports.GetValueOrDefault(port, port);

    /// <summary>
    /// What the run uses as the host's own IPv6 address, for ::1 is everybody's: one on the NIC that the run makes. What a host sends to
    /// an address of its own goes through lo, whichever device has it.
    /// </summary>
    public static IPAddress OwnLoopback6(IPNetwork wan) => Nth(wan, 3);

    /// <summary>The n-th address of a network.</summary>
    public static IPAddress Nth(IPNetwork network, byte n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += n;
        return new IPAddress(bytes);
    }

    private static IPAddress LoopbackOf(RunId run)
    {
        var text = run.ToString();
        return new IPAddress([127, (byte)text[0], (byte)(text[1] ^ (text[3] << 1)), (byte)(text[2] ^ (text[4] << 1))]);
    }

    private static HooktrailException None(IContainerSession session, string version) =>
        new($"Docker gave the container {session.Name} no {version} address; see whether the host has it turned off.");
}
