Feature: What a bridge does that its rules do not show
  A bridge decides by MAC addresses, and calls the IP stack's hooks on the way. Much of what happens in between crosses
  no hook.

  Rule: DNAT within one bridge

    Scenario: A datagram that DNAT sends to a neighbour on the same bridge is bridged, not routed
      br_netfilter gives it another MAC address, and the bridge forwards it; its TTL does not change.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      When "client" sends a datagram to "wan"
      Then at "ebtables filter FORWARD" the request goes out by "server.port"
      And the request never crosses "ebtables filter INPUT"
      And the request is delivered to "server"
      And the reply is delivered to "client"

    Scenario: With bridge-nf-call-iptables off, the answer after DNAT to a neighbour bypasses nat
      The request is routed. The answer is bridged, and the client gets it from an address that it never called.
      Given a private host without Docker
      And bridge-nf-call-iptables is off
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      When "client" sends a datagram to "wan"
      Then the request crosses "ebtables filter INPUT" once
      And the request is delivered to "server"
      And the reply never crosses iptables

    Scenario: DNAT to a neighbour on the same bridge needs ip_forward, even though it is bridged
      br_netfilter looks up the route to the new destination as the host would for itself, and a host that does not
      forward finds none. The bridge hands the packet up instead of forwarding it, and the packet ends there.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
      And ip_forward is off
      When "client" sends a datagram to "wan"
      Then the request is not seen again after "ebtables filter INPUT"

  Rule: Packets that leave by the port they came in by

    Scenario: A bridged datagram that leaves by the port it came in by needs hairpin mode
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      And the rule "iptables -t nat -A POSTROUTING -s client -d client -j MASQUERADE"
      And hairpin is on
      When "client" sends a datagram to "wan"
      Then at "ebtables filter FORWARD" the request goes out by "client.port"
      And the request is delivered to "client"

    Scenario: Without hairpin mode, the bridge discards a datagram for the port it came in by
      No chain drops it: should_deliver() (net/bridge/br_forward.c) refuses it before the hook FORWARD.
      Given a private host without Docker
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      When "client" sends a datagram to "wan"
      Then the request is not seen again after "iptables nat PREROUTING"
      And the request never crosses "ebtables filter FORWARD"

    Scenario: A routed datagram leaves by the port it came in by without hairpin mode
      To the bridge, it is a new packet.
      Given a private host without Docker
      And bridge-nf-call-iptables is off
      And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination client"
      And the rule "iptables -t nat -A POSTROUTING -s client -d client -j MASQUERADE"
      When "client" sends a datagram to "wan"
      Then at "ebtables filter OUTPUT" the request goes out by "client.port"
      And the request is delivered to "client"

  Rule: Frames that are not what they seem

    Scenario: On a promiscuous bridge, every frame crosses ebtables INPUT
      `tcpdump -i lab` makes the bridge promiscuous, and it takes a copy of what it forwards. The copy ends there: INPUT
      of iptables does not see it.
      Given a private host without Docker
      And promiscuous is on
      When "client" pings "server" once
      Then the request crosses "ebtables filter INPUT" once
      And the request never crosses "iptables filter INPUT"
      And the request is delivered to "server"

    Scenario: Since the fix of CVE-2024-27018, a promiscuous bridge hands broadcasts up as INVALID
      The fix came with Linux 6.9 and with stable releases: the copy that goes up to the host loses its connection on
      the way (net/bridge/br_netfilter_hooks.c, br_nf_local_in). A firewall that drops INVALID packets then drops every
      broadcast from the bridge while tcpdump listens on it.
      Given a private host without Docker
      And promiscuous is on
      And the rule "iptables -t filter -A INPUT -i lab -m conntrack --ctstate INVALID -j DROP"
      When "client" broadcasts a datagram
      Then the request is dropped at "iptables filter INPUT" from Linux 6.9, 5.15.157, 6.1.88, 6.6.29 and 6.8.8 on, and delivered to "everyone" before

    Scenario: Fragments between neighbours are reassembled for iptables and cross FORWARD as one packet
      conntrack cannot judge fragments. So ebtables sees three frames in PREROUTING and one packet in FORWARD; the
      bridge fragments it again behind all hooks.
      Given a private host without Docker
      When "client" sends a datagram to "server" in 3 fragments
      Then the request crosses "ebtables nat PREROUTING" 3 times
      And the request crosses "iptables mangle PREROUTING" once
      And the request crosses "ebtables filter FORWARD" once
      And the request is delivered to "server"

    Scenario: A datagram in a VLAN frame crosses ebtables but not iptables
      Given a private host without Docker
      When "client" sends a datagram to "server" in a VLAN frame
      Then the request crosses exactly
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | client.port |             |
        | ebtables | nat    | PREROUTING  | client.port |             |
        | ebtables | filter | FORWARD     | client.port | server.port |
        | ebtables | nat    | POSTROUTING |             | server.port |
      And it never crosses iptables

    Scenario: With bridge-nf-filter-vlan-tagged on, a datagram in a VLAN frame crosses iptables
      Given a private host without Docker
      And bridge-nf-filter-vlan-tagged is on
      When "client" sends a datagram to "server" in a VLAN frame
      Then the request crosses "iptables filter FORWARD" once

    Scenario: With bridge-nf-filter-pppoe-tagged on, a datagram in a PPPoE frame crosses iptables
      Given a private host without Docker
      And bridge-nf-filter-pppoe-tagged is on
      When "client" sends a datagram to "server" in a PPPoE frame
      Then the request crosses "iptables filter FORWARD" once

    Scenario: An ARP reply between containers crosses neither arptables INPUT nor arptables OUTPUT
      arptables-nft has no chain for bridged frames.
      Given a private host without Docker
      When "client" asks by ARP for "server"
      Then the reply never crosses "arptables filter INPUT"
      And the reply never crosses "arptables filter OUTPUT"
      And the reply is delivered to "client"

    Scenario: A container's broadcast crosses ebtables FORWARD before INPUT, and never nat INPUT
      Given a private host without Docker
      When "client" broadcasts a datagram
      Then the request crosses "ebtables filter FORWARD" before "ebtables filter INPUT"
      And the request never crosses "iptables nat INPUT"

    Scenario: The host's own broadcast crosses iptables POSTROUTING twice
      Once for the copy that it keeps for itself, and once for the one that leaves.
      Given a private host without Docker
      When "host" broadcasts a datagram
      Then the request crosses "iptables mangle POSTROUTING" twice

  Rule: Frames that bypass the bridge

    @model
    Scenario: DROP in ebtables broute drops nothing: the port itself receives the frame
      The frame goes on as one that came in by the port, not by the bridge (net/bridge/netfilter/ebtable_broute.c,
      ebt_broute). So a rule for the bridge's name does not see it, and no chain of ebtables does. This scenario asks
      only the model: few kernels and releases of ebtables have the table.
      Given the model of a host with the rule "ebtables -t broute -A BROUTING -i client.port -j DROP"
      When the model sends "client" to "host"
      Then at "iptables raw PREROUTING" the request comes in by "client.port"
      And the request never crosses "ebtables nat PREROUTING"
      And the request never crosses "ebtables filter INPUT"
      And the request is delivered to "host"
