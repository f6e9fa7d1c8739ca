Feature: NAT rules that a user adds
  DNAT rewrites before routing, SNAT behind it; the answers are restored without crossing nat.

  Background:
    Given a private host without Docker

  Scenario: DNAT in PREROUTING decides where the host routes a SYN from the WAN
    Given the rule "iptables -t nat -A PREROUTING -s wan -d host.wan -p tcp --dport 2222 -j DNAT --to-destination server:80"
    When "wan" opens a TCP connection to "host" at port 2222
    Then at "iptables nat PREROUTING" the SYN goes to "host.wan:2222"
    And at "iptables mangle FORWARD" the SYN goes to "server:80"
    And the SYN-ACK is delivered to "wan"

  Scenario: SNAT in POSTROUTING rewrites a packet to the WAN after every other iptables chain
    Every chain up to it sees the container's address; the bridge and the other side see the new one.
    Given the rule "iptables -t nat -A POSTROUTING -s client -d wan -j SNAT --to-source host.wan"
    When "client" pings "wan" once
    Then at "iptables nat POSTROUTING" the request comes from "client"
    And at "iptables raw PREROUTING" the reply goes to "host.wan"
    And at "iptables filter FORWARD" the reply goes to "client"

  Scenario: MASQUERADE of a ping to another bridge hides the sender from ebtables too
    Given the rule "iptables -t nat -A POSTROUTING -o away -j MASQUERADE"
    When "client" pings "stranger" once
    Then at "iptables nat POSTROUTING" the request comes from "client"
    And at "ebtables filter OUTPUT" the request comes from "away.gateway"
    And the reply is delivered to "client"

  Scenario: REDIRECT turns a SYN for the WAN into one for the host
    This is how a transparent proxy works: the SYN crosses INPUT instead of FORWARD.
    Given the rule "iptables -t nat -A PREROUTING -s client -d wan -p tcp -j REDIRECT"
    When "client" opens a TCP connection to "wan"
    Then at "iptables filter INPUT" the SYN goes to "lab.gateway:80"
    And the SYN is delivered to "host"
    And the SYN never crosses "iptables filter FORWARD"

  Scenario: DNAT in OUTPUT sends the host's own datagram for the WAN to a container
    Given the rule "iptables -t nat -A OUTPUT -d wan -p udp -j DNAT --to-destination server"
    When "host" sends a datagram to "wan"
    Then at "iptables filter OUTPUT" the request goes to "server:80"
    And at "iptables filter OUTPUT" the request goes out by "wan.nic"
    And at "iptables mangle POSTROUTING" the request goes out by "lab"
    And the request is delivered to "server"
