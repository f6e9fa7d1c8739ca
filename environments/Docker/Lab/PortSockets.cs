using System.Net;
using System.Text.RegularExpressions;
using Hooktrail.Hosts.Reading;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// The sockets on the lab's published ports, read from the host: without the userland proxy, some releases of Docker hold
/// a published port with a socket of their own, and others do not.
/// </summary>
/// <param name="HasProxy">Whether any of Docker's proxies runs on the host.</param>
/// <param name="All">The sockets, by the lab's ports.</param>
internal sealed partial record PortSockets(bool HasProxy, ImmutableArray<PublishedSocket> All)
{
    private const string OfSocket = "socket: ";
    private const string OfProxy = "docker-proxy: ";

    /// <summary>Prints the sockets, and the command lines of proxies. It needs no tool that asks for sockets.</summary>
    /// <remarks>
    /// «12: 00000000:1F90 00000000:0000 0A …»: 0A is a socket of TCP that listens, 07 one of UDP without a peer
    /// (include/net/tcp_states.h).
    /// </remarks>
    public static string Script(IEnumerable<int> ports)
    {
        var hex = string.Join('|', ports.Order().Select(port => port.ToString("X4", CultureInfo.InvariantCulture)));
        var sockets = hex.Length == 0 ? "" : $$"""
            for table in tcp tcp6 udp udp6; do
                [ ! -r /proc/net/$table ] || grep -E ': [0-9A-F]+:({{hex}}) [0-9A-F]+:0000 0[7A] ' /proc/net/$table | sed "s/^/{{OfSocket}}$table /"
            done
            """;
        return $$"""
            {{sockets}}
            for process in $(grep -lsx docker-proxy /proc/[0-9]*/comm); do
                ! mapfile -d '' -t words <"${process%comm}cmdline" || echo "{{OfProxy}}${words[*]}"
            done 2>/dev/null
            """;
    }

    /// <summary>Reads the script's lines; the others are of other scripts.</summary>
    /// <param name="lines">What the probe printed.</param>
    /// <param name="ports">The lab's port of each port of the host.</param>
    public static (PortSockets Sockets, ImmutableArray<string> Others) Parse(
        IReadOnlyCollection<string> lines, IReadOnlyDictionary<int, int> ports)
    {
        var proxies = lines.Where(line => line.StartsWith(OfProxy, StringComparison.Ordinal))
            .Select(Proxied).ToImmutableHashSet();
        var sockets = SocketReader.Of(
            from line in lines
            let found = Found().Match(line)
            where found.Success
            select $"{found.Groups["table"].Value} {found.Groups["address"].Value}");
        return (
            new(!proxies.IsEmpty,
            [
                .. from socket in sockets
                   where ports.ContainsKey(socket.Port)
                   let protocol = Protocols.Parse(socket.Protocol)
                   from ip in Taken(socket, sockets)
                   select new PublishedSocket(
                       protocol, ip, ports[socket.Port], proxies.Contains((socket.Protocol, socket.Port))),
            ]),
            [
                .. lines.Where(line => !line.StartsWith(OfSocket, StringComparison.Ordinal)
                    && !line.StartsWith(OfProxy, StringComparison.Ordinal)),
            ]);
    }

    // A socket on one address is not the lab's Docker's. One for all addresses of IPv6 takes what comes by IPv4 too,
    // unless another is there for IPv4: the table does not tell whether it is for IPv6 alone.
    private static IEnumerable<IpVersion> Taken(ListeningSocket socket, ImmutableArray<ListeningSocket> all) =>
        socket.Address.Equals(IPAddress.Any) ? [IpVersion.V4]
        : !socket.Address.Equals(IPAddress.IPv6Any) ? []
        : all.Contains(socket with { Address = IPAddress.Any }) ? [IpVersion.V6]
        : [IpVersion.V4, IpVersion.V6];

    // «/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 10123 -container-ip … -container-port 80»
    private static (string Protocol, int Port) Proxied(string line)
    {
        var words = line.Split(' ');
        return (After("-proto"), int.TryParse(After("-host-port"), CultureInfo.InvariantCulture, out var port) ? port : 0);

        string After(string option) =>
            Array.IndexOf(words, option) is var at and >= 0 && at + 1 < words.Length ? words[at + 1] : "";
    }

    [GeneratedRegex(@"^socket: (?<table>(tcp|udp)6?) +\d+: (?<address>[0-9A-F]+:[0-9A-F]{4}) ")]
    private static partial Regex Found();
}
