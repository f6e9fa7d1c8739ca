Feature: From the WAN to a container's own address
  A neighbour of the host can route packets straight to a container's address, past the published ports. Docker's
  release decides whether they arrive.

  Scenario: With Docker 20.10, the WAN reaches a container's own address at a port that it publishes
    The rule that accepts packets for a published port does not check their original destination.
    Given a private host with Docker 20.10
    When "wan" opens a TCP connection to "client"
    Then the SYN is delivered to "client"
    And the SYN never crosses "iptables filter INPUT"

  Scenario: Docker 28.2 drops a SYN from the WAN to a container's address in raw PREROUTING
    Given a private host with Docker 28.2
    When "wan" opens a TCP connection to "client"
    Then the SYN crosses exactly
      | layer    | table | chain      | in      | destination |
      | iptables | raw   | PREROUTING | wan.nic | client:80   |
    And it is dropped at "iptables raw PREROUTING"
    And there is no SYN-ACK

  Scenario: Docker 29 drops a ping from the WAN to a container's address in raw PREROUTING
    Given a private host with Docker 29
    When "wan" pings "client" once
    Then the request is dropped at "iptables raw PREROUTING"

  Scenario: Docker 29 with nftables drops a ping from the WAN to a container in raw-PREROUTING
    Given a private host with Docker 29-nftables
    When "wan" pings "client" once
    Then the request is dropped at "nftables ip docker-bridges raw-PREROUTING"
