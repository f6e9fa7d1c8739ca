Feature: Container to container with bridge-nf-call-iptables off
  One switch of the host decides whether iptables sees what a container sends to its neighbour. With it off, and on
  hosts without the module br_netfilter, no iptables rule can allow, drop, count or translate packets between containers
  of one network: neither Docker's own rule for `--icc=false` nor anything in DOCKER-USER.

  Background:
    Given containers "client" and "server" on the network "lab"
    And bridge-nf-call-iptables is off

  Scenario: With bridge-nf-call-iptables off, a ping to a neighbour crosses only ebtables
    When "client" pings "server" once
    Then the request crosses
      | layer    | table  | chain       | in          | out         |
      | ebtables | broute | BROUTING    | client.port |             |
      | ebtables | nat    | PREROUTING  | client.port |             |
      | ebtables | filter | FORWARD     | client.port | server.port |
      | ebtables | nat    | POSTROUTING |             | server.port |
    And it is delivered to "server"
    And it never crosses iptables

  Scenario: With bridge-nf-call-iptables off, a neighbour's reply crosses only ebtables
    When "client" pings "server" once
    Then the reply crosses
      | layer    | table  | chain       | in          | out         |
      | ebtables | broute | BROUTING    | server.port |             |
      | ebtables | nat    | PREROUTING  | server.port |             |
      | ebtables | filter | FORWARD     | server.port | client.port |
      | ebtables | nat    | POSTROUTING |             | client.port |
    And it is delivered to "client"
    And it never crosses iptables

  @iptables-nft
  Scenario: With bridge-nf-call-iptables off, a ping to the host still crosses iptables
    The switch is about bridged frames. A packet to the gateway leaves the bridge at ebtables INPUT; PREROUTING of
    iptables now comes after that, and no physical device is known.
    When "client" pings "host" once
    Then the request crosses
      | layer    | table    | chain      | in          | out | physIn |
      | ebtables | broute   | BROUTING   | client.port |     |        |
      | ebtables | nat      | PREROUTING | client.port |     |        |
      | ebtables | filter   | INPUT      | client.port |     |        |
      | iptables | raw      | PREROUTING | lab         |     |        |
      | iptables | mangle   | PREROUTING | lab         |     |        |
      | iptables | nat      | PREROUTING | lab         |     |        |
      | iptables | mangle   | INPUT      | lab         |     |        |
      | iptables | filter   | INPUT      | lab         |     |        |
      | iptables | nat      | INPUT      | lab         |     |        |
      | iptables | security | INPUT      | lab         |     |        |
    And it is delivered to "host"
