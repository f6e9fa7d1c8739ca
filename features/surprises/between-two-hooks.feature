Feature: Packets that end or begin between two hooks
  Not every lost packet was dropped by a rule, and not every packet that arrives has crossed a hook.

  Scenario: A TCP reset from REJECT for a bridged connection crosses no hook
    REJECT hands it straight to the bridge port that the SYN came in by (net/ipv4/netfilter/nf_reject_ipv4.c,
    nf_send_reset). Nothing in OUTPUT or POSTROUTING can log or stop it.
    Given a private host without Docker
    And the rule "iptables -t filter -A FORWARD -i lab -o lab -p tcp -j REJECT --reject-with tcp-reset"
    When "client" opens a TCP connection to "server"
    Then the SYN is rejected at "iptables filter FORWARD"
    And the error never crosses iptables
    And the error never crosses ebtables
    And the error is delivered to "client"

  Scenario: An ICMP error from REJECT for a bridged connection crosses OUTPUT like any host packet
    Given a private host without Docker
    And the rule "iptables -t filter -A FORWARD -i lab -o lab -p tcp -j REJECT"
    When "client" opens a TCP connection to "server"
    Then the SYN is rejected at "iptables filter FORWARD"
    And the error crosses "iptables mangle OUTPUT" before "ebtables filter OUTPUT"
    And the error is delivered to "client"

  Scenario: A ping to the WAN with TTL 1 ends before FORWARD, and the host sends an error
    Given a private host without Docker
    When "client" pings "wan" once with TTL 1
    Then the request is not seen again after "ebtables filter INPUT"
    And the request never crosses "iptables mangle FORWARD"
    And the error crosses "iptables mangle OUTPUT" once
    And the error is delivered to "client"

  Scenario: With rp_filter on, the host discards a datagram with another container's source address
    The way back to the source is not the way that the packet came (net/ipv4/fib_frontend.c, __fib_validate_source). No
    rule drops it, and the host sends no error.
    Given a private host without Docker
    And rp_filter is on
    When "client" sends a datagram to "wan" with the source "stranger"
    Then the request is not seen again after "ebtables filter INPUT"
    And the request never crosses "iptables mangle FORWARD"

  Scenario: With rp_filter off, a datagram with another container's source address reaches the WAN
    Given a private host without Docker
    And rp_filter is off
    When "client" sends a datagram to "wan" with the source "stranger"
    Then the request crosses "iptables mangle FORWARD" once
    And the request is delivered to "wan"

  Scenario: The host discards a datagram that claims the host's own address, even with rp_filter off
    Given a private host without Docker
    And rp_filter is off
    When "client" sends a datagram to "wan" with the source "host.wan"
    Then the request is not seen again after "ebtables filter INPUT"

  Scenario: NAT drops the host's ICMP redirect for a connection that DNAT has changed
    A packet that is routed back out by the bridge that it came in by calls for an ICMP redirect. This redirect is about
    a connection that NAT has changed, so it would mislead, and NAT drops it at OUTPUT (net/netfilter/nf_nat_core.c,
    nf_nat_icmp_reply_translation).
    Given a private host without Docker
    And bridge-nf-call-iptables is off
    And the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination server"
    When "client" sends a datagram to "wan"
    Then the error is not seen again after "iptables mangle OUTPUT"
