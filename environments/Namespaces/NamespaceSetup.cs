using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Namespaces;

/// <summary>What a namespace lab's host is like from the start. Equal setups make equal hosts.</summary>
public sealed record NamespaceSetup
{
    /// <summary>The whole lab with Docker 29's rules and its userland proxy.</summary>
    public static readonly NamespaceSetup Default = new();

    /// <summary>Who is there.</summary>
    public NamespaceTopology Topology { get; init; } = NamespaceTopology.Whole;

    /// <summary>The release of Docker whose rules are there; null for none.</summary>
    public DockerRelease? Docker { get; init; } = DockerRelease.V29;

    /// <summary>
    /// Whether something listens on the host at every published port, as Docker's userland proxy does; otherwise Docker's rules have hairpin NAT, and
    /// the bridge ports are in hairpin mode. What the proxy would pass on is another flow, and is left out.
    /// </summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>Whose tables iptables, ip6tables and arptables use.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    /// <summary>Whose tables ebtables uses; those of its own (legacy) only where the kernel has them, and root runs the lab.</summary>
    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>Whether there is a rule that needs conntrack besides Docker's, so that nat chains are crossed in both versions of IP.</summary>
    public bool Conntrack { get; init; } = true;

    /// <summary>Tables of nf_tables that are there before the first bridge, in the lab's names; null for none.</summary>
    public string? BeforeBridges { get; init; }
}
