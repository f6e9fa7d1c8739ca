
namespace Hooktrail.Namespaces;

/// <summary>The initial state of a namespace lab's host. Equal setups make equal hosts.</summary>
public sealed record NamespaceSetup
{
    /// <summary>The whole lab with Docker 29's rules and its userland proxy.</summary>
    public static readonly NamespaceSetup Default = new();

    public NamespaceTopology Topology { get; init; } = NamespaceTopology.Whole;

    /// <summary>The release whose rules the host has; null for none.</summary>
    public DockerRelease? Docker { get; init; } = DockerRelease.V29;

    /// <summary>
    /// Whether a process of the host listens at every published port, like Docker's userland proxy. Without it,
    /// Docker's rules have hairpin NAT, and the bridge ports are in hairpin mode. The proxy's connection to the
    /// container is another flow and is left out.
    /// </summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>The backend of iptables, ip6tables and arptables.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    /// <summary>The backend of ebtables. Legacy needs the kernel's tables of ebtables, and root.</summary>
    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>Whether a rule besides Docker's needs conntrack, so that both IP versions cross nat chains.</summary>
    public bool Conntrack { get; init; } = true;

    /// <summary>Tables of nf_tables that exist before the first bridge, in the lab's names; null for none.</summary>
    public string? BeforeBridges { get; init; }

    /// <summary>
    /// Tables of nf_tables that exist before the tools' chains, in the lab's names. Their chains are registered first,
    /// one text after the other, and so run last of those with one priority.
    /// </summary>
    public ImmutableArray<string> BeforeTools { get; init; } = [];
}
