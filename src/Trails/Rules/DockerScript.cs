using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules;

/// <summary>What installs the rules of a Docker release on a host: <c>iptables-restore --noflush</c> and its like take it.</summary>
public sealed record DockerScript
{
    /// <summary>For <c>iptables-restore --noflush</c>; empty where the release uses nft.</summary>
    public ImmutableArray<string> Iptables { get; private init; } = [];

    /// <summary>For <c>ip6tables-restore --noflush</c>; empty where the release leaves IPv6 alone.</summary>
    public ImmutableArray<string> Ip6tables { get; private init; } = [];

    /// <summary>For <c>nft -f -</c>; empty where the release uses iptables.</summary>
    public ImmutableArray<string> Nftables { get; private init; } = [];

    /// <summary>The rules of a release for a host.</summary>
    /// <param name="release">Which.</param>
    /// <param name="host">What the lab's names stand for there.</param>
    /// <param name="userlandProxy">Whether dockerd runs with its userland proxy; without it the rules have hairpin NAT.</param>
    public static DockerScript Of(DockerRelease release, IHostNames host, bool userlandProxy = true) => release switch
    {
        DockerRelease.V20 => new() { Iptables = new DockerTables(host, userlandProxy, IpVersion.V4).Lines() },
        _ => new()
        {
            Iptables = new DockerTables(host, userlandProxy, IpVersion.V4).Lines(),
            Ip6tables = new DockerTables(host, userlandProxy, IpVersion.V6).Lines(),
        },
    };

    /// <summary>The rules that the script installs.</summary>
    /// <param name="names">Who has which name on the host that the script is for.</param>
    public RuleSet Read(INames names) =>
        RuleReader.Xtables(Layer.Iptables, Iptables, names, "the rules of Docker")
            .With(RuleReader.Xtables(Layer.Ip6tables, Ip6tables, names, "the rules of Docker for IPv6"));
}
