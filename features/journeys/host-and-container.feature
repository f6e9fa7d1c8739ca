Feature: Host and container
  The host is on the bridge too: its address there is the containers' gateway. What it sends passes the IP stack first
  and then the bridge; what it receives passes the bridge first.

  Background:
    Given containers "client" and "server" on the network "lab"
    And bridge-nf-call-iptables is on

  Rule: ebtables only: frames from and to the host cross OUTPUT and INPUT, never FORWARD

    @ebtables-nft
    Scenario: A ping from the host to a container crosses ebtables OUTPUT and POSTROUTING
      When "host" pings "client" once
      Then in ebtables the request crosses
        | layer    | table  | chain       | in | out         |
        | ebtables | filter | OUTPUT      |    | client.port |
        | ebtables | nat    | OUTPUT      |    | client.port |
        | ebtables | nat    | POSTROUTING |    | client.port |
      And it is delivered to "client"

    Scenario: The backend of ebtables decides whether filter or nat comes first in OUTPUT
      ebtables-nft registers filter at -200 and nat at 100 (iptables, nft-bridge.c); the kernel's own tables have nat at
      100 and filter at 200 (NF_BR_PRI_NAT_DST_OTHER, NF_BR_PRI_FILTER_OTHER).
      When "host" pings "client" once
      Then in ebtables OUTPUT the request crosses filter before nat with ebtables-nft, and nat before filter with ebtables-legacy
      And the request is delivered to "client"

    Scenario: A container's reply to the host crosses ebtables PREROUTING and INPUT
      When "host" pings "client" once
      Then in ebtables the reply crosses
        | layer    | table  | chain      | in          | out |
        | ebtables | broute | BROUTING   | client.port |     |
        | ebtables | nat    | PREROUTING | client.port |     |
        | ebtables | filter | INPUT      | client.port |     |
      And it is delivered to "host"

  Rule: iptables and ebtables: from the host, iptables comes first

    The bridge does not call iptables for a packet that has already passed it: POSTROUTING is crossed once.

    @ebtables-nft
    Scenario: A ping from the host to a container crosses iptables first, then ebtables
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

    Scenario: A container's reply to the host crosses iptables PREROUTING from inside the bridge
      The bridge calls PREROUTING of iptables before it decides where the frame goes; INPUT follows after the bridge has
      handed the packet up.
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
    Scenario: A ping from a container to its gateway crosses nat INPUT, then security INPUT
      nat has a chain INPUT too. The security table of iptables-nft comes after it (priority 150); the legacy one comes
      before it (50).
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
    Scenario: The gateway's reply to a container crosses OUTPUT and POSTROUTING, but not iptables nat
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
