Feature: Later packets of a connection skip nat
  The nat table decides once for each connection, at its first packet. conntrack keeps the decision and applies it to
  all later packets without running the chains again. So a nat rule counts connections, not packets, and a rule that is
  added now does nothing for a connection that exists already.

  Background:
    Given containers "client" and "server" on the network "lab"
    And a host "wan" behind a plain NIC
    And bridge-nf-call-iptables is on

  Scenario: The second ping between two containers does not cross iptables nat
    When "client" pings "server" twice
    Then the second request crosses
      | layer    | table    | chain       | in          | out         |
      | ebtables | broute   | BROUTING    | client.port |             |
      | ebtables | nat      | PREROUTING  | client.port |             |
      | iptables | raw      | PREROUTING  | lab         |             |
      | iptables | mangle   | PREROUTING  | lab         |             |
      | ebtables | filter   | FORWARD     | client.port | server.port |
      | iptables | mangle   | FORWARD     | lab         | lab         |
      | iptables | filter   | FORWARD     | lab         | lab         |
      | iptables | security | FORWARD     | lab         | lab         |
      | ebtables | nat      | POSTROUTING |             | server.port |
      | iptables | mangle   | POSTROUTING |             | lab         |
    And it is delivered to "server"
    And it never crosses the table "nat" of iptables

  Scenario: The second ping from a container to the WAN is masqueraded without crossing nat
    When "client" pings "wan" twice
    Then the second request crosses
      | layer    | table    | chain       | in          | out     | source | destination |
      | ebtables | broute   | BROUTING    | client.port |         | client | wan         |
      | ebtables | nat      | PREROUTING  | client.port |         | client | wan         |
      | iptables | raw      | PREROUTING  | lab         |         | client | wan         |
      | iptables | mangle   | PREROUTING  | lab         |         | client | wan         |
      | ebtables | filter   | INPUT       | client.port |         | client | wan         |
      | iptables | mangle   | FORWARD     | lab         | wan.nic | client | wan         |
      | iptables | filter   | FORWARD     | lab         | wan.nic | client | wan         |
      | iptables | security | FORWARD     | lab         | wan.nic | client | wan         |
      | iptables | mangle   | POSTROUTING | lab         | wan.nic | client | wan         |
    And it is delivered to "wan"
    And it never crosses the table "nat" of iptables

  @ebtables-nft
  Scenario Outline: The <leg> from the host to a container does not cross iptables nat
    When "host" pings "client" 3 times
    Then the <leg> crosses
      | layer    | table    | chain       | in | out         |
      | iptables | raw      | OUTPUT      |    | lab         |
      | iptables | mangle   | OUTPUT      |    | lab         |
      | iptables | filter   | OUTPUT      |    | lab         |
      | iptables | security | OUTPUT      |    | lab         |
      | iptables | mangle   | POSTROUTING |    | lab         |
      | ebtables | filter   | OUTPUT      |    | client.port |
      | ebtables | nat      | OUTPUT      |    | client.port |
      | ebtables | nat      | POSTROUTING |    | client.port |
    And it never crosses the table "nat" of iptables

    Examples: all requests after the first
      | leg            |
      | second request |
      | third request  |
