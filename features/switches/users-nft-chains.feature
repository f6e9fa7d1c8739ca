Feature: nft chains that a user adds
  With nft, a user may add a chain at any hook, in any family, at any priority. Its family, hook and priority decide
  what it sees. Each such chain is a hook point here.

  Background:
    Given a private host without Docker

  Scenario: An nft bridge chain at -100 of PREROUTING runs between ebtables and iptables
    At -100 it comes behind ebtables (-300 in prerouting) and before iptables, which br_netfilter calls at 0.
    Given the nft table
      """
      table bridge mine { chain pre { type filter hook prerouting priority -100; }; }
      """
    When "client" pings "server" once
    Then the request crosses "ebtables nat PREROUTING" before "nftables bridge mine pre"
    And the request crosses "nftables bridge mine pre" before "iptables raw PREROUTING"

  Scenario: An nft bridge chain at priority 10 of FORWARD runs behind iptables
    It does not see what iptables has dropped.
    Given the nft table
      """
      table bridge mine { chain forward { type filter hook forward priority 10; }; }
      """
    When "client" pings "server" once
    Then the request crosses "iptables filter FORWARD" before "nftables bridge mine forward"

  Scenario: An nft ip chain at priority -350 can drop a datagram before conntrack
    There a rule can drop a flood before it costs a connection.
    Given the nft table
      """
      table ip mine {
        chain early {
          type filter hook prerouting priority -350;
          ip saddr client udp dport 80 drop
        }
      }
      """
    When "client" sends a datagram to "wan"
    Then the request is dropped at "nftables ip mine early"
    And the request never crosses "iptables raw PREROUTING"

  Scenario: An nft inet chain at priority 5 runs between ip6tables filter and security in FORWARD
    The family inet sees both IPv4 and IPv6.
    Given the nft table
      """
      table inet mine { chain forward { type filter hook forward priority 5; }; }
      """
    When "client" pings "wan" once over IPv6
    Then the request crosses "ip6tables filter FORWARD" before "nftables inet mine forward"
    And the request crosses "nftables inet mine forward" before "ip6tables security FORWARD"

  Scenario: An nft ip6 chain does not see an IPv4 ping
    Given the nft table
      """
      table ip6 mine { chain forward { type filter hook forward priority 5; }; }
      """
    When "client" pings "wan" once
    Then no hop of the request is at "nftables ip6 mine forward"

  Scenario: An nft ingress chain of a bridge port runs before ebtables BROUTING
    Given the nft table
      """
      table netdev mine { chain in { type filter hook ingress device "client.port" priority 0; }; }
      """
    When "client" pings "server" once
    Then the request crosses "nftables netdev mine in" before "ebtables broute BROUTING"

  Scenario: An nft ingress chain of the bridge runs between ebtables INPUT and iptables INPUT
    It sees only what goes up to the host: a frame that is forwarded never comes to the bridge as a device.
    Given the nft table
      """
      table netdev mine { chain in { type filter hook ingress device "lab" priority 0; }; }
      """
    When "client" pings "host" once
    Then the request crosses "ebtables filter INPUT" before "nftables netdev mine in"
    And the request crosses "nftables netdev mine in" before "iptables filter INPUT"

  Scenario: An nft egress chain of a bridge port runs behind iptables nat POSTROUTING
    Given the nft table
      """
      table netdev mine { chain out { type filter hook egress device "server.port" priority 0; }; }
      """
    When "client" pings "server" once
    Then the request crosses "iptables nat POSTROUTING" before "nftables netdev mine out"

  Scenario: An nft arp chain at priority 5 runs behind arptables INPUT
    Given the nft table
      """
      table arp mine { chain in { type filter hook input priority 5; }; }
      """
    When "client" asks by ARP for "host"
    Then the request crosses "arptables filter INPUT" before "nftables arp mine in"
    And the reply is delivered to "client"

  Scenario: A table of hops says nothing about nft chains that it does not name
    A host may have chains that no feature knows. They are shown beside the table, and prediction and observation have
    to agree on them.
    Given the nft table
      """
      table inet mine { chain forward { type filter hook forward priority 10; }; }
      """
    When "client" pings "wan" once
    Then the request crosses
      | layer    | table    | chain       | in          | out     |
      | ebtables | broute   | BROUTING    | client.port |         |
      | ebtables | nat      | PREROUTING  | client.port |         |
      | iptables | raw      | PREROUTING  | lab         |         |
      | iptables | mangle   | PREROUTING  | lab         |         |
      | iptables | nat      | PREROUTING  | lab         |         |
      | ebtables | filter   | INPUT       | client.port |         |
      | iptables | mangle   | FORWARD     | lab         | wan.nic |
      | iptables | filter   | FORWARD     | lab         | wan.nic |
      | iptables | security | FORWARD     | lab         | wan.nic |
      | iptables | mangle   | POSTROUTING | lab         | wan.nic |
      | iptables | nat      | POSTROUTING | lab         | wan.nic |
    And the request crosses "iptables filter FORWARD" before "nftables inet mine forward"

  Scenario: With crosses exactly, a table lists every hop, nft chains included
    Given the nft table
      """
      table inet mine { chain output { type filter hook output priority 10; }; }
      """
    When "host" pings "wan" once
    Then the request crosses exactly
      | layer    | table     | chain       | out     |
      | iptables | raw       | OUTPUT      | wan.nic |
      | iptables | mangle    | OUTPUT      | wan.nic |
      | iptables | nat       | OUTPUT      | wan.nic |
      | iptables | filter    | OUTPUT      | wan.nic |
      | nftables | inet mine | output      | wan.nic |
      | iptables | security  | OUTPUT      | wan.nic |
      | iptables | mangle    | POSTROUTING | wan.nic |
      | iptables | nat       | POSTROUTING | wan.nic |
