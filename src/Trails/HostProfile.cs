using System.Collections.Immutable;

namespace Hooktrail.Trails;

/// <summary>
/// What decides a trail besides the flow. A lab reads it from the host; the command line and features of the model write it
/// down. The defaults are those of the Docker lab on a current kernel.
/// </summary>
public sealed record HostProfile
{
    /// <summary>The lab's defaults on a current kernel.</summary>
    public static readonly HostProfile Default = new();

    /// <summary>The kernel's release.</summary>
    public KernelVersion Kernel { get; init; } = new(6, 18);

    /// <summary>Where the rules of iptables are.</summary>
    public Backend Iptables { get; init; } = Backend.Nft;

    /// <summary>Where the rules of ebtables are.</summary>
    public Backend Ebtables { get; init; } = Backend.Nft;

    /// <summary>
    /// Whether ebtables has the table broute: always with the legacy backend, with nft from iptables 1.8.10 on.
    /// </summary>
    public bool Broute { get; init; } = true;

    /// <summary>Whether br_netfilter is loaded.</summary>
    public bool BrNetfilter { get; init; } = true;

    /// <summary>Whether the bridge calls iptables: the sysctl or the bridge's own nf_call_iptables; nothing without br_netfilter.</summary>
    public bool BridgeNfCallIptables { get; init; } = true;

    /// <summary>Whether the host forwards IPv4 (net.ipv4.ip_forward).</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>
    /// Whether something in the host's network namespace needs conntrack for IPv4, as Docker's MASQUERADE does. Without it no nat
    /// chain is ever crossed (nf_nat_core.c:nf_nat_inet_fn).
    /// </summary>
    public bool Conntrack { get; init; } = true;

    /// <summary>The rules that change a trail, in the order in which they are asked.</summary>
    public ImmutableArray<Rule> Rules { get; init; } = Rule.OfDocker;

    /// <inheritdoc/>
    public bool Equals(HostProfile? other) =>
        other is not null
        && Kernel == other.Kernel && Iptables == other.Iptables && Ebtables == other.Ebtables && Broute == other.Broute
        && BrNetfilter == other.BrNetfilter && BridgeNfCallIptables == other.BridgeNfCallIptables
        && IpForward == other.IpForward && Conntrack == other.Conntrack
        && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Kernel, Iptables, Ebtables, Broute, BrNetfilter, BridgeNfCallIptables, IpForward, Conntrack);
}
