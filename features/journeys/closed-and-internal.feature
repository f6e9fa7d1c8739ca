Feature: Networks that are closed
  Docker can keep the containers of one network apart (`com.docker.network.bridge.enable_icc=false`), and a network from the world (`--internal`). Both are
  rules of iptables, and hold as far as iptables is asked.

  Rule: Inter-container communication off

    Scenario: A rule in FORWARD drops what goes from the bridge into itself
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

    Scenario: It holds only while the bridge calls iptables
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

    Scenario: The host stays within the container's reach
      The rules are about FORWARD. What a container says to its own gateway crosses INPUT, where Docker has none.
      When "insider" pings "host" once
      Then the request is delivered to "host"

    Scenario: Who tries to get in is dropped
      When "client" pings "insider" once
      Then the request is dropped at "iptables filter FORWARD"

    Scenario: The host itself is not kept out
      Its packets cross OUTPUT, where Docker has no such rule, and the container can answer to its own gateway.
      When "host" pings "insider" once
      Then the request is delivered to "insider"
      And the reply is delivered to "host"
