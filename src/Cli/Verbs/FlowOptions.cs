using System.CommandLine;

namespace Hooktrail.Cli.Verbs;

/// <summary>The options for a flow, for every verb that has one.</summary>
internal static class FlowOptions
{
    private static readonly Option<string> From = new("--from")
    {
        Description = "The endpoint that sends the first packet.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "The destination; \"everyone\" is a broadcast.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "The protocol: icmp (an echo request and its reply), udp, tcp or arp.",
        HelpName = "protocol",
        Required = true,
    };

    private static readonly Option<string> Ip = new("--ip")
    {
        Description = "The IP version; 4 and 6 also work.",
        HelpName = "ipv4|ipv6",
        DefaultValueFactory = _ => IpVersion.V4.Name(),
    };

    private static readonly Option<string?> Via = new("--via")
    {
        Description =
            "The destination address to send to, if not the usual one of --to: host.wan, away.gateway, host.lo.",
        HelpName = "address",
    };

    private static readonly Option<string?> As = new("--as")
    {
        Description =
            $"A spoofed source address, for an IPv4 datagram to port {Flow.MutePort}, where no service answers.",
        HelpName = "address",
    };

    private static readonly Option<string> Port = new("--port")
    {
        Description = "The destination port of tcp and udp.",
        HelpName = "number",
        DefaultValueFactory = _ => Flow.ServicePort.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Option<string> Ttl = new("--ttl")
    {
        Description = "The initial TTL or hop limit.",
        HelpName = "number",
        DefaultValueFactory = _ => Flow.DefaultTtl.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>All options, in the order of the help.</summary>
    public static IEnumerable<Option> All => [From, To, ByProtocol, Ip, Via, As, Port, Ttl];

    /// <summary>All options except the ends, the protocol and the spoofed source.</summary>
    public static IEnumerable<Option> Further => [Ip, Via, Port, Ttl];

    public static string Notes =>
        $"""
        Endpoints:
          client, server  containers on the bridge network lab
          stranger        a container on the network away
          left, right     containers on the network closed, whose containers cannot reach each other (ICC=false)
          insider         a container on the internal network inner
          host            the Docker host, at the address that the other endpoint uses; host to host is loopback
          hosted          a container in the host's network namespace; packets treat it as the host
          wan             a host beyond a plain NIC
          everyone        every endpoint that receives a broadcast of the sender

        Published ports: {string.Join(", ", PublishedPort.OfLab.Select(one => $"{one.Port} is {one.To}:{Flow.ServicePort}"))}.
        """;

    /// <exception cref="HooktrailException">There is no such flow.</exception>
    public static Flow Read(ParseResult line) =>
        Read(line, line.GetRequiredValue(From), line.GetRequiredValue(To), line.GetRequiredValue(ByProtocol));

    /// <summary>For a verb that has its own options for the ends and the protocol.</summary>
    /// <exception cref="HooktrailException">There is no such flow.</exception>
    public static Flow Read(ParseResult line, string from, string to, string protocol) => new(
        Endpoint.Parse(from), Endpoint.Parse(to), Protocols.Parse(protocol))
    {
        Ip = IpVersions.Parse(
            line.GetRequiredValue(Ip) is "4" or "6" ? $"ipv{line.GetRequiredValue(Ip)}" : line.GetRequiredValue(Ip)),
        Via = line.GetValue(Via) is { } via ? LabNames.ParseAddress(via) : null,
        As = line.GetValue(As) is { } own ? LabNames.ParseAddress(own) : null,
        Port = WholeNumber.Read(line.GetRequiredValue(Port), "a port", 65535),
        Ttl = WholeNumber.Read(line.GetRequiredValue(Ttl), "a TTL", 255),
    };
}
