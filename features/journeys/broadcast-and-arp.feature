Feature: Broadcast and ARP
  Before two hosts on one link talk, one asks who has the other's address. That question and every broadcast goes to all ports of the bridge, and to the host.

  Background:
    Given a private host without Docker

  Rule: ARP is a matter of the bridge

    Scenario: Who has the neighbour's address? The whole bridge is asked
      The frame is flooded to the other ports first; then the host's own copy goes up, and arptables sees it there. iptables never does: ARP is not IP.
      When "client" asks by ARP for "server"
      Then the request crosses exactly
        | layer     | table  | chain       | in          | out         |
        | ebtables  | broute | BROUTING    | client.port |             |
        | ebtables  | nat    | PREROUTING  | client.port |             |
        | ebtables  | filter | FORWARD     | client.port | server.port |
        | ebtables  | nat    | POSTROUTING |             | server.port |
        | ebtables  | filter | INPUT       | client.port |             |
        | arptables | filter | INPUT       | lab         |             |
      And it is delivered to "server"

    Scenario: The answer is for one alone, so arptables of nft does not see it
      The bridge forwards it from port to port. Of bridged ARP only arptables-legacy has a chain, FORWARD.
      When "client" asks by ARP for "server"
      Then the reply crosses exactly
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | server.port |             |
        | ebtables | nat    | PREROUTING  | server.port |             |
        | ebtables | filter | FORWARD     | server.port | client.port |
        | ebtables | nat    | POSTROUTING |             | client.port |
      And it is delivered to "client"
      And it never crosses "arptables filter INPUT"

    Scenario: Who has the gateway's address? The host answers by arptables OUTPUT
      When "client" asks by ARP for "host"
      Then the reply crosses
        | layer     | table  | chain       | in | out         |
        | arptables | filter | OUTPUT      |    | lab         |
        | ebtables  | filter | OUTPUT      |    | client.port |
        | ebtables  | nat    | OUTPUT      |    | client.port |
        | ebtables  | nat    | POSTROUTING |    | client.port |
      And it is delivered to "client"

  Rule: A broadcast is one packet for many

    Scenario: It leaves by every other port before the host gets its copy
      The hooks of the copies that are forwarded come first, each of FORWARD and POSTROUTING as often as there are ports; then INPUT. nat INPUT is not crossed, because
      the connection was confirmed with the first copy that left.
      When "client" broadcasts a datagram
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
        | ebtables | filter   | INPUT       | client.port |             |
        | iptables | mangle   | INPUT       | lab         |             |
        | iptables | filter   | INPUT       | lab         |             |
        | iptables | security | INPUT       | lab         |             |
      And it is delivered to "everyone"
      And it never crosses "iptables nat INPUT"
