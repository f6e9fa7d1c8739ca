namespace Hooktrail.Rules;

/// <summary>
/// The rules of a host. Missing chains are empty and accept. Base chains of nft are in the order of their registration.
/// </summary>
public sealed record RuleSet(ImmutableArray<RuleChain> Chains)
{
    public static readonly RuleSet Empty = new([]);

    /// <summary>The sets of ipset that rules name, as far as their entries are known.</summary>
    public ImmutableArray<IpSet> Sets { get; init; } = [];

    public int Count => Chains.Sum(chain => chain.Rules.Length);

    public RuleChain? Find(ChainId id) => Chains.FirstOrDefault(chain => chain.Id == id);

    public IEnumerable<RuleChain> BaseChains => Chains.Where(chain => chain.Base is not null);

    /// <summary>Appends the other's rules to its own, chain by chain.</summary>
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

        return new([.. chains])
        {
            Sets = more.Sets.IsEmpty ? Sets : [.. Sets.UnionBy(more.Sets, set => set.Name)],
        };
    }

    /// <summary>
    /// Whether a rule makes the kernel track the connections of that IP version in the host's network namespace:
    /// conntrack is on only while something needs it (nf_conntrack_proto.c, <c>nf_ct_netns_get</c>). A rule counts
    /// even if no packet ever reaches it. A chain of type nat without such a rule does not count, nor does NOTRACK
    /// (xt_CT.c, <c>xt_ct_tg_check</c>).
    /// </summary>
    public bool NeedsConntrack(IpVersion version) =>
        Chains.Any(chain => chain.Rules.Any(rule => ConntrackUsers.Of(chain, rule).Contains(version)));

    /// <summary>Chains of nft in the kernel's order; all others by tool, table and name.</summary>
    internal IEnumerable<RuleChain> InOrder => Chains
        .OrderBy(chain => chain.Id.Layer)
        .ThenBy(chain => ChainOrder.Table(chain.Id))
        .ThenBy(chain => ChainOrder.BuiltIn(chain.Id))
        .ThenBy(chain => chain.Id.Layer == Layer.Nftables ? "" : chain.Id.Name, StringComparer.Ordinal);

    public bool Equals(RuleSet? other) =>
        ReferenceEquals(this, other)
        || other is not null && Chains.Length == other.Chains.Length && InOrder.SequenceEqual(other.InOrder)
            && Sets.AsSpan().SequenceEqual(other.Sets.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Chains.Length, Count);
}

public enum Policy
{
    /// <summary>The policy of a user's chain, which returns to its caller.</summary>
    None,

    Accept,

    Drop,
}

/// <summary>
/// A chain's name: <c>iptables filter DOCKER-USER</c>, <c>nftables "ip docker-bridges" filter-FORWARD</c>.
/// </summary>
/// <remarks>For nftables the table is family and name.</remarks>
public readonly record struct ChainId(Layer Layer, string Table, string Name)
{
    public override string ToString() => $"{Layer.Name()} {Table} {Name}";
}

public sealed record RuleChain(ChainId Id, Policy Policy, ImmutableArray<Rule> Rules)
{
    /// <summary>Null for every chain except base chains of nft.</summary>
    public BaseChain? Base { get; init; }

    public bool Equals(RuleChain? other) =>
        other is not null && Id == other.Id && Policy == other.Policy && Base == other.Base
        && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Id, Policy, Rules.Length);
}

/// <summary>
/// The type is filter, nat or route. A smaller priority runs earlier; of equal ones, the chain that was registered
/// last. The device, in the lab's names, is null except for ingress and egress.
/// </summary>
public sealed record BaseChain(NftFamily Family, string Type, string Hook, int Priority, string? Device = null)
{
    /// <summary>
    /// Whether it was registered before br_netfilter's hooks (br_netfilter_hooks.c, <c>brnf_device_event</c>).
    /// </summary>
    public bool BeforeBridges { get; init; }
}
