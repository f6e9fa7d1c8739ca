Feature: Where a rule can stop a packet
  Any chain can drop a packet. Only some can send an error to its sender, and how far the packet has come decides what
  has happened to it by then.

  Background:
    Given a private host without Docker

  Rule: DROP

    Scenario Outline: DROP in <tool> <table> <chain> stops a ping between two containers
      Given the rule "<rule>"
      When "client" pings "server" once
      Then the request is dropped at "<tool> <table> <chain>"
      And there is no reply

      Examples:
        | tool     | table    | chain       | rule                                                              |
        | ebtables | nat      | PREROUTING  | ebtables -t nat -A PREROUTING -p IPv4 --ip-src client -j DROP     |
        | iptables | raw      | PREROUTING  | iptables -t raw -A PREROUTING -s client -j DROP                   |
        | iptables | mangle   | PREROUTING  | iptables -t mangle -A PREROUTING -s client -j DROP                |
        | ebtables | filter   | FORWARD     | ebtables -t filter -A FORWARD -p IPv4 --ip-src client -j DROP     |
        | iptables | filter   | FORWARD     | iptables -t filter -A FORWARD -s client -d server -j DROP         |
        | iptables | security | FORWARD     | iptables -t security -A FORWARD -s client -d server -j DROP       |
        | ebtables | nat      | POSTROUTING | ebtables -t nat -A POSTROUTING -p IPv4 --ip-src client -j DROP    |
        | iptables | mangle   | POSTROUTING | iptables -t mangle -A POSTROUTING -s client -j DROP               |

    Scenario Outline: DROP in <tool> <table> INPUT stops a ping from a container to the host
      Given the rule "<rule>"
      When "client" pings "host" once
      Then the request is dropped at "<tool> <table> INPUT"

      Examples:
        | tool     | table    | rule                                                          |
        | ebtables | filter   | ebtables -t filter -A INPUT -p IPv4 --ip-src client -j DROP   |
        | iptables | mangle   | iptables -t mangle -A INPUT -s client -j DROP                 |
        | iptables | filter   | iptables -t filter -A INPUT -s client -j DROP                 |
        | iptables | security | iptables -t security -A INPUT -s client -j DROP               |

    Scenario Outline: DROP in <tool> <table> OUTPUT stops a ping from the host to a container
      Given the rule "<rule>"
      When "host" pings "client" once
      Then the request is dropped at "<tool> <table> OUTPUT"

      Examples:
        | tool     | table    | rule                                                          |
        | iptables | raw      | iptables -t raw -A OUTPUT -d client -j DROP                   |
        | iptables | mangle   | iptables -t mangle -A OUTPUT -d client -j DROP                |
        | iptables | filter   | iptables -t filter -A OUTPUT -d client -j DROP                |
        | ebtables | filter   | ebtables -t filter -A OUTPUT -p IPv4 --ip-dst client -j DROP  |
        | ebtables | nat      | ebtables -t nat -A OUTPUT -p IPv4 --ip-dst client -j DROP     |

    Scenario: DROP in FORWARD can stop the WAN's reply after the ping has arrived
      The container never learns that its ping arrived.
      Given the rule "iptables -t filter -A FORWARD -i wan.nic -o lab -j DROP"
      When "client" pings "wan" once
      Then the request is delivered to "wan"
      And the reply is dropped at "iptables filter FORWARD"

  Rule: REJECT

    Scenario: REJECT in FORWARD answers a routed datagram with an ICMP error from the host
      Given the rule "iptables -t filter -A FORWARD -s client -d wan -j REJECT"
      When "client" sends a datagram to "wan"
      Then the request is rejected at "iptables filter FORWARD"
      And the error crosses
        | layer    | table    | chain       | in | out         |
        | iptables | raw      | OUTPUT      |    | lab         |
        | iptables | mangle   | OUTPUT      |    | lab         |
        | iptables | filter   | OUTPUT      |    | lab         |
        | iptables | security | OUTPUT      |    | lab         |
        | iptables | mangle   | POSTROUTING |    | lab         |
        | ebtables | filter   | OUTPUT      |    | client.port |
        | ebtables | nat      | OUTPUT      |    | client.port |
        | ebtables | nat      | POSTROUTING |    | client.port |

    Scenario: REJECT with tcp-reset in FORWARD answers a SYN from the WAN with a reset from the host
      Given the rule "iptables -t filter -A FORWARD -s wan -p tcp -j REJECT --reject-with tcp-reset"
      When "wan" opens a TCP connection to "client"
      Then the SYN is rejected at "iptables filter FORWARD"
      And the error crosses "iptables filter OUTPUT" before "iptables mangle POSTROUTING"
      And the error is delivered to "wan"

    Scenario: REJECT in INPUT answers a container's datagram to the host with an error
      Given the rule "iptables -t filter -A INPUT -s client -p udp -j REJECT"
      When "client" sends a datagram to "host"
      Then the request is rejected at "iptables filter INPUT"
      And the error is delivered to "client"

    Scenario: REJECT in ip6tables FORWARD answers a container's datagram to the WAN with an error
      Given the rule "ip6tables -t filter -A FORWARD -s client -d wan -j REJECT"
      When "client" sends a datagram to "wan" over IPv6
      Then the request is rejected at "ip6tables filter FORWARD"
      And the error is delivered to "client"

  Rule: The kernel's trace names the rule

    @trace
    Scenario: Of two rules that drop, the kernel tells which one did
      Given the rule "iptables -t filter -A FORWARD -s server -j DROP"
      And the rule "iptables -t filter -A FORWARD -s client -d server -j DROP"
      When "client" pings "server" once
      Then the request is dropped by the rule "-A FORWARD -s client -d server -j DROP"
      And the rule "-A FORWARD -s server -j DROP" is asked and does not match

    @trace
    Scenario: A rule that marks a packet matches, and another one drops it by its mark
      Given the rule "iptables -t mangle -A FORWARD -s client -j MARK --set-mark 7"
      And the rule "iptables -t filter -A FORWARD -m mark --mark 0x8 -j ACCEPT"
      And the rule "iptables -t filter -A FORWARD -m mark --mark 0x7 -j DROP"
      When "client" sends a datagram to "wan"
      Then the request is dropped by the rule "-A FORWARD -m mark --mark 0x7 -j DROP"
      And the rule "-A FORWARD -m mark --mark 0x8 -j ACCEPT" is asked and does not match
      And the rule "-A FORWARD -s client -j MARK --set-xmark 0x7/0xffffffff" matches

    @trace
    Scenario: A rule of ebtables is told of as one of iptables is
      Given the rule "ebtables -t filter -A FORWARD -p IPv4 --ip-src client -j DROP"
      When "client" pings "server" once
      Then the request is dropped by the rule "-A FORWARD -p IPv4 --ip-src client -j DROP"
