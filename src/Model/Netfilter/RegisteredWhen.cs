namespace Hooktrail.Model.Netfilter;

/// <summary>When something was registered, by the host's <see cref="RegistrationOrder"/>.</summary>
internal static class RegisteredWhen
{
    /// <summary>In that order. What it does not name keeps its place: before all, users' chains behind.</summary>
    public static ImmutableArray<HookRegistration> InOrder(
        ImmutableArray<HookRegistration> registrations, RegistrationOrder order) => order.IsAssumed
        ? registrations
        :
        [
            .. registrations
                .Select(one => one with { Step = StepOf(one, order) })
                .OrderBy(one => one.Step ?? Default(one.Points)),
        ];

    /// <summary>The same for the chains of type nat at one hook.</summary>
    public static IEnumerable<(Chain Chain, int Priority)> InOrder(
        IEnumerable<(Chain Chain, int Priority)> chains, RegistrationOrder order) => order.IsAssumed
        ? chains
        : chains.OrderBy(one => order.StepOf(one.Chain.Point.ToString()) ?? Default([one.Chain.Point]));

    // A table, the first of its kind, brings its functions at all hooks at once.
    private static int? StepOf(HookRegistration one, RegistrationOrder order) =>
        order.StepOf(NameOf(one)) ?? one.Points.Select(point => order.StepOf(point.ToString())).Min();

    private static string NameOf(HookRegistration one) => one.What switch
    {
        "nat core" => one.Family == Family.IPv4 ? RegistrationOrder.Nat : RegistrationOrder.Nat6,
        "nf_defrag" or "nf_confirm" or Conntrack.InName =>
            one.Family == Family.IPv4 ? RegistrationOrder.Conntrack : RegistrationOrder.Conntrack6,
        _ when one.Points.IsEmpty => RegistrationOrder.BrNetfilter,
        _ => one.What,
    };

    private static int Default(ImmutableArray<HookPoint> points) =>
        points is [{ Layer: Layer.Nftables }] ? int.MaxValue : -1;
}
