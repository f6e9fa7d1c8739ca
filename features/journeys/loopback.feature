Feature: Loopback
  A packet from the host to itself passes the IP stack twice: out by `lo`, and in again. No bridge is involved.

  Scenario: A ping from the host to itself crosses nat on its way out by lo, not on its way in
    It crosses OUTPUT, POSTROUTING, PREROUTING and INPUT. On its way back in, the packet still carries its connection,
    for which nat decided at OUTPUT and POSTROUTING.
    When "host" pings "host" once
    Then the request crosses
      | layer    | table    | chain       | in | out |
      | iptables | raw      | OUTPUT      |    | lo  |
      | iptables | mangle   | OUTPUT      |    | lo  |
      | iptables | nat      | OUTPUT      |    | lo  |
      | iptables | filter   | OUTPUT      |    | lo  |
      | iptables | security | OUTPUT      |    | lo  |
      | iptables | mangle   | POSTROUTING |    | lo  |
      | iptables | nat      | POSTROUTING |    | lo  |
      | iptables | raw      | PREROUTING  | lo |     |
      | iptables | mangle   | PREROUTING  | lo |     |
      | iptables | mangle   | INPUT       | lo |     |
      | iptables | filter   | INPUT       | lo |     |
      | iptables | security | INPUT       | lo |     |
    And it is delivered to "host"
    And it never crosses ebtables

  Scenario: The host's reply to itself crosses the same iptables chains as the ping, without nat
    When "host" pings "host" once
    Then the reply crosses
      | layer    | table    | chain       | in | out |
      | iptables | raw      | OUTPUT      |    | lo  |
      | iptables | mangle   | OUTPUT      |    | lo  |
      | iptables | filter   | OUTPUT      |    | lo  |
      | iptables | security | OUTPUT      |    | lo  |
      | iptables | mangle   | POSTROUTING |    | lo  |
      | iptables | raw      | PREROUTING  | lo |     |
      | iptables | mangle   | PREROUTING  | lo |     |
      | iptables | mangle   | INPUT       | lo |     |
      | iptables | filter   | INPUT       | lo |     |
      | iptables | security | INPUT       | lo |     |
    And it is delivered to "host"
    And it never crosses the table "nat" of iptables
