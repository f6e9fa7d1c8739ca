using Hooktrail.Model.Ip;
using Hooktrail.Model.Netfilter;
using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

public class ConntrackAndNat
{
    private static readonly HostProfile OpenToWan = Hosts.Open;

    private static readonly HostProfile MasqueradesIntoTheBridge =
        Hosts.With("iptables nat -A POSTROUTING -o lab -j MASQUERADE");

    [TestCaseSource(typeof(Walks), nameof(Flows))]
    public void A_later_packet_crosses_what_the_first_did_but_nat(Flow flow)
    {
        var profile = OpenToWan;

        Assert.That(
            Prediction.Of(profile, flow, new Leg(Direction.Request, 2)).Hops,
            Is.EqualTo(Prediction.Of(profile, flow, Leg.Request).Hops.Where(hop => !IsIptablesNat(hop))));
    }

    [TestCaseSource(typeof(Walks), nameof(Flows))]
    public void A_packet_of_a_connection_that_exists_is_a_later_one(Flow flow)
    {
        var established = Prediction.Legs(OpenToWan, flow with { IsEstablished = true });

        Assert.That(
            established.Single(leg => leg.Leg == Leg.Request).Trail.Hops,
            Is.EqualTo(Prediction.Of(OpenToWan, flow, new Leg(Direction.Request, 2)).Hops));
        Assert.That(established.Select(leg => leg.Leg), Is.EqualTo(new[] { Leg.Request, Leg.Reply }));
    }

    [TestCaseSource(typeof(Walks), nameof(Flows))]
    public void Without_conntrack_no_nat_chain_of_iptables_is_crossed(Flow flow)
    {
        var profile = OpenToWan with { Conntrack = false };

        Assert.That(
            Prediction.Of(profile, flow, Leg.Request).Hops,
            Is.EqualTo(Prediction.Of(OpenToWan, flow, Leg.Request).Hops.Where(hop => !IsIptablesNat(hop))));
    }

    [Test]
    public void Masquerade_changes_the_source_after_nat_POSTROUTING_where_no_IP_hook_sees_it_any_more() =>
        Assert.That(
            Request(Client, Wan).Hops.Select(hop => (hop.Source, hop.Destination)), Has.All.EqualTo(("client", "wan")));

    [Test]
    public void The_reply_to_a_masqueraded_packet_gets_its_destination_back_at_PREROUTING() =>
        Assert.That(Reply(Client, Wan).Addresses(), Is.EqualTo(Board("""
            iptables raw      PREROUTING  wan→host.wan
            iptables mangle   PREROUTING  wan→host.wan
            iptables mangle   FORWARD     wan→client
            iptables filter   FORWARD     wan→client
            iptables security FORWARD     wan→client
            iptables mangle   POSTROUTING wan→client
            ebtables filter   OUTPUT      wan→client
            ebtables nat      OUTPUT      wan→client
            ebtables nat      POSTROUTING wan→client
            """)));

    [Test]
    public void Later_packets_are_masqueraded_though_they_never_meet_the_rule() =>
        Assert.That(Reply(Client, Wan, packet: 3).At("iptables raw PREROUTING").Destination, Is.EqualTo("host.wan"));

    [Test]
    public void Without_conntrack_nothing_is_masqueraded() =>
        Assert.That(
            Reply(Client, Wan, OpenToWan with { Conntrack = false }).At("iptables raw PREROUTING").Destination,
            Is.EqualTo("client"));

    [Test]
    public void A_reply_is_let_through_to_a_container_because_conntrack_has_seen_the_request()
    {
        Assert.That(Reply(Client, Wan).Outcome, Is.EqualTo(Outcome.Delivered(Client)));
        Assert.That(Request(Wan, Client).Outcome.Kind, Is.EqualTo(OutcomeKind.Dropped));
    }

    [Test]
    public void After_a_drop_conntrack_keeps_nothing_so_the_next_packet_crosses_nat_again() =>
        Assert.That(Request(Wan, Client, packet: 2), Is.EqualTo(Request(Wan, Client)));

    [Test]
    public void The_reply_to_a_masqueraded_frame_is_bridged_back_without_going_up()
    {
        var profile = MasqueradesIntoTheBridge;

        var reply = Reply(Client, Server, profile);
        Assert.That(reply.At("ebtables nat PREROUTING").Destination, Is.EqualTo("lab.gateway"));
        Assert.That(reply.At("ebtables filter FORWARD").Destination, Is.EqualTo("client"));
        Assert.That(reply.Outcome, Is.EqualTo(Outcome.Delivered(Client)));
    }

    [Test]
    public void Such_a_reply_is_not_bridged_back_where_the_host_does_not_forward()
    {
        var profile = MasqueradesIntoTheBridge with { IpForward = false };

        var outcome = Reply(Client, Server, profile).Outcome;
        Assert.That(outcome.Kind, Is.EqualTo(OutcomeKind.Vanished));
        Assert.That(outcome.At.ToString(), Is.EqualTo("ebtables filter INPUT"));
    }

    [Test]
    public void Ebtables_sees_the_new_source_of_what_the_host_masquerades_into_the_bridge()
    {
        var profile = MasqueradesIntoTheBridge;

        Assert.That(Request(Wan, Client, profile).Addresses().TakeLast(3), Is.EqualTo(Board("""
            ebtables filter OUTPUT      lab.gateway→client
            ebtables nat    OUTPUT      lab.gateway→client
            ebtables nat    POSTROUTING lab.gateway→client
            """)));
        Assert.That(Reply(Wan, Client, profile).Outcome, Is.EqualTo(Outcome.Delivered(Wan)));
    }

    [Test]
    public void A_connection_is_established_once_it_was_answered()
    {
        var profile = Hosts.With("iptables filter -A FORWARD -i lab -m conntrack --ctstate ESTABLISHED -j DROP");

        Assert.That(Request(Client, Wan, profile).Outcome, Is.EqualTo(Outcome.Delivered(Wan)));
        Assert.That(
            Request(Client, Wan, profile, packet: 2).Outcome.At.ToString(), Is.EqualTo("iptables filter FORWARD"));
    }

    [Test]
    public void While_no_answer_was_seen_a_later_packet_is_still_new_and_yet_skips_nat()
    {
        var profile = Hosts.With(
            "iptables raw -A PREROUTING -i wan.nic -j DROP",
            "iptables filter -A FORWARD -i lab -m conntrack --ctstate ESTABLISHED -j DROP");

        var second = Request(Client, Wan, profile, packet: 2);
        Assert.That(second.Outcome, Is.EqualTo(Outcome.Delivered(Wan)));
        Assert.That(second.Hops.Where(IsIptablesNat), Is.Empty);
    }

    [Test]
    public void A_reply_to_nothing_is_INVALID_crosses_no_nat_and_leaves_no_connection()
    {
        var connections = new ConnectionTable(new Choices(unites: true));
        var stray = new Packet(
            new Host(OpenToWan), connections, new Content(Kind.EchoReply, Family.IPv4),
            new("lab.gateway"), new("client"));

        LocalOutput.Send(stray);

        Assert.That(stray.Passage.Hops.Where(IsIptablesNat), Is.Empty);
        Assert.That(connections.Snapshot, Is.Empty);
    }

    [Test, CancelAfter(5_000)]
    public void The_millionth_packet_is_predicted_at_once() =>
        Assert.That(Reply(Client, Wan, packet: int.MaxValue), Is.EqualTo(Reply(Client, Wan, packet: 2)));

    private static bool IsIptablesNat(Hop hop) => hop.Point is { Layer: Layer.Iptables, Table: "nat" };
}
