Feature: From one bridge network to another
  Two containers on different networks are two hops of routing apart: up from one bridge to the host, and down into the other. Docker keeps them
  from each other. Where it does so has changed from release to release, and with it what a user's own rule gets to see.

  Rule: Docker isolates its networks

    Scenario: Docker 20.10 drops it in FORWARD, after two of its own chains
      A rule in DOCKER-USER sees the packet first, and could still accept it.
      Given a private host with Docker 20.10
      When "client" opens a TCP connection to "stranger"
      Then the SYN crosses
        | layer    | table  | chain      | in          | out  | physIn      |
        | ebtables | broute | BROUTING   | client.port |      |             |
        | ebtables | nat    | PREROUTING | client.port |      |             |
        | iptables | raw    | PREROUTING | lab         |      | client.port |
        | iptables | mangle | PREROUTING | lab         |      | client.port |
        | iptables | nat    | PREROUTING | lab         |      | client.port |
        | ebtables | filter | INPUT      | client.port |      |             |
        | iptables | mangle | FORWARD    | lab         | away | client.port |
        | iptables | filter | FORWARD    | lab         | away | client.port |
      And it is dropped at "iptables filter FORWARD"

    Scenario: Docker 29 drops it in raw, before conntrack and routing have heard of it
      Each container's address may be reached through its own bridge only. DOCKER-USER never sees the packet, so no rule there can let it through.
      Given a private host with Docker 29
      When "client" opens a TCP connection to "stranger"
      Then the SYN crosses exactly
        | layer    | table  | chain      | in          | physIn      |
        | ebtables | broute | BROUTING   | client.port |             |
        | ebtables | nat    | PREROUTING | client.port |             |
        | iptables | raw    | PREROUTING | lab         | client.port |
      And it is dropped at "iptables raw PREROUTING"
      And the SYN never crosses "iptables filter FORWARD"

    Scenario: Over IPv6, Docker 20.10 isolates nothing
      It leaves ip6tables alone unless told otherwise.
      Given a private host with Docker 20.10
      When "client" sends a datagram to "stranger" over IPv6
      Then the request is delivered to "stranger"

    Scenario: Over IPv6, Docker 29 does as over IPv4
      Given a private host with Docker 29
      When "client" sends a datagram to "stranger" over IPv6
      Then the request is dropped at "ip6tables raw PREROUTING"

  Rule: Without Docker's rules it is plain routing

    Background:
      Given a private host without Docker

    Scenario: The request goes up from one bridge and down into the other
      POSTROUTING of iptables comes before OUTPUT of ebtables: the packet has left the IP stack when it enters the second bridge.
      When "client" pings "stranger" once
      Then the request crosses
        | layer    | table    | chain       | in          | out           |
        | ebtables | broute   | BROUTING    | client.port |               |
        | ebtables | nat      | PREROUTING  | client.port |               |
        | iptables | raw      | PREROUTING  | lab         |               |
        | iptables | mangle   | PREROUTING  | lab         |               |
        | iptables | nat      | PREROUTING  | lab         |               |
        | ebtables | filter   | INPUT       | client.port |               |
        | iptables | mangle   | FORWARD     | lab         | away          |
        | iptables | filter   | FORWARD     | lab         | away          |
        | iptables | security | FORWARD     | lab         | away          |
        | iptables | mangle   | POSTROUTING | lab         | away          |
        | iptables | nat      | POSTROUTING | lab         | away          |
        | ebtables | filter   | OUTPUT      |             | stranger.port |
        | ebtables | nat      | OUTPUT      |             | stranger.port |
        | ebtables | nat      | POSTROUTING |             | stranger.port |
      And it is delivered to "stranger"

    Scenario: The port that it came in by is remembered to the end
      br_netfilter notes it, and it is still there in POSTROUTING. No port to go out by is known: that is for purely bridged packets.
      When "client" pings "stranger" once
      Then in iptables the request crosses
        | layer    | table    | chain       | in  | out  | physIn      | physOut |
        | iptables | raw      | PREROUTING  | lab |      | client.port |         |
        | iptables | mangle   | PREROUTING  | lab |      | client.port |         |
        | iptables | nat      | PREROUTING  | lab |      | client.port |         |
        | iptables | mangle   | FORWARD     | lab | away | client.port |         |
        | iptables | filter   | FORWARD     | lab | away | client.port |         |
        | iptables | security | FORWARD     | lab | away | client.port |         |
        | iptables | mangle   | POSTROUTING | lab | away | client.port |         |
        | iptables | nat      | POSTROUTING | lab | away | client.port |         |
