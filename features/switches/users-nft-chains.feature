Feature: A chain of one's own
  With nft, anybody may hang a chain at any hook, in any family, at any priority. It sees what its family and number let it see; each of these is a hook point of
  its own here.

  Background:
    Given a private host without Docker

  Scenario: In the family bridge, between ebtables and br_netfilter
    At -100 it comes behind ebtables (-300 in prerouting) and before iptables, which br_netfilter calls at 0.
    Given the nft table
      """
      table bridge mine { chain pre { type filter hook prerouting priority -100; }; }
      """
    When "client" pings "server" once
    Then the request crosses "ebtables nat PREROUTING" before "nftables bridge mine pre"
    And the request crosses "nftables bridge mine pre" before "iptables raw PREROUTING"

  Scenario: In the family bridge, behind iptables
    What iptables has dropped, it does not see.
    Given the nft table
      """
      table bridge mine { chain forward { type filter hook forward priority 10; }; }
      """
    When "client" pings "server" once
    Then the request crosses "iptables filter FORWARD" before "nftables bridge mine forward"

  Scenario: In the family ip, before conntrack
    Where a rule can drop a flood before it costs a connection.
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

  Scenario: In the family inet, for both versions
    Given the nft table
      """
      table inet mine { chain forward { type filter hook forward priority 5; }; }
      """
    When "client" pings "wan" once over IPv6
    Then the request crosses "ip6tables filter FORWARD" before "nftables inet mine forward"
    And the request crosses "nftables inet mine forward" before "ip6tables security FORWARD"

  Scenario: In the family ip6, IPv4 does not come by
    Given the nft table
      """
      table ip6 mine { chain forward { type filter hook forward priority 5; }; }
      """
    When "client" pings "wan" once
    Then no hop of the request is at "nftables ip6 mine forward"

  Scenario: At a device's ingress, before everything, and before the bridge
    Given the nft table
      """
      table netdev mine { chain in { type filter hook ingress device "client.port" priority 0; }; }
      """
    When "client" pings "server" once
    Then the request crosses "nftables netdev mine in" before "ebtables broute BROUTING"

  Scenario: At the bridge's own ingress, what goes up and nothing else
    A frame that is forwarded never comes to the bridge as a device.
    Given the nft table
      """
      table netdev mine { chain in { type filter hook ingress device "lab" priority 0; }; }
      """
    When "client" pings "host" once
    Then the request crosses "ebtables filter INPUT" before "nftables netdev mine in"
    And the request crosses "nftables netdev mine in" before "iptables filter INPUT"

  Scenario: At a device's egress, behind everything
    Given the nft table
      """
      table netdev mine { chain out { type filter hook egress device "server.port" priority 0; }; }
      """
    When "client" pings "server" once
    Then the request crosses "iptables nat POSTROUTING" before "nftables netdev mine out"

  Scenario: In the family arp, beside arptables
    Given the nft table
      """
      table arp mine { chain in { type filter hook input priority 5; }; }
      """
    When "client" asks by ARP for "host"
    Then the request crosses "arptables filter INPUT" before "nftables arp mine in"
    And the reply is delivered to "client"

  Scenario: A table says nothing of a chain that it does not name
    A host may have chains that no feature knows. They are shown beside the table, and prediction and observation have to agree on them.
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

  Scenario: A table that claims the whole trail has it
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
