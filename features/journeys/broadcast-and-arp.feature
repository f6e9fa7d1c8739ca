Feature: Broadcast and ARP
  Before two hosts on one link can talk, one asks by ARP who has the other's address. The bridge floods this question,
  like every broadcast, to all its other ports and to the host.

  Background:
    Given a private host without Docker

  Rule: ARP crosses ebtables and arptables, never iptables

    Scenario: An ARP request for a neighbour is flooded to all ports and reaches arptables INPUT
      The bridge floods the frame to the other ports first; then it hands the host's own copy up, where arptables sees
      it. iptables never does: ARP is not IP.
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

    Scenario: An ARP reply between neighbours is unicast, so arptables-nft does not see it
      The bridge forwards it from port to port. For bridged ARP only arptables-legacy has a chain, FORWARD.
      When "client" asks by ARP for "server"
      Then the reply crosses exactly
        | layer    | table  | chain       | in          | out         |
        | ebtables | broute | BROUTING    | server.port |             |
        | ebtables | nat    | PREROUTING  | server.port |             |
        | ebtables | filter | FORWARD     | server.port | client.port |
        | ebtables | nat    | POSTROUTING |             | client.port |
      And it is delivered to "client"
      And it never crosses "arptables filter INPUT"

    Scenario: The host's ARP reply to a container crosses arptables OUTPUT, then ebtables
      When "client" asks by ARP for "host"
      Then the reply crosses
        | layer     | table  | chain       | in | out         |
        | arptables | filter | OUTPUT      |    | lab         |
        | ebtables  | filter | OUTPUT      |    | client.port |
        | ebtables  | nat    | OUTPUT      |    | client.port |
        | ebtables  | nat    | POSTROUTING |    | client.port |
      And it is delivered to "client"

  Rule: The bridge copies a broadcast to every other port and to the host

    Scenario: A container's broadcast leaves by every other port before the host gets its copy
      The forwarded copies come first: each crosses FORWARD and POSTROUTING, once per port. INPUT comes last. The packet
      does not cross nat INPUT, because its connection was confirmed with the first copy that left.
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
