using System.Net;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>Addresses and devices by their names in the lab.</summary>
internal sealed class LabAddresses : IHostNames
{
    private const string Prefix = "ht-";

    private readonly LabSubnets _subnets;
    private readonly RunId _run;
    private readonly ImmutableDictionary<(string Name, IpVersion Ip), IPAddress> _addresses;

    /// <exception cref="HooktrailException">Docker gave a container no address.</exception>
    public LabAddresses(
        RunId run,
        LabSubnets subnets,
        IPNetwork wan,
        IEnumerable<(Endpoint Endpoint, ContainerSession Session)> containers)
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

    public ImmutableArray<string> Networks { get; }

    /// <summary>
    /// A different address for each run, so that packets of others to 127.0.0.1 are not taken for the lab's.
    /// </summary>
    public IPAddress Loopback { get; }

    public IPNetwork WanNetwork { get; }

    public ImmutableArray<string> Destinations =>
        [
            _subnets.V4.ToString(), WanNetwork.ToString(), Loopback + "/32",
            _subnets.V6.ToString(), _subnets.WanV6.ToString()
        ];

    public ImmutableDictionary<IPAddress, string> Names =>
        _addresses.ToImmutableDictionary(pair => pair.Value, pair => pair.Key.Name);

    /// <summary>The canonical port of each port on the host.</summary>
    public ImmutableDictionary<int, int> Ports =>
        _subnets.Ports.ToImmutableDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Known after the containers have started.</summary>
    public ImmutableDictionary<string, string> PortDevices { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether the internal network's container has a default route; known after it has started.</summary>
    public bool InsiderHasRoute { get; set; }

    /// <exception cref="HooktrailException">No station has this address.</exception>
    public IPAddress this[string name, IpVersion ip] => _addresses.TryGetValue((name, ip), out var address)
        ? address
        : throw new HooktrailException(
            $"The Docker lab has no {(ip == IpVersion.V4 ? "IPv4" : "IPv6")} address \"{name}\"; it has "
            + $"{string.Join(", ", _addresses.Keys.Where(one => one.Ip == ip).Select(one => one.Name).Order(StringComparer.Ordinal))}.");

    /// <summary>A device name has at most 15 characters; the longest of these has exactly 15.</summary>
    public static string BridgeOf(RunId run, string network) => $"{Prefix}{run}-{network}";

    public static string WanNicOf(RunId run) => $"{Prefix}{run}-wan";

    /// <summary>Whether a Docker lab of any run creates devices of that name.</summary>
    public static bool IsDevice(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length + RunId.Length
        && RunId.TryParse(name.AsSpan(Prefix.Length, RunId.Length), out _) && name[Prefix.Length + RunId.Length] == '-';

    public string Device(string name) =>
        LabNames.Networks.Contains(name) ? BridgeOf(_run, name)
        : name == LabNames.WanNic ? WanNicOf(_run)
        : PortDevices.GetValueOrDefault(name, name);

    public string Address(string name, IpVersion version) =>
        LabNames.Networks.Contains(name) ? _subnets.Of(name, version).ToString() : this[name, version].ToString();

    public int Port(int port) => _subnets.Ports.GetValueOrDefault(port, port);

    /// <summary>Replaces ::1, which all runs share: the host reaches its NIC's address through lo.</summary>
    public static IPAddress OwnLoopback6(IPNetwork wan) => Nth(wan, 3);

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

    private static HooktrailException None(ContainerSession session, string version) =>
        new($"Docker gave the container {session.Name} no {version} address; check whether the host has disabled it.");
}
