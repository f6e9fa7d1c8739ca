Feature: Where a rule can stop a packet
  Any chain can drop. Only some can say so to the sender, and how far the packet has come decides what has happened to it by then.

  Background:
    Given a private host without Docker

  Rule: DROP

    Scenario Outline: A bridged packet, in <tool> <table> <chain>
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

    Scenario Outline: A packet for the host, in <tool> <table> INPUT
      Given the rule "<rule>"
      When "client" pings "host" once
      Then the request is dropped at "<tool> <table> INPUT"

      Examples:
        | tool     | table    | rule                                                          |
        | ebtables | filter   | ebtables -t filter -A INPUT -p IPv4 --ip-src client -j DROP   |
        | iptables | mangle   | iptables -t mangle -A INPUT -s client -j DROP                 |
        | iptables | filter   | iptables -t filter -A INPUT -s client -j DROP                 |
        | iptables | security | iptables -t security -A INPUT -s client -j DROP               |

    Scenario Outline: A packet of the host, in <tool> <table> OUTPUT
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

    Scenario: A reply can be dropped alone
      The request has arrived, and the one who asked never knows.
      Given the rule "iptables -t filter -A FORWARD -i wan.nic -o lab -j DROP"
      When "client" pings "wan" once
      Then the request is delivered to "wan"
      And the reply is dropped at "iptables filter FORWARD"

  Rule: REJECT

    Scenario: A routed datagram is answered by an ICMP error of the host
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

    Scenario: A SYN from the WAN is answered by a reset that the host sends
      Given the rule "iptables -t filter -A FORWARD -s wan -p tcp -j REJECT --reject-with tcp-reset"
      When "wan" opens a TCP connection to "client"
      Then the SYN is rejected at "iptables filter FORWARD"
      And the error crosses "iptables filter OUTPUT" before "iptables mangle POSTROUTING"
      And the error is delivered to "wan"

    Scenario: In INPUT
      Given the rule "iptables -t filter -A INPUT -s client -p udp -j REJECT"
      When "client" sends a datagram to "host"
      Then the request is rejected at "iptables filter INPUT"
      And the error is delivered to "client"

    Scenario: Over IPv6
      Given the rule "ip6tables -t filter -A FORWARD -s client -d wan -j REJECT"
      When "client" sends a datagram to "wan" over IPv6
      Then the request is rejected at "ip6tables filter FORWARD"
      And the error is delivered to "client"
