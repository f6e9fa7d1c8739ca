Feature: Switches of the host
  A sysctl can stop a packet as surely as a rule, and no chain shows it.

  Scenario: With ip_forward off, a ping to the WAN ends before FORWARD
    Given a private host without Docker
    And ip_forward is off
    When "client" pings "wan" once
    Then the request is not seen again after "ebtables filter INPUT"
    And the request never crosses "iptables mangle FORWARD"

  Scenario: With ip_forward off, a ping to a neighbour on the same bridge is still answered
    Given a private host without Docker
    And ip_forward is off
    When "client" pings "server" once
    Then the request is delivered to "server"
    And the reply is delivered to "client"

  Scenario: With ip6_forward off, a ping to the WAN over IPv6 never crosses FORWARD
    Given a private host without Docker
    And ip6_forward is off
    When "client" pings "wan" once over IPv6
    Then the request never crosses "ip6tables mangle FORWARD"

  Scenario: With bridge-nf-call-ip6tables off, an IPv6 ping to a neighbour skips ip6tables
    Given a private host without Docker
    And bridge-nf-call-ip6tables is off
    When "client" pings "server" once over IPv6
    Then the request never crosses ip6tables
    And the request is delivered to "server"

  Scenario: A ping to the WAN that NOTRACK matches never crosses nat
    The table raw is the last place for such a rule: conntrack comes next. The answer has no connection either: an echo
    reply cannot begin one (nf_conntrack_proto_icmp.c).
    Given a private host without Docker
    And the rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
    When "client" pings "wan" once
    Then the request never crosses the table "nat" of iptables
    And the request is delivered to "wan"

  Scenario: A ping to the WAN that NOTRACK matches is not masqueraded
    It leaves with the container's own address; a WAN without a route back would never answer.
    Given a private host with Docker 29
    And the rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
    When "client" pings "wan" once
    Then at "iptables mangle POSTROUTING" the request comes from "client"
    And the request never crosses "iptables nat POSTROUTING"
