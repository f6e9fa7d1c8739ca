Feature: Rewriting addresses by one's own rules
  DNAT before routing, SNAT behind it; the answers are put right by themselves, without crossing nat.

  Background:
    Given a private host without Docker

  Scenario: DNAT in PREROUTING decides where it is routed
    Given the rule "iptables -t nat -A PREROUTING -s wan -d host.wan -p tcp --dport 2222 -j DNAT --to-destination server:80"
    When "wan" opens a TCP connection to "host" at port 2222
    Then at "iptables nat PREROUTING" the SYN goes to "host.wan:2222"
    And at "iptables mangle FORWARD" the SYN goes to "server:80"
    And the SYN-ACK is delivered to "wan"

  Scenario: SNAT in POSTROUTING is the last that iptables does
    Every chain up to it sees the container's address; the bridge and the other side see the new one.
    Given the rule "iptables -t nat -A POSTROUTING -s client -d wan -j SNAT --to-source host.wan"
    When "client" pings "wan" once
    Then at "iptables nat POSTROUTING" the request comes from "client"
    And at "iptables raw PREROUTING" the reply goes to "host.wan"
    And at "iptables filter FORWARD" the reply goes to "client"

  Scenario: MASQUERADE on a bridge hides the sender from ebtables too
    Given the rule "iptables -t nat -A POSTROUTING -o away -j MASQUERADE"
    When "client" pings "stranger" once
    Then at "iptables nat POSTROUTING" the request comes from "client"
    And at "ebtables filter OUTPUT" the request comes from "away.gateway"
    And the reply is delivered to "client"

  Scenario: REDIRECT turns a packet for somebody else into one for the host
    A transparent proxy: FORWARD is not crossed any more, INPUT is.
    Given the rule "iptables -t nat -A PREROUTING -s client -d wan -p tcp -j REDIRECT"
    When "client" opens a TCP connection to "wan"
    Then at "iptables filter INPUT" the SYN goes to "lab.gateway:80"
    And the SYN is delivered to "host"
    And the SYN never crosses "iptables filter FORWARD"

  Scenario: DNAT in OUTPUT, of the host's own packets
    Given the rule "iptables -t nat -A OUTPUT -d wan -p udp -j DNAT --to-destination server"
    When "host" sends a datagram to "wan"
    Then at "iptables filter OUTPUT" the request goes to "server:80"
    And at "iptables filter OUTPUT" the request goes out by "wan.nic"
    And at "iptables mangle POSTROUTING" the request goes out by "lab"
    And the request is delivered to "server"
