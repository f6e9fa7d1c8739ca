Feature: Closed and internal networks
  Docker can keep the containers of one network apart (`com.docker.network.bridge.enable_icc=false`), and it can cut a
  network off from the outside world (`--internal`). Both are iptables rules, so they hold only where iptables sees the
  packet.

  Rule: Inter-container communication (ICC) off

    Scenario: ICC off: Docker's rule in FORWARD drops a ping between two containers of the network
      Given a private host with Docker 29
      When "left" pings "right" once
      Then the request crosses
        | layer    | table  | chain      | in        | out        | physIn    | physOut    |
        | ebtables | broute | BROUTING   | left.port |            |           |            |
        | ebtables | nat    | PREROUTING | left.port |            |           |            |
        | iptables | raw    | PREROUTING | closed    |            | left.port |            |
        | iptables | mangle | PREROUTING | closed    |            | left.port |            |
        | iptables | nat    | PREROUTING | closed    |            | left.port |            |
        | ebtables | filter | FORWARD    | left.port | right.port |           |            |
        | iptables | mangle | FORWARD    | closed    | closed     | left.port | right.port |
        | iptables | filter | FORWARD    | closed    | closed     | left.port | right.port |
      And it is dropped at "iptables filter FORWARD"

    Scenario: ICC off isolates containers only while the bridge calls iptables
      With bridge-nf-call-iptables off the same ping arrives, whatever the rules say.
      Given a private host with Docker 29
      And bridge-nf-call-iptables is off
      When "left" pings "right" once
      Then the request is delivered to "right"
      And the reply is delivered to "left"
      And the request never crosses iptables

  Rule: An internal network

    Background:
      Given a private host with Docker 29

    Scenario: A container of an internal network reaches the host
      Docker's rules are in FORWARD. What a container sends to its own gateway crosses INPUT, where Docker has none.
      When "insider" pings "host" once
      Then the request is delivered to "host"

    Scenario: A ping from another network into an internal network is dropped in FORWARD
      When "client" pings "insider" once
      Then the request is dropped at "iptables filter FORWARD"

    Scenario: The host reaches a container of an internal network
      Its packets cross OUTPUT, where Docker has no such rule, and the container can answer its own gateway.
      When "host" pings "insider" once
      Then the request is delivered to "insider"
      And the reply is delivered to "host"
