namespace Hooktrail.Rules;

/// <summary>
/// The order in which chains and functions of the kernel were registered, as far as it is known. Of two at one hook
/// with one priority, the one registered later runs first (net/netfilter/core.c, <c>nf_hook_entries_grow</c>).
/// </summary>
/// <param name="Steps">
/// What was registered one after the other, by name: a chain's hook point, or one of the constants. Within a step the
/// order is known only of chains of one table of nft: it is that in which the rule set has them.
/// </param>
public sealed record RegistrationOrder(ImmutableArray<ImmutableArray<string>> Steps)
{
    /// <summary>A host that was not read: the kernel's functions and the tools' chains came first.</summary>
    public static readonly RegistrationOrder Assumed = new([]);

    public const string BrNetfilter = "br_netfilter";

    /// <summary>The conntrack functions of IPv4; <see cref="Conntrack6"/> those of IPv6.</summary>
    public const string Conntrack = "conntrack ip";

    public const string Conntrack6 = "conntrack ip6";

    /// <summary>The NAT core of IPv4, which asks all chains of type nat; <see cref="Nat6"/> that of IPv6.</summary>
    public const string Nat = "nat ip";

    public const string Nat6 = "nat ip6";

    /// <summary>Whether it is from the kernel's own list of its hooks, in the order in which they run.</summary>
    public bool IsListed { get; init; }

    public bool IsAssumed => Steps.IsEmpty;

    /// <summary>Null for a name that is in no step.</summary>
    public int? StepOf(string name)
    {
        for (var step = 0; step < Steps.Length; step++)
            if (Steps[step].Contains(name))
                return step;
        return null;
    }

    /// <summary>Whether it is known which of the two chains was registered first.</summary>
    public bool Knows(HookPoint one, HookPoint other) =>
        StepOf(one.ToString()) != StepOf(other.ToString())
        || StepOf(one.ToString()) is null
        || IsOfOneTable(one, other);

    /// <summary>Whether both are chains of one table of nft.</summary>
    public static bool IsOfOneTable(HookPoint one, HookPoint other) =>
        one.Layer == Layer.Nftables && other.Layer == Layer.Nftables && one.Table == other.Table;

    /// <summary>The same without what is not in <paramref name="names"/>.</summary>
    public RegistrationOrder Among(IReadOnlySet<string> names) => this with
    {
        Steps =
        [
            .. Steps.Select(step => step.Where(names.Contains).ToImmutableArray()).Where(step => !step.IsEmpty),
        ],
    };

    public bool Equals(RegistrationOrder? other) =>
        ReferenceEquals(this, other)
        || other is not null && IsListed == other.IsListed && Steps.Length == other.Steps.Length
        && Steps.Zip(other.Steps).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second.AsSpan()));

    public override int GetHashCode() => HashCode.Combine(Steps.Length, IsListed);
}
