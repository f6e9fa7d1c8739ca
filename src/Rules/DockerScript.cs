namespace Hooktrail.Rules;

public sealed record DockerScript
{
    /// <summary>Input for <c>iptables-restore --noflush</c>; empty if the release uses nft.</summary>
    public ImmutableArray<string> Iptables { get; private init; } = [];

    /// <summary>Input for <c>ip6tables-restore --noflush</c>; empty if the release adds no IPv6 rules.</summary>
    public ImmutableArray<string> Ip6tables { get; private init; } = [];

    /// <summary>Input for <c>nft -f -</c>; empty if the release uses iptables.</summary>
    public ImmutableArray<string> Nftables { get; private init; } = [];

    public static DockerScript Of(DockerRelease release, IHostNames host, bool userlandProxy = true) => release switch
    {
        DockerRelease.V20 => new() { Iptables = new DockerTables(release, host, userlandProxy, IpVersion.V4).Lines() },
        DockerRelease.V29Nftables => new()
        {
            Nftables =
            [
                .. new DockerNftTable(host, userlandProxy, IpVersion.V4).Lines(),
                .. new DockerNftTable(host, userlandProxy, IpVersion.V6).Lines(),
            ],
        },
        _ => new()
        {
            Iptables = new DockerTables(release, host, userlandProxy, IpVersion.V4).Lines(),
            Ip6tables = new DockerTables(release, host, userlandProxy, IpVersion.V6).Lines(),
        },
    };

    public RuleSet Read(INames names) =>
        RuleReader.Xtables(Layer.Iptables, Iptables, names, "the rules of Docker")
            .With(RuleReader.Xtables(Layer.Ip6tables, Ip6tables, names, "the rules of Docker for IPv6"))
            .With(RuleReader.Nftables(Nftables, names, "the tables of Docker"));

    /// <summary>The lab publishes its ports for both protocols.</summary>
    internal static readonly ImmutableArray<string> Protocols = ["tcp", "udp"];

    internal static string WithPort(string address) =>
        address.Contains(':') ? $"[{address}]:{Flow.ServicePort}" : $"{address}:{Flow.ServicePort}";
}
