using System.Collections.Immutable;
using System.Net;
using Hooktrail.Docker.Engine;
using Hooktrail.Observation;
using Hooktrail.Trails;

namespace Hooktrail.Docker.Lab;

/// <summary>The addresses of one run's lab.</summary>
internal sealed record LabAddresses(
    IPNetwork Lab, IPAddress Gateway, IPAddress Client, IPAddress Server, IPNetwork WanNetwork, IPAddress Loopback)
{
    /// <summary>The host's address on the NIC towards the WAN.</summary>
    public IPAddress HostOnWan => Nth(WanNetwork, 1);

    /// <summary>The WAN's address.</summary>
    public IPAddress Wan => Nth(WanNetwork, 2);

    /// <summary>Where packets of the lab go to.</summary>
    public TracedTraffic Traffic => new([Lab.ToString(), WanNetwork.ToString(), Loopback + "/32"]);

    /// <summary>The addresses by name.</summary>
    public ImmutableDictionary<IPAddress, string> Names => new Dictionary<IPAddress, string>
    {
        [Client] = Endpoint.Client.Name,
        [Server] = Endpoint.Server.Name,
        [Gateway] = LabNames.Gateway,
        [Wan] = Endpoint.Wan.Name,
        [HostOnWan] = LabNames.HostOnWan,
        [Loopback] = LabNames.HostOnLoopback,
    }.ToImmutableDictionary();

    /// <summary>The networks of which the WAN may take one: those kept for documentation (RFC 5737), in a random order.</summary>
    public static IEnumerable<string> WanCandidates()
    {
        var all = new[] { "198.51.100", "203.0.113" }
            .SelectMany(prefix => Enumerable.Range(0, 64).Select(i => $"{prefix}.{i * 4}/30"))
            .ToArray();
        Random.Shared.Shuffle(all);
        return all;
    }

    /// <summary>Gathers them.</summary>
    public static LabAddresses Of(RunId run, NetworkDetails network, Shell client, Shell server, IPNetwork wan)
    {
        var subnet = network.Subnets[0];
        return new LabAddresses(
            subnet.Network,
            subnet.Gateway ?? throw new HooktrailException($"Docker gave the network {network.Name} no gateway; the lab needs one."),
            AddressOf(client),
            AddressOf(server),
            wan,
            LoopbackOf(run));
    }

    /// <summary>The address from which the flow's first endpoint speaks, where it would not choose that itself.</summary>
    public IPAddress? Source(Flow flow) => flow.From == Endpoint.Host && flow.To == Endpoint.Host ? Loopback : null;

    /// <summary>The address by which the flow's first endpoint knows the second.</summary>
    public IPAddress Destination(Flow flow) => (flow.To.Kind, flow.From.Kind) switch
    {
        (EndpointKind.Host, EndpointKind.Host) => Loopback,
        (EndpointKind.Host, EndpointKind.Wan) => HostOnWan,
        (EndpointKind.Host, _) => Gateway,
        (EndpointKind.Wan, _) => Wan,
        _ => flow.To == Endpoint.Client ? Client : Server,
    };

    // A loopback address of the run's own, so that other pings to 127.0.0.1 are not its packets.
    private static IPAddress LoopbackOf(RunId run)
    {
        var text = run.ToString();
        return new IPAddress([127, (byte)text[0], (byte)(text[1] ^ (text[3] << 1)), (byte)(text[2] ^ (text[4] << 1))]);
    }

    private static IPAddress AddressOf(Shell shell) =>
        shell.Session.Address
        ?? throw new HooktrailException($"Docker gave the container {shell.Session.Name} no IPv4 address; the lab needs one.");

    /// <summary>The n-th address of a network.</summary>
    public static IPAddress Nth(IPNetwork network, byte n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[3] += n;
        return new IPAddress(bytes);
    }
}
