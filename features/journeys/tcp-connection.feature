Feature: A TCP connection, packet by packet
  Six kinds of packet make a connection. Only the first is new to conntrack, and only that one crosses nat; the others
  follow where nat sent it.

  Background:
    Given a private host with Docker 29

  Rule: From a container to the WAN

    Scenario: A SYN from a container to the WAN crosses nat PREROUTING and nat POSTROUTING
      When "client" opens a TCP connection to "wan"
      Then the SYN crosses
        | layer    | table    | chain       | in          | out     | source |
        | ebtables | broute   | BROUTING    | client.port |         | client |
        | ebtables | nat      | PREROUTING  | client.port |         | client |
        | iptables | raw      | PREROUTING  | lab         |         | client |
        | iptables | mangle   | PREROUTING  | lab         |         | client |
        | iptables | nat      | PREROUTING  | lab         |         | client |
        | ebtables | filter   | INPUT       | client.port |         | client |
        | iptables | mangle   | FORWARD     | lab         | wan.nic | client |
        | iptables | filter   | FORWARD     | lab         | wan.nic | client |
        | iptables | security | FORWARD     | lab         | wan.nic | client |
        | iptables | mangle   | POSTROUTING | lab         | wan.nic | client |
        | iptables | nat      | POSTROUTING | lab         | wan.nic | client |
      And it is delivered to "wan"

    Scenario: The WAN's SYN-ACK comes to the host's address and reaches the container without nat
      When "client" opens a TCP connection to "wan"
      Then the SYN-ACK crosses
        | layer    | table    | chain       | in      | out         | destination |
        | iptables | raw      | PREROUTING  | wan.nic |             | host.wan    |
        | iptables | mangle   | PREROUTING  | wan.nic |             | host.wan    |
        | iptables | mangle   | FORWARD     | wan.nic | lab         | client      |
        | iptables | filter   | FORWARD     | wan.nic | lab         | client      |
        | iptables | security | FORWARD     | wan.nic | lab         | client      |
        | iptables | mangle   | POSTROUTING | wan.nic | lab         | client      |
        | ebtables | filter   | OUTPUT      |         | client.port | client      |
        | ebtables | nat      | OUTPUT      |         | client.port | client      |
        | ebtables | nat      | POSTROUTING |         | client.port | client      |
      And it is delivered to "client"

    Scenario: The ACK from a container to the WAN takes the way of the SYN, without nat
      When "client" opens a TCP connection to "wan"
      Then the ACK crosses
        | layer    | table    | chain       | in          | out     | source |
        | ebtables | broute   | BROUTING    | client.port |         | client |
        | ebtables | nat      | PREROUTING  | client.port |         | client |
        | iptables | raw      | PREROUTING  | lab         |         | client |
        | iptables | mangle   | PREROUTING  | lab         |         | client |
        | ebtables | filter   | INPUT       | client.port |         | client |
        | iptables | mangle   | FORWARD     | lab         | wan.nic | client |
        | iptables | filter   | FORWARD     | lab         | wan.nic | client |
        | iptables | security | FORWARD     | lab         | wan.nic | client |
        | iptables | mangle   | POSTROUTING | lab         | wan.nic | client |
      And it is delivered to "wan"
      And it never crosses the table "nat" of iptables

    Scenario: Data and FINs between a container and the WAN do not cross iptables nat
      When "client" opens a TCP connection to "wan"
      Then the data is delivered to "wan"
      And the data never crosses the table "nat" of iptables
      And the FIN is delivered to "wan"
      And the FIN never crosses the table "nat" of iptables
      And the FIN of the reply is delivered to "client"
      And the FIN of the reply never crosses the table "nat" of iptables

  Rule: From host to container and between neighbours

    Scenario: A SYN from the host to a container crosses nat OUTPUT, then nat POSTROUTING
      When "host" opens a TCP connection to "client"
      Then the SYN crosses "iptables nat OUTPUT" before "iptables nat POSTROUTING"
      And the ACK never crosses the table "nat" of iptables
      And the FIN of the reply is delivered to "host"

    Scenario: Between two containers of one network, only the SYN crosses iptables nat
      When "client" opens a TCP connection to "server"
      Then the SYN crosses "iptables nat PREROUTING" before "iptables nat POSTROUTING"
      And the SYN-ACK never crosses the table "nat" of iptables
      And the data never crosses the table "nat" of iptables
      And the FIN of the reply is delivered to "client"

    Scenario: The host answers a container's SYN to a closed port with a reset
      When "client" opens a TCP connection to "host" at port 99
      Then the SYN is delivered to "host"
      And the error is delivered to "client"

  Rule: Over IPv6, ip6tables has the same hooks

    Scenario: A SYN from a container to the WAN over IPv6 crosses the same hooks in ip6tables
      When "client" opens a TCP connection to "wan" over IPv6
      Then in ip6tables the SYN crosses
        | layer     | table    | chain       | in  | out     | source |
        | ip6tables | raw      | PREROUTING  | lab |         | client |
        | ip6tables | mangle   | PREROUTING  | lab |         | client |
        | ip6tables | nat      | PREROUTING  | lab |         | client |
        | ip6tables | mangle   | FORWARD     | lab | wan.nic | client |
        | ip6tables | filter   | FORWARD     | lab | wan.nic | client |
        | ip6tables | security | FORWARD     | lab | wan.nic | client |
        | ip6tables | mangle   | POSTROUTING | lab | wan.nic | client |
        | ip6tables | nat      | POSTROUTING | lab | wan.nic | client |
      And it is delivered to "wan"
