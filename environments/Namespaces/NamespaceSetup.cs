
namespace Hooktrail.Namespaces;

/// <summary>How a namespace lab's host starts. Equal setups make equal hosts.</summary>
public sealed record NamespaceSetup
{
    /// <summary>The whole lab with Docker 29's rules and its userland proxy.</summary>
    public static readonly NamespaceSetup Default = new();

    public NamespaceTopology Topology { get; init; } = NamespaceTopology.Whole;

    /// <summary>The release that has its rules there; null for none.</summary>
    public DockerRelease? Docker { get; init; } = DockerRelease.V29;

    /// <summary>
    /// Whether a process of the host listens at every published port, like Docker's userland proxy; otherwise Docker's
    /// rules have hairpin NAT, and the bridge ports are in hairpin mode. The proxy's onward connection is another flow,
    /// and is left out.
    /// </summary>
    public bool UserlandProxy { get; init; } = true;

    /// <summary>Of iptables, ip6tables and arptables.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    /// <summary>Legacy needs the kernel's tables of ebtables, and root.</summary>
    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>Whether a rule besides Docker's needs conntrack, so that both IP versions cross nat chains.</summary>
    public bool Conntrack { get; init; } = true;

    /// <summary>Tables of nf_tables from before the first bridge, in the lab's names; null for none.</summary>
    public string? BeforeBridges { get; init; }
}
