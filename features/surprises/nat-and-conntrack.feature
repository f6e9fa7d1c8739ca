Feature: What nat does not see
  Chains of the table nat look like all others, but they are not: conntrack's NAT runs them, only for the first packet
  of a connection, and only if conntrack is on. A packet counter there counts connections at best.

  Rule: No conntrack, no nat

    Scenario: On a host where no rule needs conntrack, a ping to the WAN never crosses nat
      A LOG rule in nat does not make the kernel track connections, and without a connection nat has nothing to decide
      (net/netfilter/nf_nat_core.c, nf_nat_inet_fn). You meet this if you repeat the talk's experiments on a machine
      without Docker.
      Given a private host without Docker, without conntrack
      When "client" pings "wan" once
      Then the request never crosses the table "nat" of iptables
      And the request is delivered to "wan"

    Scenario: Any rule that matches a connection's state turns nat on, wherever the rule is
      It does so even if no packet ever reaches it: conntrack is turned on for the whole network namespace.
      Given a private host without Docker, without conntrack
      And the rule "iptables -t filter -A INPUT -s stranger -m conntrack --ctstate NEW -j ACCEPT"
      When "client" pings "wan" once
      Then the request crosses "iptables nat PREROUTING" before "iptables nat POSTROUTING"

  Rule: One packet of a connection, and not always the first

    Scenario: A datagram that FORWARD dropped crosses nat again when it is sent again
      conntrack keeps a connection when its first packet leaves. One that never left is new every time.
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -d wan -j DROP"
      When "client" sends a datagram to "wan" twice
      Then the second request crosses "iptables nat PREROUTING" once

    Scenario: After one datagram has left, the next does not cross nat, even without an answer
      A rule that matches on the state still sees NEW. But nat has already decided.
      Given a private host without Docker
      And the rule "iptables -t raw -A PREROUTING -i wan.nic -j DROP"
      When "client" sends a datagram to "wan" twice
      Then the request crosses "iptables nat PREROUTING" once
      And the second request never crosses the table "nat" of iptables
      And the second request is delivered to "wan"

    Scenario: A new nat rule changes nothing for a connection that conntrack already knows
      Docker therefore deletes the conntrack entries that concern a new container's ports.
      Given a private host without Docker
      When "client" sends a datagram to "wan" twice, and the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination stranger" comes in between
      Then the second request never crosses the table "nat" of iptables
      And the second request is delivered to "wan"

    Scenario: A SYN from the host to itself crosses PREROUTING and INPUT, but not their nat chains
      Given a private host without Docker
      When "host" opens a TCP connection to "host"
      Then the SYN crosses "iptables nat OUTPUT" once
      And the SYN crosses "iptables raw PREROUTING" once
      And the SYN never crosses "iptables nat PREROUTING"
      And the SYN never crosses "iptables nat INPUT"

    Scenario: An ICMP error about a connection crosses no nat chain
      The error is RELATED: it belongs to the connection that it is about, for which nat has already decided.
      Given a private host with Docker 29
      When "client" pings "wan" once with TTL 1
      Then the error crosses "iptables filter OUTPUT" before "iptables mangle POSTROUTING"
      And the error never crosses the table "nat" of iptables

  Rule: The priority of a nat chain only orders nat chains

    Scenario: In POSTROUTING, a nat chain at priority 300 runs before a filter chain at 200
      All nat chains of a hook run where the NAT core is, at 100 in POSTROUTING; their own priorities only order them
      among each other.
      Given a private host without Docker
      And the nft table
        """
        table ip mine {
          chain late { type nat hook postrouting priority 300; }
          chain early { type filter hook postrouting priority 200; }
        }
        """
      When "client" pings "wan" once
      Then the request crosses "nftables ip mine late" before "nftables ip mine early"
