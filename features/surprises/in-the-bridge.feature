Feature: What a bridge does that its rules do not show
  A bridge decides by MAC addresses, and calls the IP stack's hooks on the way. Much of what happens in between is at no hook at all.

  Rule: DNAT within one bridge

    @S9
    Scenario: A packet whose new destination is on its own bridge is not routed
      br_netfilter gives it another MAC address, and the bridge forwards it; its TTL is what it was.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      When "client" sends a datagram to "wan"
      Then at "ebtables filter FORWARD" the request goes out by "server.port"
      And the request never crosses "ebtables filter INPUT"
      And the request is delivered to "server"
      And the reply is delivered to "client"

    @S9
    Scenario: With bridge-nf-call-iptables off it is routed, and the answer takes a short cut past nat
      The client gets it from an address that it never called.
      Given a private host without Docker
      And bridge-nf-call-iptables is off
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      When "client" sends a datagram to "wan"
      Then the request crosses "ebtables filter INPUT" once
      And the request is delivered to "server"
      And the reply never crosses iptables

    @S23
    Scenario: Even bridged, it needs the host to forward
      br_netfilter looks for the new destination's route as the host would for itself, and a host that does not forward finds none. The packet is handed up
      instead of on, and ends there.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      And ip_forward is off
      When "client" sends a datagram to "wan"
      Then the request is not seen again after "ebtables filter INPUT"

  Rule: Out by the port that it came in by

    @S10
    Scenario: Bridged, it needs hairpin mode
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      And the rule "iptables -t nat -A POSTROUTING -s client -d client -j MASQUERADE"
      And hairpin is on
      When "client" sends a datagram to "wan"
      Then at "ebtables filter FORWARD" the request goes out by "client.port"
      And the request is delivered to "client"

    @S10 @S11
    Scenario: Without hairpin mode it is discarded, and no chain drops it
      should_deliver() (net/bridge/br_forward.c) turns it down before the hook FORWARD.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      When "client" sends a datagram to "wan"
      Then the request is not seen again after "iptables nat PREROUTING"
      And the request never crosses "ebtables filter FORWARD"

    @S10
    Scenario: Routed, it needs nothing: the packet is a new one to the bridge
      Given a private host without Docker
      And bridge-nf-call-iptables is off
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      And the rule "iptables -t nat -A POSTROUTING -s client -d client -j MASQUERADE"
      When "client" sends a datagram to "wan"
      Then at "ebtables filter OUTPUT" the request goes out by "client.port"
      And the request is delivered to "client"

  Rule: Frames that are not what they seem

    @S17
    Scenario: Who listens on a bridge makes every frame cross INPUT of ebtables
      `tcpdump -i lab` makes the bridge promiscuous, and it takes a copy of what it forwards. The copy goes no further than that: INPUT of iptables does not see it.
      Given a private host without Docker
      And promiscuous is on
      When "client" pings "server" once
      Then the request crosses "ebtables filter INPUT" once
      And the request never crosses "iptables filter INPUT"
      And the request is delivered to "server"

    Scenario: What is broadcast meanwhile has no connection any more when it comes to the host
      Since CVE-2024-27018 was mended, the copy that goes up loses its connection on the way (net/bridge/br_netfilter_hooks.c, br_nf_local_in). A firewall that drops what is INVALID then drops every broadcast
      from the bridge, for as long as somebody listens.
      Given a private host without Docker
      And promiscuous is on
      And the rule "iptables -t filter -A INPUT -i lab -m conntrack --ctstate INVALID -j DROP"
      When "client" broadcasts a datagram
      Then the request is dropped at "iptables filter INPUT" from Linux 6.9, 5.15.157, 6.1.88, 6.6.29 and 6.8.8 on, and delivered to "everyone" before

    @S19
    Scenario: Fragments are put together for iptables, and stay so for the rest of the bridge
      conntrack cannot judge fragments. So ebtables sees three frames in PREROUTING and one packet in FORWARD; they are cut again behind everything.
      Given a private host without Docker
      When "client" sends a datagram to "server" in 3 fragments
      Then the request crosses "ebtables nat PREROUTING" 3 times
      And the request crosses "iptables mangle PREROUTING" once
      And the request crosses "ebtables filter FORWARD" once
      And the request is delivered to "server"

    @S20
    Scenario: In a tagged frame, an IP packet is none to the bridge
      Given a private host without Docker
      When "client" sends a datagram to "server" in a VLAN frame
      Then the request crosses exactly
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | client.port |             |
        | ebtables | nat    | PREROUTING  | client.port |             |
        | ebtables | filter | FORWARD     | client.port | server.port |
        | ebtables | nat    | POSTROUTING |             | server.port |
      And it never crosses iptables

    @S20
    Scenario: bridge-nf-filter-vlan-tagged looks inside
      Given a private host without Docker
      And bridge-nf-filter-vlan-tagged is on
      When "client" sends a datagram to "server" in a VLAN frame
      Then the request crosses "iptables filter FORWARD" once

    @S20
    Scenario: So does bridge-nf-filter-pppoe-tagged
      Given a private host without Docker
      And bridge-nf-filter-pppoe-tagged is on
      When "client" sends a datagram to "server" in a PPPoE frame
      Then the request crosses "iptables filter FORWARD" once

    @S24
    Scenario: ARP from one container to another is a matter of ebtables
      arptables-nft has no chain for what is bridged.
      Given a private host without Docker
      When "client" asks by ARP for "server"
      Then the reply never crosses "arptables filter INPUT"
      And the reply never crosses "arptables filter OUTPUT"
      And the reply is delivered to "client"

    @S27
    Scenario: A broadcast is forwarded before the host hears it, and nat INPUT never does
      Given a private host without Docker
      When "client" broadcasts a datagram
      Then the request crosses "ebtables filter FORWARD" before "ebtables filter INPUT"
      And the request never crosses "iptables nat INPUT"

    @S27
    Scenario: The host's own broadcast crosses POSTROUTING twice
      Once for the copy that it keeps for itself, and once for the one that leaves.
      Given a private host without Docker
      When "host" broadcasts a datagram
      Then the request crosses "iptables mangle POSTROUTING" twice

  Rule: Past the bridge

    Scenario: A DROP in broute drops nothing: the port itself receives the frame (the model alone: few kernels and ebtables have the table)
      The frame goes on as one that came in by the port, not by the bridge (net/bridge/netfilter/ebtable_broute.c, ebt_broute). So a rule for the bridge's
      name does not see it, and nothing of ebtables does.
      Given the model of a host with the rule "ebtables -t broute -A BROUTING -i client.port -j DROP"
      When the model sends "client" to "host"
      Then at "iptables raw PREROUTING" the request comes in by "client.port"
      And the request never crosses "ebtables nat PREROUTING"
      And the request never crosses "ebtables filter INPUT"
      And the request is delivered to "host"
