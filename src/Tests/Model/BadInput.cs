using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>What cannot be predicted is refused in one sentence with the reason.</summary>
public class BadInput
{
    [TestCase("client")]
    [TestCase("server")]
    [TestCase("wan")]
    public void What_an_endpoint_sends_to_itself_never_meets_the_host(string name)
    {
        var endpoint = Parse(name);

        Assert.That(
            () => Request(endpoint, endpoint),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                $"What {name} sends to itself never leaves it and crosses no hook of the host; choose two different endpoints."));
    }

    [Test]
    public void A_request_that_is_not_delivered_has_no_reply() =>
        Assert.That(
            () => Reply(Wan, Client, packet: 3),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                "There is no reply 3 of wan → client (icmp): its request was dropped at iptables filter FORWARD (policy of FORWARD);"
                + " ask for the request, or change the host profile."));

    [TestCase(0)]
    [TestCase(-7)]
    public void Packets_are_counted_from_1(int packet) =>
        Assert.That(
            () => Request(Client, Server, packet: packet),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                $"There is no packet {packet}; the packets of a leg are counted from 1."));

    [Test]
    public void MASQUERADE_is_refused_where_the_kernel_refuses_it()
    {
        var profile = Hosts.With("iptables filter -A FORWARD -j MASQUERADE");

        Assert.That(
            () => Request(Client, Server, profile),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                "The rule \"-A FORWARD -j MASQUERADE\" is in the table filter of iptables, but addresses are rewritten only by the table nat; put it there."));
    }

    [Test]
    public void A_broadcast_is_a_datagram() =>
        Assert.That(
            () => Prediction.Of(HostProfile.Default, new Flow(Client, Everyone, Protocol.Tcp), Leg.Request),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith(
                "A broadcast to everyone is a datagram of IPv4 "));

    [Test]
    public void ARP_is_spoken_on_one_link_only() =>
        Assert.That(
            () => Prediction.Of(HostProfile.Default, new Flow(Client, Stranger, Protocol.Arp), Leg.Request),
            Throws.TypeOf<HooktrailException>().With.Message.StartsWith("client and stranger do not share a link"));
}
