namespace Hooktrail.Trails.Accounts;

/// <summary>
/// One function registered at one hook of the kernel; <c>struct nf_hook_ops</c>, in the words of <c>nft list hooks</c>.
/// </summary>
/// <param name="Family"><c>bridge</c>, <c>ip</c>, <c>ip6</c>, <c>arp</c> or <c>netdev</c>.</param>
/// <param name="Hook">
/// The hook in lower case: <c>prerouting</c>, <c>input</c>, <c>forward</c>, <c>output</c>, <c>postrouting</c>,
/// <c>ingress</c>, <c>egress</c>.
/// </param>
/// <param name="Priority">Smaller runs earlier.</param>
/// <param name="What">
/// A chain (<c>iptables raw PREROUTING</c>) or the kernel's function (<c>nf_conntrack_in</c>).
/// </param>
public sealed record Registration(string Family, string Hook, int Priority, string What)
{
    /// <summary>
    /// The hook points that a packet crosses there, in order: a chain's own, those of the NAT core's chains, or none.
    /// </summary>
    public ImmutableArray<HookPoint> Points { get; init; } = [];

    /// <summary>The device of a function at ingress or egress; null at the other hooks.</summary>
    public string? Device { get; init; }

    /// <summary>The kernel module (<c>nf_conntrack</c>), if the host was asked; null otherwise.</summary>
    public string? Module { get; init; }

    public bool Equals(Registration? other) =>
        other is not null
        && Family == other.Family
        && Hook == other.Hook
        && Priority == other.Priority
        && What == other.What
        && Device == other.Device && Module == other.Module && Points.AsSpan().SequenceEqual(other.Points.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Family, Hook, Priority, What, Device, Module);
}
