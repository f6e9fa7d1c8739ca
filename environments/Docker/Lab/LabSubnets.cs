using System.Net;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// Free networks and ports of the host. The Engine does not choose them: its pools hold only some thirty networks, and
/// it would give TCP and UDP different ports.
/// </summary>
/// <param name="V4">IPv4 of all bridges: a /24 of 198.18.0.0/15, which is reserved for tests (RFC 2544).</param>
/// <param name="V6">IPv6 of all bridges: a random /48 of fd00::/8, as RFC 4193 requires.</param>
/// <param name="WanV6">The link to the WAN, a /64 of 2001:db8::/32 (RFC 3849).</param>
/// <param name="Ports">The host's port for each published port of the lab.</param>
internal sealed record LabSubnets(IPNetwork V4, IPNetwork V6, IPNetwork WanV6, ImmutableDictionary<int, int> Ports)
{
    /// <summary>Prints the routes, an empty line, the listeners.</summary>
    public const string Script = """
        ip -4 -o route show table all; ip -4 -o address | sed 's/.* inet \([^ ]*\).*/\1/'
        echo
        ss -Hltun | awk '{ print $5 }'
        """;

    /// <summary>The documentation networks (RFC 5737), in random order.</summary>
    public static IEnumerable<string> WanCandidates()
    {
        var all = new[] { "198.51.100", "203.0.113" }
            .SelectMany(prefix => Enumerable.Range(0, 64).Select(i => $"{prefix}.{i * 4}/30"))
            .ToArray();
        Random.Shared.Shuffle(all);
        return all;
    }

    /// <param name="used">The output of <see cref="Script"/>.</param>
    /// <exception cref="HooktrailException">No network or port is free.</exception>
    public static LabSubnets Choose(IReadOnlyList<string> used)
    {
        var taken = used.TakeWhile(line => line.Length > 0)
            .SelectMany(line => line.Split(' '))
            .Where(word => word.Contains('.'))
            .Select(word => IPNetwork.TryParse(word.Contains('/') ? word : word + "/32", out var network)
                ? network
                : (IPNetwork?)null)
            .OfType<IPNetwork>()
            .ToList();
        var candidates = Enumerable.Range(0, 512).ToArray();
        Random.Shared.Shuffle(candidates);
        var v4 = candidates
            .Select(i => new IPNetwork(new IPAddress([198, (byte)(18 + i / 256), (byte)i, 0]), 24))
            .Where(network =>
                !taken.Exists(other => other.Contains(network.BaseAddress) || network.Contains(other.BaseAddress)))
            .Cast<IPNetwork?>()
            .FirstOrDefault() ?? throw new HooktrailException(
                "Every network of 198.18.0.0/15 is taken on the host; remove unused networks (docker network prune).");

        var listening = used.Select(line => line[(line.LastIndexOf(':') + 1)..]).ToHashSet();
        // Below the kernel's usual range for clients (net.ipv4.ip_local_port_range), and below the
        // source ports of the lab's flows.
        var free = Enumerable.Range(10_000, 10_000).Where(port => !listening.Contains($"{port}")).ToArray();
        if (free.Length < PublishedPort.OfLab.Length)
            throw new HooktrailException(
                "Every port from 10000 to 19999 is taken on the host; stop the programs that listen there.");
        Random.Shared.Shuffle(free);
        return new(
            v4,
            Random6(0xfd, 48),
            Random6(0x20, 64),
            PublishedPort.OfLab.Zip(free).ToImmutableDictionary(pair => pair.First.Port, pair => pair.Second));
    }

    /// <summary>IPv4 first.</summary>
    public ImmutableArray<IPNetwork> Of(string network)
    {
        var number = LabNames.Networks.IndexOf(network);
        var (v4, v6) = (V4.BaseAddress.GetAddressBytes(), V6.BaseAddress.GetAddressBytes());
        v4[3] = (byte)(number * 64);
        v6[7] = (byte)(number + 1);
        return [new(new IPAddress(v4), 26), new(new IPAddress(v6), 64)];
    }

    public IPNetwork Of(string network, IpVersion ip) => Of(network)[ip == IpVersion.V4 ? 0 : 1];

    private static IPNetwork Random6(byte first, int length)
    {
        var bytes = new byte[16];
        Random.Shared.NextBytes(bytes.AsSpan(0, length / 8));
        bytes[0] = first;
        if (first == 0x20)
            (bytes[1], bytes[2], bytes[3]) = (0x01, 0x0d, 0xb8);
        return new(new IPAddress(bytes), length);
    }
}
