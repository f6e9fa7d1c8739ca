Feature: The devices and addresses that a rule sees
  A packet shows different devices and addresses at different hooks. A rule that asks for the wrong ones never matches,
  and nothing tells you.

  Scenario: POSTROUTING knows the device that a routed packet came in by
    Since Linux 5.5 (commit 28f8bfd1ac94). Docker's rules for nftables rely on it.
    Given a private host with Docker 29
    When "client" pings "wan" once
    Then at "iptables mangle POSTROUTING" the request comes in by "lab"

  Scenario: POSTROUTING does not know the input device of a bridged packet
    Given a private host with Docker 29
    When "client" pings "server" once
    Then at "iptables mangle POSTROUTING" the request comes in by ""

  @model
  Scenario: Up to Linux 5.4, POSTROUTING does not know the input device of a routed packet
    This scenario asks only the model.
    Given the model of a host with Linux 5.4
    When the model sends "client" to "wan"
    Then at "iptables mangle POSTROUTING" the request comes in by ""

  Scenario: After DNAT in OUTPUT, filter OUTPUT has the new address and the old device
    Given a private host with Docker 29
    When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
    Then at "iptables filter OUTPUT" the SYN goes to "server:80"
    And at "iptables filter OUTPUT" the SYN goes out by "lo"
    And at "iptables mangle POSTROUTING" the SYN goes out by "lab"

  Scenario: The answer after DNAT in OUTPUT keeps the container's address up to filter INPUT
    The address that the host called is put back only behind INPUT. So an INPUT rule that lets answers in has to name
    the container.
    Given a private host with Docker 29
    When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
    Then at "iptables filter INPUT" the SYN-ACK comes from "server:80"
    And the SYN-ACK is delivered to "host"

  Scenario: A packet routed into a bridge crosses iptables POSTROUTING once, before ebtables OUTPUT
    It leaves the IP stack first; OUTPUT and POSTROUTING of ebtables follow. A bridged packet crosses them in the
    opposite order.
    Given a private host without Docker
    When "wan" pings "client" once
    Then the request crosses "iptables mangle POSTROUTING" once
    And the request crosses "iptables mangle POSTROUTING" before "ebtables filter OUTPUT"

  Scenario: A bridged packet crosses ebtables POSTROUTING before iptables POSTROUTING
    Given a private host without Docker
    When "client" pings "server" once
    Then the request crosses "ebtables nat POSTROUTING" before "iptables mangle POSTROUTING"

  Scenario: With bridge-nf-call-iptables on, a packet to the WAN shows its bridge port as physIn
    Given a private host without Docker
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

  Scenario: With bridge-nf-call-iptables off, a packet to the WAN shows no bridge port
    A rule with `-m physdev` matches nothing then.
    Given a private host without Docker
    And bridge-nf-call-iptables is off
    When "client" pings "wan" once
    Then in iptables the request crosses
      | layer    | table    | chain       | in  | out     | physIn | physOut |
      | iptables | raw      | PREROUTING  | lab |         |        |         |
      | iptables | mangle   | PREROUTING  | lab |         |        |         |
      | iptables | nat      | PREROUTING  | lab |         |        |         |
      | iptables | mangle   | FORWARD     | lab | wan.nic |        |         |
      | iptables | filter   | FORWARD     | lab | wan.nic |        |         |
      | iptables | security | FORWARD     | lab | wan.nic |        |         |
      | iptables | mangle   | POSTROUTING | lab | wan.nic |        |         |
      | iptables | nat      | POSTROUTING | lab | wan.nic |        |         |
