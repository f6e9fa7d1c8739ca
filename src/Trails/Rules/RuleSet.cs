using System.Collections.Immutable;

namespace Hooktrail.Trails.Rules;

/// <summary>The rules of a host, chain by chain, as far as they were read. Chains that are not in it are empty and accept.</summary>
/// <param name="Chains">
/// Built-in chains, the users' own, and base chains of nft; the base chains of nft in the order in which they were registered.
/// </param>
public sealed record RuleSet(ImmutableArray<RuleChain> Chains)
{
    /// <summary>No rule at all.</summary>
    public static readonly RuleSet Empty = new([]);

    /// <summary>How many rules there are.</summary>
    public int Count => Chains.Sum(chain => chain.Rules.Length);

    /// <summary>The chain of that name; null where there is none.</summary>
    public RuleChain? Find(ChainId id) => Chains.FirstOrDefault(chain => chain.Id == id);

    /// <summary>The base chains that somebody made with nft.</summary>
    public IEnumerable<RuleChain> BaseChains => Chains.Where(chain => chain.Base is not null);

    /// <summary>This rule set with other rules added behind its own, chain by chain.</summary>
    public RuleSet With(RuleSet more)
    {
        var chains = Chains.ToList();
        foreach (var added in more.Chains)
        {
            var index = chains.FindIndex(chain => chain.Id == added.Id);
            if (index < 0)
                chains.Add(added);
            else
                chains[index] = chains[index] with
                {
                    Rules = chains[index].Rules.AddRange(added.Rules),
                    Policy = added.Policy == Policy.Drop ? Policy.Drop : chains[index].Policy,
                };
        }

        return new([.. chains]);
    }

    /// <summary>
    /// Whether some rule makes the kernel track the connections of that version of IP, in the host's network namespace:
    /// conntrack is on only while something asks for it (nf_conntrack_proto.c, <c>nf_ct_netns_get</c>). A rule counts even where
    /// no packet ever comes to it; a chain of type nat alone does not count, nor does NOTRACK (xt_CT.c, <c>xt_ct_tg_check</c>).
    /// </summary>
    public bool NeedsConntrack(IpVersion version) =>
        Chains.Any(chain => chain.Rules.Any(rule => ConntrackUsers.Of(chain, rule).Contains(version)));

    /// <summary>
    /// Its chains in an order that says nothing but what the kernel knows: chains of nft as they are, all others by tool, table and name.
    /// </summary>
    internal IEnumerable<RuleChain> InOrder => Chains
        .OrderBy(chain => chain.Id.Layer)
        .ThenBy(chain => ChainOrder.Table(chain.Id))
        .ThenBy(chain => ChainOrder.BuiltIn(chain.Id))
        .ThenBy(chain => chain.Id.Layer == Layer.Nftables ? "" : chain.Id.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Equals(RuleSet? other) =>
        ReferenceEquals(this, other) || other is not null && Chains.Length == other.Chains.Length && InOrder.SequenceEqual(other.InOrder);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Chains.Length, Count);
}

/// <summary>What becomes of a packet at the end of a chain.</summary>
public enum Policy
{
    /// <summary>A chain of the user's own: back to where it was called from.</summary>
    None,

    /// <summary>The packet passes.</summary>
    Accept,

    /// <summary>The packet is dropped.</summary>
    Drop,
}

/// <summary>A chain's name: <c>iptables filter DOCKER-USER</c>, <c>nftables "ip docker-bridges" filter-FORWARD</c>.</summary>
/// <param name="Layer">The tool whose chain it is.</param>
/// <param name="Table">The table; for nftables family and name.</param>
/// <param name="Name">The chain.</param>
public readonly record struct ChainId(Layer Layer, string Table, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Layer.Name()} {Table} {Name}";
}

/// <summary>A chain and its rules, in the order in which they are asked.</summary>
public sealed record RuleChain(ChainId Id, Policy Policy, ImmutableArray<Rule> Rules)
{
    /// <summary>Where the chain hangs, for base chains that were made with nft; null for all others.</summary>
    public BaseChain? Base { get; init; }

    /// <inheritdoc/>
    public bool Equals(RuleChain? other) =>
        other is not null && Id == other.Id && Policy == other.Policy && Base == other.Base
        && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Policy, Rules.Length);
}

/// <summary>The families of nft.</summary>
public enum NftFamily
{
    /// <summary>Frames in a bridge.</summary>
    Bridge,

    /// <summary>IPv4.</summary>
    Ip,

    /// <summary>IPv6.</summary>
    Ip6,

    /// <summary>IPv4 and IPv6; at ingress as <see cref="Netdev"/>.</summary>
    Inet,

    /// <summary>ARP.</summary>
    Arp,

    /// <summary>What a device receives and sends.</summary>
    Netdev,
}

/// <summary>Where a base chain of nft hangs.</summary>
/// <param name="Family">The family of its table.</param>
/// <param name="Type">filter, nat or route.</param>
/// <param name="Hook">ingress, prerouting, input, forward, output, postrouting or egress.</param>
/// <param name="Priority">Smaller runs earlier; of two that are the same the one registered last.</param>
/// <param name="Device">The device of ingress and egress, by its name in the lab; null for the other hooks.</param>
public sealed record BaseChain(NftFamily Family, string Type, string Hook, int Priority, string? Device = null)
{
    /// <summary>
    /// Whether it was registered before the first bridge of its network namespace came to be, and br_netfilter with it
    /// (br_netfilter_hooks.c, <c>brnf_device_event</c>).
    /// </summary>
    public bool BeforeBridges { get; init; }
}
