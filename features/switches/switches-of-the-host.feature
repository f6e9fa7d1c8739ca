Feature: Switches of the host
  A sysctl can end a packet's way as surely as a rule, and no chain shows it.

  Scenario: ip_forward off ends every routed packet before FORWARD
    Given a private host without Docker
    And ip_forward is off
    When "client" pings "wan" once
    Then the request is not seen again after "ebtables filter INPUT"
    And the request never crosses "iptables mangle FORWARD"

  Scenario: Neighbours on one bridge do not care
    Given a private host without Docker
    And ip_forward is off
    When "client" pings "server" once
    Then the request is delivered to "server"
    And the reply is delivered to "client"

  Scenario: IPv6 has a switch of its own
    Given a private host without Docker
    And ip6_forward is off
    When "client" pings "wan" once over IPv6
    Then the request never crosses "ip6tables mangle FORWARD"

  Scenario: And br_netfilter has one for each version
    Given a private host without Docker
    And bridge-nf-call-ip6tables is off
    When "client" pings "server" once over IPv6
    Then the request never crosses ip6tables
    And the request is delivered to "server"

  Scenario: NOTRACK takes a packet past nat
    The table raw is the last place where one can say so: conntrack comes next. The answer is not tracked either, or it would be a new connection.
    Given a private host without Docker
    And the rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
    When "client" pings "wan" once
    Then the request never crosses the table "nat" of iptables
    And the request is delivered to "wan"

  Scenario: What is not tracked is not masqueraded
    It leaves with the container's own address; a WAN without a route back would never answer.
    Given a private host with Docker 29
    And the rule "iptables -t raw -A PREROUTING -s client -j NOTRACK"
    When "client" pings "wan" once
    Then at "iptables mangle POSTROUTING" the request comes from "client"
    And the request never crosses "iptables nat POSTROUTING"
