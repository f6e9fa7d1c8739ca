Feature: Host and container
  The host is on the bridge too, with the address that is the containers' gateway. What it sends passes the IP stack first and the
  bridge after that; what it receives comes the other way round.

  Background:
    Given containers "client" and "server" on the network "lab"
    And bridge-nf-call-iptables is on

  Rule: ebtables alone: frames from and to the host cross OUTPUT and INPUT, never FORWARD

    @ebtables-nft
    Scenario: From the host to a container, in ebtables
      When "host" pings "client" once
      Then in ebtables the request crosses
        | layer    | table  | chain       | in | out         |
        | ebtables | filter | OUTPUT      |    | client.port |
        | ebtables | nat    | OUTPUT      |    | client.port |
        | ebtables | nat    | POSTROUTING |    | client.port |
      And it is delivered to "client"

    Scenario: Which of the two tables in OUTPUT comes first is the backend's choice
      ebtables-nft registers filter at -200 and nat at 100 (iptables, nft-bridge.c); the kernel's own tables have nat at 100 and filter at 200 (NF_BR_PRI_NAT_DST_OTHER,
      NF_BR_PRI_FILTER_OTHER).
      When "host" pings "client" once
      Then in ebtables OUTPUT the request crosses filter before nat with ebtables-nft, and nat before filter with ebtables-legacy
      And the request is delivered to "client"

    Scenario: The container's reply, in ebtables
      When "host" pings "client" once
      Then in ebtables the reply crosses
        | layer    | table  | chain      | in          | out |
        | ebtables | broute | BROUTING   | client.port |     |
        | ebtables | nat    | PREROUTING | client.port |     |
        | ebtables | filter | INPUT      | client.port |     |
      And it is delivered to "host"

  Rule: iptables and ebtables: from the host, iptables comes first

    The bridge does not call iptables for a packet that has passed it already: POSTROUTING is crossed once.

    @ebtables-nft
    Scenario: From the host to a container
      When "host" pings "client" once
      Then the request crosses
        | layer    | table    | chain       | in | out         |
        | iptables | raw      | OUTPUT      |    | lab         |
        | iptables | mangle   | OUTPUT      |    | lab         |
        | iptables | nat      | OUTPUT      |    | lab         |
        | iptables | filter   | OUTPUT      |    | lab         |
        | iptables | security | OUTPUT      |    | lab         |
        | iptables | mangle   | POSTROUTING |    | lab         |
        | iptables | nat      | POSTROUTING |    | lab         |
        | ebtables | filter   | OUTPUT      |    | client.port |
        | ebtables | nat      | OUTPUT      |    | client.port |
        | ebtables | nat      | POSTROUTING |    | client.port |
      And it is delivered to "client"

    Scenario: The container's reply to the host
      PREROUTING of iptables is called from inside the bridge, before the bridge decides; INPUT after the bridge has handed the packet up.
      When "host" pings "client" once
      Then the reply crosses
        | layer    | table    | chain      | in          | out |
        | ebtables | broute   | BROUTING   | client.port |     |
        | ebtables | nat      | PREROUTING | client.port |     |
        | iptables | raw      | PREROUTING | lab         |     |
        | iptables | mangle   | PREROUTING | lab         |     |
        | ebtables | filter   | INPUT      | client.port |     |
        | iptables | mangle   | INPUT      | lab         |     |
        | iptables | filter   | INPUT      | lab         |     |
        | iptables | security | INPUT      | lab         |     |
      And it is delivered to "host"
      And it never crosses the table "nat" of iptables

  Rule: iptables and ebtables: to the host, the bridge comes first

    @iptables-nft
    Scenario: From a container to its gateway
      nat has a chain INPUT too. The security table of iptables-nft comes after it (priority 150); the legacy one would come
      before (50).
      When "client" pings "host" once
      Then the request crosses
        | layer    | table    | chain      | in          | out |
        | ebtables | broute   | BROUTING   | client.port |     |
        | ebtables | nat      | PREROUTING | client.port |     |
        | iptables | raw      | PREROUTING | lab         |     |
        | iptables | mangle   | PREROUTING | lab         |     |
        | iptables | nat      | PREROUTING | lab         |     |
        | ebtables | filter   | INPUT      | client.port |     |
        | iptables | mangle   | INPUT      | lab         |     |
        | iptables | filter   | INPUT      | lab         |     |
        | iptables | nat      | INPUT      | lab         |     |
        | iptables | security | INPUT      | lab         |     |
      And it is delivered to "host"

    @ebtables-nft
    Scenario: The gateway's reply to the container
      When "client" pings "host" once
      Then the reply crosses
        | layer    | table    | chain       | in | out         |
        | iptables | raw      | OUTPUT      |    | lab         |
        | iptables | mangle   | OUTPUT      |    | lab         |
        | iptables | filter   | OUTPUT      |    | lab         |
        | iptables | security | OUTPUT      |    | lab         |
        | iptables | mangle   | POSTROUTING |    | lab         |
        | ebtables | filter   | OUTPUT      |    | client.port |
        | ebtables | nat      | OUTPUT      |    | client.port |
        | ebtables | nat      | POSTROUTING |    | client.port |
      And it is delivered to "client"
      And it never crosses the table "nat" of iptables
