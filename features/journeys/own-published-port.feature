Feature: A container and the ports that its own network publishes
  A container that connects to the host's address and a published port enters its own network from outside, or tries to.
  With the userland proxy it connects to a process on the host; without the proxy, the packet has to turn round in the
  bridge.

  Rule: With the userland proxy, the host answers

    Background:
      Given a private host with Docker 29

    Scenario: With the proxy, a container reaches its own published port through INPUT
      Docker's nat rule skips packets from the port's own network. The packet goes to INPUT, to the proxy.
      When "client" opens a TCP connection to "host" at port 8081 by the address "host.wan"
      Then the SYN crosses
        | layer    | table    | chain      | in          | physIn      | destination   |
        | ebtables | broute   | BROUTING   | client.port |             | host.wan:8081 |
        | ebtables | nat      | PREROUTING | client.port |             | host.wan:8081 |
        | iptables | raw      | PREROUTING | lab         | client.port | host.wan:8081 |
        | iptables | mangle   | PREROUTING | lab         | client.port | host.wan:8081 |
        | iptables | nat      | PREROUTING | lab         | client.port | host.wan:8081 |
        | ebtables | filter   | INPUT      | client.port |             | host.wan:8081 |
        | iptables | mangle   | INPUT      | lab         | client.port | host.wan:8081 |
        | iptables | filter   | INPUT      | lab         | client.port | host.wan:8081 |
        | iptables | nat      | INPUT      | lab         | client.port | host.wan:8081 |
        | iptables | security | INPUT      | lab         | client.port | host.wan:8081 |
      And it is delivered to "host"

    Scenario: With the proxy, a container reaches its neighbour's published port through INPUT
      When "client" opens a TCP connection to "host" at port 8080 by the address "host.wan"
      Then at "iptables filter INPUT" the SYN goes to "host.wan:8080"
      And the SYN is delivered to "host"

  Rule: Without the userland proxy, the packet turns round in the bridge

    Scenario: Without the proxy, a container's own published port needs hairpin mode and MASQUERADE
      The packet leaves by the port that it came in by, which a bridge allows only in hairpin mode. Without MASQUERADE
      the container would see its own address as the sender.
      Given a private host with Docker 29, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8081 by the address "host.wan"
      Then the SYN crosses
        | layer    | table    | chain       | in          | out         | source | destination   |
        | ebtables | broute   | BROUTING    | client.port |             | client | host.wan:8081 |
        | ebtables | nat      | PREROUTING  | client.port |             | client | host.wan:8081 |
        | iptables | raw      | PREROUTING  | lab         |             | client | host.wan:8081 |
        | iptables | mangle   | PREROUTING  | lab         |             | client | host.wan:8081 |
        | iptables | nat      | PREROUTING  | lab         |             | client | host.wan:8081 |
        | ebtables | filter   | FORWARD     | client.port | client.port | client | client:80     |
        | iptables | mangle   | FORWARD     | lab         | lab         | client | client:80     |
        | iptables | filter   | FORWARD     | lab         | lab         | client | client:80     |
        | iptables | security | FORWARD     | lab         | lab         | client | client:80     |
        | ebtables | nat      | POSTROUTING |             | client.port | client | client:80     |
        | iptables | mangle   | POSTROUTING |             | lab         | client | client:80     |
        | iptables | nat      | POSTROUTING |             | lab         | client | client:80     |
      And it is delivered to "client"

    Scenario: Without hairpin mode, the bridge discards a SYN to a container's own published port
      The bridge discards the SYN between ebtables PREROUTING and FORWARD, and no hook shows it: should_deliver() in
      net/bridge/br_forward.c refuses it before any hook.
      Given a private host with Docker 29, without the userland proxy
      And hairpin is off
      When "client" opens a TCP connection to "host" at port 8081 by the address "host.wan"
      Then the SYN is not seen again after "iptables nat PREROUTING"
      And the SYN never crosses "ebtables filter FORWARD"

    Scenario: Without the proxy, a SYN to a neighbour's published port is bridged, not routed
      The new destination is on the bridge that the packet came from, so br_netfilter gives it a new MAC address and
      lets it go on as a bridged frame. Its TTL does not change, and it crosses neither INPUT nor OUTPUT.
      Given a private host with Docker 29, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8080 by the address "host.wan"
      Then at "ebtables filter FORWARD" the SYN goes out by "server.port"
      And at "ebtables filter FORWARD" the SYN goes to "server:80"
      And the SYN never crosses "ebtables filter INPUT"
      And the SYN is delivered to "server"
      And the FIN of the reply is delivered to "client"

    Scenario: With bridge-nf-call-iptables off, a neighbour's published port fails without the proxy
      The request is routed and rewritten; the answer is bridged straight to the client, past the host, from an address
      that the client never called. The connection fails.
      Given a private host with Docker 29, without the userland proxy
      And bridge-nf-call-iptables is off
      When "client" opens a TCP connection to "host" at port 8080 by the address "host.wan"
      Then the SYN is delivered to "server"
      And the SYN-ACK never crosses iptables
