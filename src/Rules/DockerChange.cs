namespace Hooktrail.Rules;

/// <summary>One thing that a release of Docker changed in the rules that it writes.</summary>
/// <param name="Release">The release, as it is called.</param>
/// <param name="Since">The first set of rules that has it.</param>
/// <param name="Name">What holds from then on, in a few words.</param>
/// <param name="Says">What holds from then on, and what held before.</param>
/// <param name="Source">The release notes, or the pull request.</param>
/// <param name="Concerns">The chains in which it is.</param>
public sealed record DockerChange(
    string Release, DockerRelease Since, string Name, string Says, string Source, Func<ChainId, bool> Concerns)
{
    /// <summary>The oldest first; of one release, the one that packets meet first.</summary>
    public static readonly ImmutableArray<DockerChange> All =
    [
        new("27.0", DockerRelease.V27,
            "rules for IPv6 too",
            "Docker writes its rules for IPv6 as for IPv4, NAT among them; before, only with --experimental and --ip6tables.",
            "release notes of 27.0.0; moby pull request 47747",
            chain => chain.Layer == Layer.Ip6tables),
        new("28.0", DockerRelease.V28Dot0Dot0,
            "packets to a container's address from outside are dropped in raw",
            "raw PREROUTING drops what comes to a container's own address and published port from beyond its network; before, it was delivered.",
            "release notes of 28.0.0; moby pull request 49325",
            chain => IsOfTools(chain) && chain.Table == "raw"),
        new("28.0", DockerRelease.V28Dot0Dot0,
            "packets to an unpublished port are dropped in DOCKER",
            "The chain DOCKER drops what is for no published port, whatever the policy of FORWARD; before, only the policy did. What accepts is appended to FORWARD and no longer inserted.",
            "release notes of 28.0.0; moby pull request 48724",
            chain => IsOfTools(chain) && chain.Table == "filter"),
        new("28.0", DockerRelease.V28Dot0Dot0,
            "with the proxy, no MASQUERADE of a container's own port",
            "A container that asks its own published port is masqueraded only where there is no userland proxy; before, always.",
            "release notes of 28.0.0; moby pull request 48854",
            chain => IsOfTools(chain) && chain is { Table: "nat", Name: "POSTROUTING" }),
        new("28.0.1", DockerRelease.V28,
            "the rules of networks are in DOCKER-FORWARD",
            "FORWARD calls the chain DOCKER-FORWARD, so a rule that others append comes after it; 28.0.0 appended its rules to FORWARD itself, after those of others.",
            "release notes of 28.0.1; moby pull request 49518",
            chain => IsOfTools(chain) && chain.Table == "filter"),
        new("28.2", DockerRelease.V28Dot2,
            "packets to any port of a container's address from outside are dropped in raw",
            "raw PREROUTING drops all that comes to a container's own address from beyond its network; before, only what is for a published port.",
            "release notes of 28.2.0; moby pull request 49829",
            chain => IsOfTools(chain) && chain.Table == "raw"),
        new("29.0", DockerRelease.V29,
            "networks are no longer isolated from each other's published ports",
            "DNAT and FORWARD let a container reach what another network publishes; before, the chains DOCKER-ISOLATION-STAGE dropped it, or the userland proxy took it.",
            "release notes of 29.0.0; moby pull request 49981",
            chain => IsOfTools(chain) && (chain.Table == "filter" || chain is { Table: "nat", Name: "DOCKER" })),
        new("29 with nftables", DockerRelease.V29Nftables,
            "tables of nft in place of iptables",
            "With --firewall-backend=nftables, Docker's rules are in its own tables docker-bridges, and it writes none of iptables.",
            "release notes of 29.0.0; moby, libnetwork/drivers/bridge/internal/nftabler",
            _ => true),
    ];

    /// <summary>What makes the rules of one release those of another, in the order in which it came or went.</summary>
    public static IEnumerable<DockerChange> Between(DockerRelease before, DockerRelease after) => before < after
        ? All.Where(one => before < one.Since && one.Since <= after)
        : All.Where(one => after < one.Since && one.Since <= before).Reverse();

    private static bool IsOfTools(ChainId chain) => chain.Layer is Layer.Iptables or Layer.Ip6tables;
}
