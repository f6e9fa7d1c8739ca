using static Hooktrail.Model.Tests.Walks;
using static Hooktrail.Trails.Endpoint;

namespace Hooktrail.Model.Tests;

/// <summary>Traces as a sniffer on every hook saw them on kernel 6.18.</summary>
public class ReferenceTraces
{
    [Test]
    public void A_bridged_packet() =>
        Assert.That(Request(Client, Server).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING    client.port→-
            ebtables nat      PREROUTING  client.port→-
            iptables raw      PREROUTING  lab→-                   client.port→-
            iptables mangle   PREROUTING  lab→-                   client.port→-
            iptables nat      PREROUTING  lab→-                   client.port→-
            ebtables filter   FORWARD     client.port→server.port
            iptables mangle   FORWARD     lab→lab                 client.port→server.port
            iptables filter   FORWARD     lab→lab                 client.port→server.port
            iptables security FORWARD     lab→lab                 client.port→server.port
            ebtables nat      POSTROUTING -→server.port
            iptables mangle   POSTROUTING -→lab                   client.port→server.port
            iptables nat      POSTROUTING -→lab                   client.port→server.port
            """)));

    [Test]
    public void The_reply_to_a_bridged_packet_crosses_the_same_without_nat() =>
        Assert.That(Reply(Client, Server).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING    server.port→-
            ebtables nat      PREROUTING  server.port→-
            iptables raw      PREROUTING  lab→-                   server.port→-
            iptables mangle   PREROUTING  lab→-                   server.port→-
            ebtables filter   FORWARD     server.port→client.port
            iptables mangle   FORWARD     lab→lab                 server.port→client.port
            iptables filter   FORWARD     lab→lab                 server.port→client.port
            iptables security FORWARD     lab→lab                 server.port→client.port
            ebtables nat      POSTROUTING -→client.port
            iptables mangle   POSTROUTING -→lab                   server.port→client.port
            """)));

    [Test]
    public void A_packet_routed_from_the_bridge_to_the_wan()
    {
        var trail = Request(Client, Wan);

        Assert.That(trail.Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING    client.port→-
            ebtables nat      PREROUTING  client.port→-
            iptables raw      PREROUTING  lab→-       client.port→-
            iptables mangle   PREROUTING  lab→-       client.port→-
            iptables nat      PREROUTING  lab→-       client.port→-
            ebtables filter   INPUT       client.port→-
            iptables mangle   FORWARD     lab→wan.nic client.port→-
            iptables filter   FORWARD     lab→wan.nic client.port→-
            iptables security FORWARD     lab→wan.nic client.port→-
            iptables mangle   POSTROUTING lab→wan.nic client.port→-
            iptables nat      POSTROUTING lab→wan.nic client.port→-
            """)));
        Assert.That(trail.Outcome, Is.EqualTo(Outcome.Delivered(Wan)));
    }

    [Test]
    public void The_reply_from_the_wan_has_no_port_noted()
    {
        var trail = Reply(Client, Wan);

        Assert.That(trail.Devices(), Is.EqualTo(Board("""
            iptables raw      PREROUTING  wan.nic→-
            iptables mangle   PREROUTING  wan.nic→-
            iptables mangle   FORWARD     wan.nic→lab
            iptables filter   FORWARD     wan.nic→lab
            iptables security FORWARD     wan.nic→lab
            iptables mangle   POSTROUTING wan.nic→lab
            ebtables filter   OUTPUT      -→client.port
            ebtables nat      OUTPUT      -→client.port
            ebtables nat      POSTROUTING -→client.port
            """)));
        Assert.That(trail.Outcome, Is.EqualTo(Outcome.Delivered(Client)));
    }

    [Test]
    public void A_packet_from_the_host_to_a_container() =>
        Assert.That(Request(Endpoint.Host, Client).Devices(), Is.EqualTo(Board("""
            iptables raw      OUTPUT      -→lab
            iptables mangle   OUTPUT      -→lab
            iptables nat      OUTPUT      -→lab
            iptables filter   OUTPUT      -→lab
            iptables security OUTPUT      -→lab
            iptables mangle   POSTROUTING -→lab
            iptables nat      POSTROUTING -→lab
            ebtables filter   OUTPUT      -→client.port
            ebtables nat      OUTPUT      -→client.port
            ebtables nat      POSTROUTING -→client.port
            """)));

    [Test]
    public void The_reply_to_the_host_is_delivered_through_the_bridge() =>
        Assert.That(Reply(Endpoint.Host, Client).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING   client.port→-
            ebtables nat      PREROUTING client.port→-
            iptables raw      PREROUTING lab→-         client.port→-
            iptables mangle   PREROUTING lab→-         client.port→-
            ebtables filter   INPUT      client.port→-
            iptables mangle   INPUT      lab→-         client.port→-
            iptables filter   INPUT      lab→-         client.port→-
            iptables security INPUT      lab→-         client.port→-
            """)));

    [Test]
    public void A_packet_from_a_container_to_the_host() =>
        Assert.That(Request(Client, Endpoint.Host).Devices(), Is.EqualTo(Board("""
            ebtables broute   BROUTING   client.port→-
            ebtables nat      PREROUTING client.port→-
            iptables raw      PREROUTING lab→-         client.port→-
            iptables mangle   PREROUTING lab→-         client.port→-
            iptables nat      PREROUTING lab→-         client.port→-
            ebtables filter   INPUT      client.port→-
            iptables mangle   INPUT      lab→-         client.port→-
            iptables filter   INPUT      lab→-         client.port→-
            iptables nat      INPUT      lab→-         client.port→-
            iptables security INPUT      lab→-         client.port→-
            """)));

    [Test]
    public void Loopback_comes_in_a_second_time_without_nat() =>
        Assert.That(Request(Endpoint.Host, Endpoint.Host).Devices(), Is.EqualTo(Board("""
            iptables raw      OUTPUT      -→lo
            iptables mangle   OUTPUT      -→lo
            iptables nat      OUTPUT      -→lo
            iptables filter   OUTPUT      -→lo
            iptables security OUTPUT      -→lo
            iptables mangle   POSTROUTING -→lo
            iptables nat      POSTROUTING -→lo
            iptables raw      PREROUTING  lo→-
            iptables mangle   PREROUTING  lo→-
            iptables mangle   INPUT       lo→-
            iptables filter   INPUT       lo→-
            iptables security INPUT       lo→-
            """)));

    [Test]
    public void A_packet_routed_from_the_bridge_while_the_bridge_does_not_call_iptables() =>
        Assert.That(
            Request(Client, Wan, HostProfile.Default with { BridgeNfCallIptables = false }).Devices(),
            Is.EqualTo(Board("""
            ebtables broute   BROUTING    client.port→-
            ebtables nat      PREROUTING  client.port→-
            ebtables filter   INPUT       client.port→-
            iptables raw      PREROUTING  lab→-
            iptables mangle   PREROUTING  lab→-
            iptables nat      PREROUTING  lab→-
            iptables mangle   FORWARD     lab→wan.nic
            iptables filter   FORWARD     lab→wan.nic
            iptables security FORWARD     lab→wan.nic
            iptables mangle   POSTROUTING lab→wan.nic
            iptables nat      POSTROUTING lab→wan.nic
            """)));

    [Test]
    public void From_the_host_to_the_wan_no_bridge_is_involved() =>
        Assert.That(Request(Endpoint.Host, Wan).Devices(), Is.EqualTo(Board("""
            iptables raw      OUTPUT      -→wan.nic
            iptables mangle   OUTPUT      -→wan.nic
            iptables nat      OUTPUT      -→wan.nic
            iptables filter   OUTPUT      -→wan.nic
            iptables security OUTPUT      -→wan.nic
            iptables mangle   POSTROUTING -→wan.nic
            iptables nat      POSTROUTING -→wan.nic
            """)));

    [Test]
    public void From_the_wan_to_the_host_no_bridge_is_involved() =>
        Assert.That(Request(Wan, Endpoint.Host).Devices(), Is.EqualTo(Board("""
            iptables raw      PREROUTING wan.nic→-
            iptables mangle   PREROUTING wan.nic→-
            iptables nat      PREROUTING wan.nic→-
            iptables mangle   INPUT      wan.nic→-
            iptables filter   INPUT      wan.nic→-
            iptables nat      INPUT      wan.nic→-
            iptables security INPUT      wan.nic→-
            """)));
}
