Feature: The devices and addresses that a rule sees
  One packet shows other devices and other addresses from hook to hook. A rule that asks for the wrong ones never matches, and nothing says so.

  @S6
  Scenario: POSTROUTING knows the device a routed packet came in by
    Since Linux 5.5 (commit 28f8bfd1ac94). Docker's rules for nftables rely on it.
    Given a private host with Docker 29
    When "client" pings "wan" once
    Then at "iptables mangle POSTROUTING" the request comes in by "lab"

  @S6
  Scenario: Of a bridged packet it knows none
    Given a private host with Docker 29
    When "client" pings "server" once
    Then at "iptables mangle POSTROUTING" the request comes in by ""

  @S6
  Scenario: Up to Linux 5.4 it knows none at all (the model alone)
    Given the model of a host with Linux 5.4
    When the model sends "client" to "wan"
    Then at "iptables mangle POSTROUTING" the request comes in by ""

  @S7
  Scenario: After DNAT in OUTPUT, filter OUTPUT has the new address and the old device
    Given a private host with Docker 29
    When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
    Then at "iptables filter OUTPUT" the SYN goes to "server:80"
    And at "iptables filter OUTPUT" the SYN goes out by "lo"
    And at "iptables mangle POSTROUTING" the SYN goes out by "lab"

  @S8
  Scenario: The answer to a DNAT in OUTPUT keeps the container's address up to filter INPUT
    It is put back only behind it. So a rule in INPUT that lets answers in has to name the container.
    Given a private host with Docker 29
    When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
    Then at "iptables filter INPUT" the SYN-ACK comes from "server:80"
    And the SYN-ACK is delivered to "host"

  @S18
  Scenario: What is routed into a bridge leaves the IP stack first
    POSTROUTING of iptables comes before OUTPUT and POSTROUTING of ebtables, and once. For what is bridged it is the other way round.
    Given a private host without Docker
    When "wan" pings "client" once
    Then the request crosses "iptables mangle POSTROUTING" once
    And the request crosses "iptables mangle POSTROUTING" before "ebtables filter OUTPUT"

  @S18
  Scenario: What is bridged leaves the bridge's own hook first
    Given a private host without Docker
    When "client" pings "server" once
    Then the request crosses "ebtables nat POSTROUTING" before "iptables mangle POSTROUTING"

  @S26
  Scenario: With the bridge calling iptables, a routed packet shows the port that it came in by
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

  @S26
  Scenario: Without, nobody knows it
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
