namespace Hooktrail.Rules;

public sealed record DockerScript
{
    /// <summary>Input for <c>iptables-restore --noflush</c>; empty if the release uses nft.</summary>
    public ImmutableArray<string> Iptables { get; private init; } = [];

    /// <summary>Input for <c>ip6tables-restore --noflush</c>; empty if the release adds no IPv6 rules.</summary>
    public ImmutableArray<string> Ip6tables { get; private init; } = [];

    /// <summary>Input for <c>nft -f -</c>; empty if the release uses iptables.</summary>
    public ImmutableArray<string> Nftables { get; private init; } = [];

    /// <summary>Docker's rules on the lab's host.</summary>
    public static DockerScript Of(DockerRelease release, IHostNames host, bool userlandProxy = true) =>
        Of(release, version => DockerSetup.OfLab(host, version), userlandProxy);

    /// <summary>Docker's rules on any host, of which the setup tells for each version of IP.</summary>
    internal static DockerScript Of(DockerRelease release, Func<IpVersion, DockerSetup> setup, bool userlandProxy)
    {
        return release switch
        {
            DockerRelease.V20 => new() { Iptables = Tables(IpVersion.V4) },
            DockerRelease.V29Nftables => new() { Nftables = [.. Table(IpVersion.V4), .. Table(IpVersion.V6)] },
            _ => new() { Iptables = Tables(IpVersion.V4), Ip6tables = Tables(IpVersion.V6) },
        };

        ImmutableArray<string> Tables(IpVersion version) =>
            new DockerTables(release, setup(version), userlandProxy, version).Lines();

        ImmutableArray<string> Table(IpVersion version) =>
            new DockerNftTable(setup(version), userlandProxy, version).Lines();
    }

    public RuleSet Read(INames names) =>
        RuleReader.Xtables(Layer.Iptables, Iptables, names, "the rules of Docker")
            .With(RuleReader.Xtables(Layer.Ip6tables, Ip6tables, names, "the rules of Docker for IPv6"))
            .With(RuleReader.Nftables(Nftables, names, "the tables of Docker"));
}
