using FsCheck;
using FsCheck.Fluent;

namespace Hooktrail.Model.Tests;

/// <summary>What holds for every profile, flow and leg.</summary>
public class Properties
{
    private static readonly HookPoint[] AllPoints = [.. HookPoints.Ebtables, .. HookPoints.Iptables];

    [Test]
    public void The_same_question_has_the_same_answer() =>
        Holds(one => one.Trail.Equals(Case.Of(one.Profile with { }, one.Flow, one.Leg)?.Trail));

    [Test]
    public void Every_hop_is_a_hook_point_of_the_tools() =>
        Holds(one => one.Trail.Hops.All(hop => AllPoints.Contains(hop.Point)));

    [Test]
    public void A_trail_without_a_container_never_meets_ebtables() =>
        Holds(one => one.HasContainer || one.Trail.Within(Layer.Ebtables).Hops.IsEmpty);

    [Test]
    public void A_reply_never_crosses_nat_of_iptables() =>
        Holds(one => one.Leg.Direction == Direction.Request || !CrossesIptablesNat(one.Trail));

    [Test]
    public void A_later_packet_of_an_answered_connection_never_crosses_nat_of_iptables() =>
        Holds(one => one.Leg.Packet == 1
            || one.Trail.Outcome.Kind != OutcomeKind.Delivered
            || !CrossesIptablesNat(one.Trail));

    [Test]
    public void Without_conntrack_nat_of_iptables_is_never_crossed() =>
        Holds(one => one.Profile.Conntrack || !CrossesIptablesNat(one.Trail));

    [Test]
    public void Ebtables_prints_no_physical_ports() =>
        Holds(one => one.Trail.Within(Layer.Ebtables).Hops.All(hop => hop.PhysIn is null && hop.PhysOut is null));

    [Test]
    public void A_port_to_leave_by_is_known_only_where_the_bridge_itself_forwards() =>
        Holds(one =>
            one.Trail.Hops.All(hop => hop.PhysOut is null || (hop.PhysIn is not null && hop.Out == LabNames.Bridge)));

    [Test]
    public void Ports_are_known_only_where_the_bridge_calls_iptables() =>
        Holds(one => (one.Profile.BrNetfilter && one.Profile.BridgeNfCallIptables)
            || one.Trail.Hops.All(hop => hop.PhysIn is null));

    [Test]
    public void A_hook_point_is_crossed_at_most_once() =>
        Holds(one => one.Trail.Hops.Select(hop => hop.Point).Distinct().Count() == one.Trail.Hops.Length);

    [Test]
    public void What_is_not_delivered_ended_at_its_last_hop() =>
        Holds(one => one.Trail.Outcome.Kind == OutcomeKind.Delivered
            || one.Trail.Outcome.At == one.Trail.Hops[^1].Point);

    [Test]
    public void A_reply_is_delivered_to_who_asked_or_not_at_all() =>
        Holds(one => one.Trail.Outcome.To is not { } to
            || to == (one.Leg.Direction == Direction.Request ? one.Flow.To : one.Flow.From));

    private static bool CrossesIptablesNat(Trail trail) =>
        trail.Hops.Any(hop => hop.Point is { Layer: Layer.Iptables, Table: "nat" });

    private static void Holds(Func<Case, bool> property) =>
        Prop.ForAll(Arb.From(Cases), one => one is null || property(one))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private sealed record Case(HostProfile Profile, Flow Flow, Leg Leg, Trail Trail)
    {
        public bool HasContainer => Flow.From.Kind == EndpointKind.Container || Flow.To.Kind == EndpointKind.Container;

        /// <summary>Null for a reply to a request that is not delivered.</summary>
        public static Case? Of(HostProfile profile, Flow flow, Leg leg)
        {
            try
            {
                return new(profile, flow, leg, Prediction.Of(profile, flow, leg));
            }
            catch (HooktrailException e) when (e.Message.StartsWith("There is no reply", StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    private static Gen<bool> Coin => Gen.Elements(true, false);

    private static Gen<Backend> AnyBackend => Gen.Elements(Backend.Nft, Backend.Legacy);

    private static Gen<string> AnyFilter =>
        from point in Gen.Elements(AllPoints)
        from verdict in Gen.Elements("ACCEPT", "ACCEPT", "DROP")
        from established in Coin
        let condition = established && point.Layer == Layer.Iptables ? "-m conntrack --ctstate ESTABLISHED " : ""
        select $"{point.Layer.Name()} {point.Table} -A {point.Chain} {condition}-j {verdict}";

    private static Gen<RuleSet> AnyRules => Gen.OneOf(
        Gen.Constant(RuleSet.Empty),
        Gen.Constant(DockerRules.Default),
        AnyFilter.Select(rule => Hosts.Rules(rule).With(DockerRules.Default)));

    private static Gen<HostProfile> AnyProfile =>
        from kernel in Gen.Elements("4.15", "5.1", "5.4", "5.10", "6.1", "6.7", "6.12", "6.18", "7.3")
        from iptables in AnyBackend
        from ebtables in AnyBackend
        from broute in Coin
        from brNetfilter in Coin
        from call in Coin
        from forward in Coin
        from conntrack in Coin
        from rules in AnyRules
        select new HostProfile
        {
            Kernel = KernelVersion.Parse(kernel),
            Iptables = iptables,
            Ebtables = ebtables,
            Broute = broute,
            BrNetfilter = brNetfilter,
            BridgeNfCallIptables = call,
            IpForward = forward,
            Conntrack = conntrack,
            Rules = rules,
        };

    private static Gen<Case?> Cases =>
        from profile in AnyProfile
        from flow in Gen.Elements(Walks.Flows)
        from direction in Gen.Elements(Direction.Request, Direction.Reply)
        from packet in Gen.Elements(1, 2, 3, 1_000)
        select Case.Of(profile, flow, new Leg(direction, packet));
}
