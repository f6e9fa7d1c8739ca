Feature: Container to container on one bridge
  Two containers on the same network talk through a Linux bridge. The frame goes in by one port and out by another; the
  host routes nothing, and its IP stack does not handle the packet.

  ebtables sees every frame, because its chains are at the bridge's hooks. iptables is at the hooks of the IP stack, and
  sees these packets only because the module br_netfilter calls it from inside the bridge, as if the packet were
  forwarded from the bridge to itself. Hence `in` and `out` are ports for ebtables, and the bridge for iptables.

  Background:
    Given containers "client" and "server" on the network "lab"

  Rule: ebtables only: a bridged frame crosses PREROUTING, FORWARD and POSTROUTING

    The bridge decides by the destination's MAC address: a frame for another port crosses FORWARD. INPUT and OUTPUT are
    for frames to and from the host itself.

    Scenario: A ping to a neighbour crosses ebtables PREROUTING, FORWARD and POSTROUTING
      When "client" pings "server" once
      Then in ebtables the request crosses
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | client.port |             |
        | ebtables | nat    | PREROUTING  | client.port |             |
        | ebtables | filter | FORWARD     | client.port | server.port |
        | ebtables | nat    | POSTROUTING |             | server.port |
      And it is delivered to "server"

    Scenario: A neighbour's reply crosses the same ebtables chains as the ping, with the ports swapped
      When "client" pings "server" once
      Then in ebtables the reply crosses
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | server.port |             |
        | ebtables | nat    | PREROUTING  | server.port |             |
        | ebtables | filter | FORWARD     | server.port | client.port |
        | ebtables | nat    | POSTROUTING |             | client.port |
      And it is delivered to "client"

  Rule: iptables and ebtables: with bridge-nf-call-iptables on, the bridge calls iptables

    br_netfilter is registered at the bridge's own hooks: behind ebtables in PREROUTING and FORWARD, last in
    POSTROUTING. So at each hook the bridge runs ebtables first, and then the iptables hook of the same name.

    Background:
      Given bridge-nf-call-iptables is on

    Scenario: A ping to a neighbour crosses iptables nat, because it opens a connection
      When "client" pings "server" once
      Then the request crosses
        | layer    | table    | chain       | in          | out         |
        | ebtables | broute   | BROUTING    | client.port |             |
        | ebtables | nat      | PREROUTING  | client.port |             |
        | iptables | raw      | PREROUTING  | lab         |             |
        | iptables | mangle   | PREROUTING  | lab         |             |
        | iptables | nat      | PREROUTING  | lab         |             |
        | ebtables | filter   | FORWARD     | client.port | server.port |
        | iptables | mangle   | FORWARD     | lab         | lab         |
        | iptables | filter   | FORWARD     | lab         | lab         |
        | iptables | security | FORWARD     | lab         | lab         |
        | ebtables | nat      | POSTROUTING |             | server.port |
        | iptables | mangle   | POSTROUTING |             | lab         |
        | iptables | nat      | POSTROUTING |             | lab         |
      And it is delivered to "server"

    Scenario: A neighbour's reply skips iptables nat, because its connection is already known
      When "client" pings "server" once
      Then the reply crosses
        | layer    | table    | chain       | in          | out         |
        | ebtables | broute   | BROUTING    | server.port |             |
        | ebtables | nat      | PREROUTING  | server.port |             |
        | iptables | raw      | PREROUTING  | lab         |             |
        | iptables | mangle   | PREROUTING  | lab         |             |
        | ebtables | filter   | FORWARD     | server.port | client.port |
        | iptables | mangle   | FORWARD     | lab         | lab         |
        | iptables | filter   | FORWARD     | lab         | lab         |
        | iptables | security | FORWARD     | lab         | lab         |
        | ebtables | nat      | POSTROUTING |             | client.port |
        | iptables | mangle   | POSTROUTING |             | lab         |
      And it is delivered to "client"
      And it never crosses the table "nat" of iptables

    Scenario: iptables knows the bridge ports of a bridged packet as its physical devices
      With `-m physdev`, a rule tells bridged packets from routed ones by these ports. The output port is known from
      FORWARD on.
      When "client" pings "server" once
      Then in iptables the request crosses
        | layer    | table    | chain       | in  | out | physIn      | physOut     |
        | iptables | raw      | PREROUTING  | lab |     | client.port |             |
        | iptables | mangle   | PREROUTING  | lab |     | client.port |             |
        | iptables | nat      | PREROUTING  | lab |     | client.port |             |
        | iptables | mangle   | FORWARD     | lab | lab | client.port | server.port |
        | iptables | filter   | FORWARD     | lab | lab | client.port | server.port |
        | iptables | security | FORWARD     | lab | lab | client.port | server.port |
        | iptables | mangle   | POSTROUTING |     | lab | client.port | server.port |
        | iptables | nat      | POSTROUTING |     | lab | client.port | server.port |
