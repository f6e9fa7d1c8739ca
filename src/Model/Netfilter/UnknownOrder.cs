namespace Hooktrail.Model.Netfilter;

/// <summary>
/// Functions at one hook with one priority of which it is not known which was registered first, and so which runs
/// first.
/// </summary>
internal sealed record UnknownOrder(ImmutableArray<HookRegistration> Among, RuleSet Rules)
{
    public bool Includes(HookRegistration entry) => Among.Any(one => ReferenceEquals(one, entry));

    /// <summary>All of one hook.</summary>
    public static IEnumerable<UnknownOrder> Of(ImmutableArray<HookRegistration> entries, RuleSet rules)
    {
        foreach (var equals in entries.GroupBy(one => (one.Priority, one.Device)))
            foreach (var step in equals.Where(one => one.Step is not null).GroupBy(one => one.Step))
                if (step.ToImmutableArray() is { Length: > 1 } among && !IsKnown(among))
                    yield return new(among, rules);
    }

    /// <summary>
    /// Whether another order could lead elsewhere: whether, of this packet as it is now, one of the functions would
    /// drop, change or note anything. If none does, the order shows only in the order of the hops.
    /// </summary>
    public bool Matters(Packet packet, in HookState state)
    {
        foreach (var one in Among)
            if (Acts(one, packet, in state))
                return true;
        return false;
    }

    private static bool IsKnown(ImmutableArray<HookRegistration> among) =>
        among.All(one => one.Points is [var point]
            && among[0].Points is [var first] && RegistrationOrder.IsOfOneTable(first, point));

    private bool Acts(HookRegistration one, Packet packet, in HookState state) => one.Points switch
    {
        // Conntrack decides only what other rules then see.
        [] when one.What is "nf_defrag" or "nf_confirm" or Conntrack.InName =>
            Among.SelectMany(other => other.Points)
                .Any(point => ChainActs.Find(point, Rules) is { Rules.IsEmpty: false }),
        [] => true,
        _ when one.What == "nat core" => packet.Connection is not null,
        [var point, ..] => ChainActs.On(point, Rules, packet, in state),
    };
}
