Feature: From one bridge network to another
  Between two containers on different networks the host routes: the packet goes up from one bridge to the host, and down
  into the other. Docker keeps its networks apart. Where it does so has changed from release to release, and so has what
  a user's own rule sees.

  Rule: Docker isolates its networks

    Scenario: Docker 20.10 drops a SYN to another network in filter FORWARD, behind DOCKER-USER
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

    Scenario: Docker 29 drops a SYN to another network in raw PREROUTING, before conntrack
      Each container's address may be reached through its own bridge only. Neither conntrack nor routing has seen the
      packet yet. DOCKER-USER never sees it, so no rule there can let it through.
      Given a private host with Docker 29
      When "client" opens a TCP connection to "stranger"
      Then the SYN crosses exactly
        | layer    | table  | chain      | in          | physIn      |
        | ebtables | broute | BROUTING   | client.port |             |
        | ebtables | nat    | PREROUTING | client.port |             |
        | iptables | raw    | PREROUTING | lab         | client.port |
      And it is dropped at "iptables raw PREROUTING"
      And the SYN never crosses "iptables filter FORWARD"

    Scenario: Docker 20.10 does not isolate its networks over IPv6
      It adds no rules to ip6tables unless told to.
      Given a private host with Docker 20.10
      When "client" sends a datagram to "stranger" over IPv6
      Then the request is delivered to "stranger"

    Scenario: Docker 29 drops a datagram to another network over IPv6 in raw PREROUTING
      Given a private host with Docker 29
      When "client" sends a datagram to "stranger" over IPv6
      Then the request is dropped at "ip6tables raw PREROUTING"

  Rule: Without Docker's rules, the host routes between its bridges

    Background:
      Given a private host without Docker

    Scenario: Without Docker, a ping to another network leaves one bridge and enters the other
      POSTROUTING of iptables comes before OUTPUT of ebtables: the packet has left the IP stack when it enters the
      second bridge.
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

    Scenario: A packet routed between two bridges shows its input port up to POSTROUTING
      br_netfilter records the port, and the record is still there in POSTROUTING. The output port is not known: only
      purely bridged packets have one.
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
