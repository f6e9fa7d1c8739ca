namespace Hooktrail.Tests.RandomRules;

/// <summary>The packets that random rules are asked about, and how many rules there are.</summary>
internal static class LabFlows
{
    public static readonly ImmutableArray<Flow> All =
    [
        .. from ip in Enum.GetValues<IpVersion>()
           from flow in new Flow[]
           {
               new(Endpoint.Client, Endpoint.Server, Protocol.Icmp),
               new(Endpoint.Client, Endpoint.Server, Protocol.Udp),
               new(Endpoint.Client, Endpoint.Wan, Protocol.Udp),
               new(Endpoint.Wan, Endpoint.Host, Protocol.Udp) { Port = 8080 },
               new(Endpoint.Client, Endpoint.Host, Protocol.Icmp),
               new(Endpoint.Host, Endpoint.Wan, Protocol.Icmp),
               new(Endpoint.Host, Endpoint.Host, Protocol.Udp),
               new(Endpoint.Client, Endpoint.Stranger, Protocol.Icmp),
               // A closed port: the connection is a SYN and a reset.
               new(Endpoint.Client, Endpoint.Server, Protocol.Tcp) { Port = 7779 },
               new(Endpoint.Host, Endpoint.Client, Protocol.Udp) { Port = 7779 },
           }
           select flow with { Ip = ip },
        new(Endpoint.Client, Endpoint.Everyone, Protocol.Udp) { Port = Flow.MutePort },
        new(Endpoint.Client, Endpoint.Server, Protocol.Udp) { Fragments = 3 },
        new(Endpoint.Client, Endpoint.Server, Protocol.Udp)
        {
            Encapsulation = Encapsulation.Vlan, Port = Flow.MutePort,
        },
    ];

    public static int Rules => Setting("SPECS_RULES", 600);

    public static int Seed => Setting("SPECS_RULES_SEED", 1);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
