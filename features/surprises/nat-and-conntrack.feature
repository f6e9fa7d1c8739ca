Feature: What nat does not see
  Chains of the table nat look like all others and are not: they are asked by conntrack's NAT, about the first packet of a connection, and only if
  conntrack is on. Counting packets there counts connections at best.

  Rule: No conntrack, no nat

    @S1
    Scenario: On a host that has no rule about connections, nat logs nothing at all
      A LOG rule in nat is no reason for the kernel to track connections, and without a connection nat has nothing to decide
      (net/netfilter/nf_nat_core.c, nf_nat_inet_fn). This is what one meets who follows the talk on a machine without Docker.
      Given a private host without Docker, without conntrack
      When "client" pings "wan" once
      Then the request never crosses the table "nat" of iptables
      And the request is delivered to "wan"

    @S1
    Scenario: Any rule that asks for a connection's state brings nat to life, wherever it is
      Even where no packet ever comes to it: conntrack is switched on for the whole network namespace.
      Given a private host without Docker, without conntrack
      And the rule "iptables -t filter -A INPUT -s stranger -m conntrack --ctstate NEW -j ACCEPT"
      When "client" pings "wan" once
      Then the request crosses "iptables nat PREROUTING" before "iptables nat POSTROUTING"

  Rule: One packet of a connection, and not always the first

    @S13
    Scenario: What was dropped in FORWARD crosses nat again when it is sent again
      A connection is remembered when its first packet leaves. One that never left is new every time.
      Given a private host without Docker
      And the rule "iptables -t filter -A FORWARD -s client -d wan -j DROP"
      When "client" sends a datagram to "wan" twice
      Then the second request crosses "iptables nat PREROUTING" once

    @S13
    Scenario: What has left once does not cross nat again, though no answer has come
      Its state is still NEW, to a rule that asks. But what nat does with it is settled.
      Given a private host without Docker
      And the rule "iptables -t raw -A PREROUTING -i wan.nic -j DROP"
      When "client" sends a datagram to "wan" twice
      Then the request crosses "iptables nat PREROUTING" once
      And the second request never crosses the table "nat" of iptables
      And the second request is delivered to "wan"

    @S22
    Scenario: A nat rule that comes too late changes nothing for a connection that is known
      Docker therefore deletes the entries of conntrack that a new container's ports concern.
      Given a private host without Docker
      When "client" sends a datagram to "wan" twice, and the rule "iptables -t nat -A PREROUTING -s client -d wan -p udp -j DNAT --to-destination stranger" comes in between
      Then the second request never crosses the table "nat" of iptables
      And the second request is delivered to "wan"

    @S12
    Scenario: On its way back in by lo, a packet crosses everything again but nat
      Given a private host without Docker
      When "host" opens a TCP connection to "host"
      Then the SYN crosses "iptables nat OUTPUT" once
      And the SYN crosses "iptables raw PREROUTING" once
      And the SYN never crosses "iptables nat PREROUTING"
      And the SYN never crosses "iptables nat INPUT"

    @S14
    Scenario: An error about a connection crosses no nat chain
      It is RELATED: it belongs to the connection that it is about, and what nat does with that is settled.
      Given a private host with Docker 29
      When "client" pings "wan" once with TTL 1
      Then the error crosses "iptables filter OUTPUT" before "iptables mangle POSTROUTING"
      And the error never crosses the table "nat" of iptables

  Rule: The priority of a nat chain only orders nat chains

    @S21
    Scenario: A nat chain at priority 300 runs before a filter chain at 200
      All nat chains of a hook run where the NAT core stands, at 100 in POSTROUTING; their own numbers only order them among each other.
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
