Feature: From the WAN straight to a container's address
  A neighbour of the host can route to a container's own address, past the published ports. Whether it gets there is a question of Docker's release.

  Scenario: Docker 20.10 lets it in where the container publishes a port
    The rule that accepts a published port's packets does not ask where they were addressed to before.
    Given a private host with Docker 20.10
    When "wan" opens a TCP connection to "client"
    Then the SYN is delivered to "client"
    And the SYN never crosses "iptables filter INPUT"

  Scenario: Docker 28.2 drops it in raw
    Given a private host with Docker 28.2
    When "wan" opens a TCP connection to "client"
    Then the SYN crosses exactly
      | layer    | table | chain      | in      | destination |
      | iptables | raw   | PREROUTING | wan.nic | client:80   |
    And it is dropped at "iptables raw PREROUTING"
    And there is no SYN-ACK

  Scenario: So does Docker 29, for a ping too
    Given a private host with Docker 29
    When "wan" pings "client" once
    Then the request is dropped at "iptables raw PREROUTING"

  Scenario: Docker 29 with nftables drops it in a chain of its own
    Given a private host with Docker 29-nftables
    When "wan" pings "client" once
    Then the request is dropped at "nftables ip docker-bridges raw-PREROUTING"
