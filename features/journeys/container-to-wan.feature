Feature: Container to WAN and back
  A packet for another network is routed: the container sends its frame to the gateway, the bridge hands it up to the
  host, and the host forwards it by another device. Docker hides the container's address behind the host's (MASQUERADE),
  and conntrack undoes that for the reply.

  Background:
    Given containers "client" and "server" on the network "lab"
    And a host "wan" behind a plain NIC
    And bridge-nf-call-iptables is on

  Rule: ebtables only: routed packets cross INPUT on the way in, OUTPUT on the way back, and never FORWARD

    To the bridge, a packet for the WAN is a frame for the host.

    Scenario: A ping from a container to the WAN crosses ebtables INPUT, not FORWARD
      When "client" pings "wan" once
      Then in ebtables the request crosses
        | layer    | table  | chain      | in          | out |
        | ebtables | broute | BROUTING   | client.port |     |
        | ebtables | nat    | PREROUTING | client.port |     |
        | ebtables | filter | INPUT      | client.port |     |
      And it is delivered to "wan"

    @ebtables-nft
    Scenario: The WAN's reply to a container crosses ebtables OUTPUT and POSTROUTING
      When "client" pings "wan" once
      Then in ebtables the reply crosses
        | layer    | table  | chain       | in | out         |
        | ebtables | filter | OUTPUT      |    | client.port |
        | ebtables | nat    | OUTPUT      |    | client.port |
        | ebtables | nat    | POSTROUTING |    | client.port |
      And it is delivered to "client"

  Rule: iptables and ebtables: the source is rewritten at the very end, and restored before routing

    @docker-iptables
    Scenario: A ping to the WAN keeps the container's address up to nat POSTROUTING
      nat POSTROUTING still sees the container's address: there MASQUERADE decides to rewrite it. From Linux 5.5 on,
      POSTROUTING knows the device that a forwarded packet came in by.
      When "client" pings "wan" once
      Then the request crosses
        | layer    | table    | chain       | in          | out     | source | destination |
        | ebtables | broute   | BROUTING    | client.port |         | client | wan         |
        | ebtables | nat      | PREROUTING  | client.port |         | client | wan         |
        | iptables | raw      | PREROUTING  | lab         |         | client | wan         |
        | iptables | mangle   | PREROUTING  | lab         |         | client | wan         |
        | iptables | nat      | PREROUTING  | lab         |         | client | wan         |
        | ebtables | filter   | INPUT       | client.port |         | client | wan         |
        | iptables | mangle   | FORWARD     | lab         | wan.nic | client | wan         |
        | iptables | filter   | FORWARD     | lab         | wan.nic | client | wan         |
        | iptables | security | FORWARD     | lab         | wan.nic | client | wan         |
        | iptables | mangle   | POSTROUTING | lab         | wan.nic | client | wan         |
        | iptables | nat      | POSTROUTING | lab         | wan.nic | client | wan         |
      And it is delivered to "wan"

    @ebtables-nft
    Scenario: The WAN's reply gets the container's address back before routing, without crossing nat
      It comes to the host's own address. Between mangle and routing, conntrack puts the container's address back
      without crossing any nat chain; otherwise the packet would go to INPUT.
      When "client" pings "wan" once
      Then the reply crosses
        | layer    | table    | chain       | in      | out         | source | destination |
        | iptables | raw      | PREROUTING  | wan.nic |             | wan    | host.wan    |
        | iptables | mangle   | PREROUTING  | wan.nic |             | wan    | host.wan    |
        | iptables | mangle   | FORWARD     | wan.nic | lab         | wan    | client      |
        | iptables | filter   | FORWARD     | wan.nic | lab         | wan    | client      |
        | iptables | security | FORWARD     | wan.nic | lab         | wan    | client      |
        | iptables | mangle   | POSTROUTING | wan.nic | lab         | wan    | client      |
        | ebtables | filter   | OUTPUT      |         | client.port | wan    | client      |
        | ebtables | nat      | OUTPUT      |         | client.port | wan    | client      |
        | ebtables | nat      | POSTROUTING |         | client.port | wan    | client      |
      And it is delivered to "client"
      And it never crosses the table "nat" of iptables

    @docker-iptables
    Scenario: A packet from a container to the WAN keeps its bridge port as physical input device
      br_netfilter's record of the port (`physIn`) stays with the routed packet. There is no `physOut`: the packet
      leaves by a NIC, not by a bridge port.
      When "client" pings "wan" once
      Then in iptables the request crosses
        | layer    | table    | chain       | in  | out     | physIn      | physOut |
        | iptables | raw      | PREROUTING  | lab |         | client.port |         |
        | iptables | mangle   | PREROUTING  | lab |         | client.port |         |
        | iptables | nat      | PREROUTING  | lab |         | client.port |         |
        | iptables | mangle   | FORWARD     | lab | wan.nic | client.port |         |
        | iptables | filter   | FORWARD     | lab | wan.nic | client.port |         |
        | iptables | security | FORWARD     | lab | wan.nic | client.port |         |
        | iptables | mangle   | POSTROUTING | lab | wan.nic | client.port |         |
        | iptables | nat      | POSTROUTING | lab | wan.nic | client.port |         |
