using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model;

/// <summary>
/// One change of the model: it takes away a statement, or takes away or moves a registration or a rule of NAT. If no
/// leg of a run notices, nothing checks what the model says there.
/// </summary>
public sealed record Mutation
{
    private Mutation(string what) => What = what;

    public string What { get; }

    /// <summary>What a lab needs so that a leg can notice; null where any lab can.</summary>
    public string? Needs { get; private init; }

    public MutationKind Kind { get; private init; }

    internal Statement? Without { get; private init; }

    private string? Registration { get; init; }

    private Family Family { get; init; }

    private Hook Hook { get; init; }

    /// <summary>The registration's new priority; null where it is gone.</summary>
    private int? Priority { get; init; }

    private ChainId Chain { get; init; }

    /// <summary>The place of the rule in its chain; null for other kinds.</summary>
    private int? Rule { get; init; }

    /// <summary>How many rules it is here: one of a tool that leaves a choice has a rule for each.</summary>
    private int Choices { get; init; } = 1;

    /// <summary>The place of the rule that it is behind now; null where it is gone.</summary>
    private int? Behind { get; init; }

    /// <summary>
    /// All mutations for a host. Each statement and each registration is taken away; each registration is moved behind
    /// the next at its hook; each rule of NAT is taken away, and moved behind the next rule with which its order
    /// matters.
    /// </summary>
    public static ImmutableArray<Mutation> Of(HostProfile profile)
    {
        var registrations = Host.Registrations(profile, KernelTraits.For(profile.Kernel));
        var table = new HookTable(registrations);
        return
        [
            .. Statement.All.Select(statement =>
                new Mutation($"without: {statement.Says}") { Without = statement, Needs = statement.Needs }),
            .. registrations.Where(CanTell).Select(one => new Mutation($"without {one.What} at {Place(one)}")
            {
                Kind = KindOf(one),
                Registration = one.What,
                Family = one.Family,
                Hook = one.Hook,
                Needs = one is { Family: Family.Arp, Hook: Hook.Forward }
                    ? "arptables-legacy with a LOG rule, as nf_tables has no such hook"
                    : null,
            }),
            .. registrations.Where(CanTell).Select(one => Moving(one, table)).OfType<Mutation>(),
            .. NatRules.Of(profile.Rules).SelectMany(chain => OfRules(chain, profile.Rules)),
        ];
    }

    internal HostProfile Apply(HostProfile profile)
    {
        if (Rule is not { } at || profile.Rules.Find(Chain) is not { } chain)
            return profile;
        var rules = chain.Rules.RemoveRange(at, Choices);
        if (Behind is { } other)
            rules = rules.InsertRange(other - Choices + 1, chain.Rules.Slice(at, Choices));
        return profile with
        {
            Rules = profile.Rules with { Chains = profile.Rules.Chains.Replace(chain, chain with { Rules = rules }) },
        };
    }

    internal KernelTraits Apply(KernelTraits traits) => Without == Statement.IngressInPostRouting
        ? traits with { PostRoutingShowsIngressDevice = false }
        : traits;

    internal IEnumerable<HookRegistration> Apply(IEnumerable<HookRegistration> registrations, HostProfile profile) =>
        Moved(Without is { } statement ? WithoutStatement.Apply(statement, registrations, profile) : registrations);

    private IEnumerable<HookRegistration> Moved(IEnumerable<HookRegistration> registrations)
    {
        foreach (var one in registrations)
            if (one.What != Registration || one.Family != Family || one.Hook != Hook)
                yield return one;
            else if (Priority is { } priority)
                yield return one with { Priority = priority };
    }

    // The host's own packets are whole until after POSTROUTING. OUTPUT has nothing to put together, so no packet can
    // tell whether defragmentation is there.
    private static bool CanTell(HookRegistration one) => one is not { What: "nf_defrag", Hook: Hook.LocalOut };

    private static Mutation? Moving(HookRegistration one, HookTable table)
    {
        // A packet is on one device at a time, so functions of two devices have no order.
        var entries = table.At(one.Family, one.Hook).Where(other => other.Device == one.Device).ToImmutableArray();
        var next = entries.IndexOf(one) + 1;
        if (next >= entries.Length || entries[next].Priority == int.MaxValue)
            return null;
        // The bridge has already put together a packet that skips PREROUTING.
        if (one.What == "ip_sabotage_in" && entries[next].What == "nf_defrag" || !CanTell(entries[next]))
            return null;
        return new($"{one.What} moved behind {entries[next].What} at {Place(one)}")
        {
            Kind = KindOf(one),
            Registration = one.What,
            Family = one.Family,
            Hook = one.Hook,
            Priority = entries[next].Priority + 1,
        };
    }

    private static IEnumerable<Mutation> OfRules(RuleChain chain, RuleSet rules)
    {
        for (var at = 0; at < chain.Rules.Length; at = LastChoice(chain, at) + 1)
        {
            var rule = chain.Rules[at];
            var last = LastChoice(chain, at);
            if (!NatRules.Decides(rule, chain.Id, rules))
                continue;
            yield return new($"without the rule {chain.Id}: {rule}")
            {
                Kind = MutationKind.NatRule,
                Chain = chain.Id,
                Rule = at,
                Choices = last - at + 1,
            };
            for (var other = last + 1; other < chain.Rules.Length; other++)
                if (!NatRules.Commute(rule, chain.Rules[other], chain.Id, rules))
                {
                    yield return new($"the rule {chain.Id}: {rule} behind {chain.Rules[other]}")
                    {
                        Kind = MutationKind.NatRule,
                        Chain = chain.Id,
                        Rule = at,
                        Choices = last - at + 1,
                        Behind = LastChoice(chain, other),
                    };
                    break;
                }
        }
    }

    /// <summary>
    /// The last of the rules that are one of a tool, such as SNAT to a range of addresses. The kernel takes one of them
    /// by a hash, so nothing can show that another is missing.
    /// </summary>
    private static int LastChoice(RuleChain chain, int at)
    {
        while (at + 1 < chain.Rules.Length
            && chain.Rules[at].Matches.Any(match => match is UnknownMatch { IsChoice: true }))
            at++;
        return at;
    }

    private static MutationKind KindOf(HookRegistration one) =>
        one.What.StartsWith(Layer.Nftables.Name(), StringComparison.Ordinal)
            ? MutationKind.UsersChain
            : MutationKind.Registration;

    private static string Place(HookRegistration one) => $"{one.Family} {one.Hook}";

    public override string ToString() => What;
}

public enum MutationKind
{
    /// <summary>A rule of the walk.</summary>
    Statement,

    /// <summary>The place of a function of the kernel, or of a chain of the tools, at a hook.</summary>
    Registration,

    /// <summary>The place of a user's own base chain of nft.</summary>
    UsersChain,

    /// <summary>A NAT rule of the host, exemptions included.</summary>
    NatRule,
}
