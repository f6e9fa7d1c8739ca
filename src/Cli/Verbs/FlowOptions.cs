using System.CommandLine;

namespace Hooktrail.Cli.Verbs;

/// <summary>The options for a flow, for every verb that has one.</summary>
internal static class FlowOptions
{
    private static readonly Option<string> From = new("--from")
    {
        Description = "Who speaks first.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "Whom it addresses; \"everyone\" is a broadcast.",
        HelpName = "endpoint",
        Required = true,
    };

    private static readonly Option<string> ByProtocol = new("--protocol")
    {
        Description = "What they speak: icmp (an echo and its reply), udp, tcp or arp.",
        HelpName = "protocol",
        Required = true,
    };

    private static readonly Option<string> Ip = new("--ip")
    {
        Description = "The version of IP; 4 and 6 will do.",
        HelpName = "ipv4|ipv6",
        DefaultValueFactory = _ => IpVersion.V4.Name(),
    };

    private static readonly Option<string?> Via = new("--via")
    {
        Description = "The address that the sender writes, where it is not the one by which it knows the other: host.wan, away.gateway, host.lo.",
        HelpName = "address",
    };

    private static readonly Option<string?> As = new("--as")
    {
        Description = $"The address that the sender writes as its own, where it is another's: a datagram of IPv4 to port {Flow.MutePort}, where nobody answers.",
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
        Description = "The TTL or hop limit that the sender writes.",
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
          left, right     containers on the network closed, whose containers may not talk to each other (ICC=false)
          insider         a container on the internal network inner
          host            the Docker host, by the address that the other side would use; host to host is loopback
          hosted          a container in the host's network namespace: to packets it is the host
          wan             a host behind a plain NIC
          everyone        all who hear a broadcast of the sender

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
        Ip = IpVersions.Parse(line.GetRequiredValue(Ip) is "4" or "6" ? $"ipv{line.GetRequiredValue(Ip)}" : line.GetRequiredValue(Ip)),
        Via = line.GetValue(Via) is { } via ? LabNames.ParseAddress(via) : null,
        As = line.GetValue(As) is { } own ? LabNames.ParseAddress(own) : null,
        Port = Number(line.GetRequiredValue(Port), "a port", 65535),
        Ttl = Number(line.GetRequiredValue(Ttl), "a TTL", 255),
    };

    /// <exception cref="HooktrailException">The text is no number from 1 to <paramref name="most"/>.</exception>
    public static int Number(string text, string what, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
            ? number
            : throw new HooktrailException($"\"{text}\" is not {what}; write a whole number from 1 to {most}.");
}
