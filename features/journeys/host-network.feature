Feature: A container in the host's network
  A container started with `docker run --network host` has no bridge and no port. To every hook, it is the host.

  Background:
    Given a private host with Docker 29

  Scenario: A host-network container pings another container through OUTPUT, as the host would
    When "hosted" pings "client" once
    Then the request crosses
      | layer    | table    | chain       | in | out         | source      |
      | iptables | raw      | OUTPUT      |    | lab         | lab.gateway |
      | iptables | mangle   | OUTPUT      |    | lab         | lab.gateway |
      | iptables | nat      | OUTPUT      |    | lab         | lab.gateway |
      | iptables | filter   | OUTPUT      |    | lab         | lab.gateway |
      | iptables | security | OUTPUT      |    | lab         | lab.gateway |
      | iptables | mangle   | POSTROUTING |    | lab         | lab.gateway |
      | iptables | nat      | POSTROUTING |    | lab         | lab.gateway |
      | ebtables | filter   | OUTPUT      |    | client.port | lab.gateway |
      | ebtables | nat      | OUTPUT      |    | client.port | lab.gateway |
      | ebtables | nat      | POSTROUTING |    | client.port | lab.gateway |
    And it is delivered to "client"

  Scenario: A host-network container receives a container's SYN through INPUT, not FORWARD
    When "client" opens a TCP connection to "hosted"
    Then the SYN never crosses "iptables filter FORWARD"
    And at "iptables filter INPUT" the SYN comes in by "lab"
    And the SYN is delivered to "host"
