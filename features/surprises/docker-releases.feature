Feature: What an upgrade of Docker changes
  The same `docker run --publish` has meant different rules from release to release.

  Scenario Outline: From Docker 28 on, raw drops a SYN from the WAN to a container: Docker <release>
    Given a private host with Docker <release>
    When "wan" opens a TCP connection to "client"
    Then the SYN is dropped at "iptables raw PREROUTING"

    Examples:
      | release |
      | 28.0    |
      | 28.2    |
      | 29      |

  Scenario Outline: Up to Docker 27, a SYN from the WAN reaches a container's own address: Docker <release>
    Given a private host with Docker <release>
    When "wan" opens a TCP connection to "client"
    Then the SYN is delivered to "client"

    Examples:
      | release |
      | 20.10   |
      | 27.5    |

  Scenario: Docker 28.0 drops a datagram to an unpublished port in filter FORWARD, not in raw
    In raw, 28.0 protects published ports only; from 28.2 on, raw protects the container's whole address.
    Given a private host with Docker 28.0
    When "wan" sends a datagram to "client" at port 99
    Then the request is dropped at "iptables filter FORWARD"

  Scenario: Docker 28.0.0 lets a rule at the end of FORWARD come before its own
    A REJECT that was there before Docker started is behind Docker's rules in every release but this one, which appends
    what accepts the containers' packets. The rule of the scenario stands where such a REJECT stands.
    Given a private host with Docker 28.0.0
    And the rule "iptables -I FORWARD 9 -j REJECT"
    When "client" pings "wan" once
    Then the request is rejected at "iptables filter FORWARD"

  Scenario: Docker 28.0.1 accepts before a rule at the end of FORWARD
    Given a private host with Docker 28.0.1
    And the rule "iptables -A FORWARD -j REJECT"
    When "client" pings "wan" once
    Then the request is delivered to "wan"

  Scenario Outline: Without the proxy, a SYN to another network's published port is dropped: Docker <release>
    The rewritten packet goes from one bridge to another, and the isolation of networks drops it.
    Given a private host with Docker <release>, without the userland proxy
    When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
    Then the SYN is dropped at "iptables filter FORWARD"

    Examples:
      | release |
      | 20.10   |
      | 28.2    |

  Scenario: Docker 29 delivers a SYN to another network's published port without the proxy
    Given a private host with Docker 29, without the userland proxy
    When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
    Then the SYN is delivered to "stranger"

  Scenario: Docker 29's nftables chains run before the iptables chains at the same priority
    They are at the hooks and priorities of raw, nat and filter, in separate tables. Registered after those of iptables,
    they run before them.
    Given a private host with Docker 29-nftables
    When "host" pings "client" once
    Then the request crosses exactly
      | layer    | table             | chain           | in | out         |
      | iptables | raw               | OUTPUT          |    | lab         |
      | iptables | mangle            | OUTPUT          |    | lab         |
      | nftables | ip docker-bridges | nat-OUTPUT      |    | lab         |
      | iptables | nat               | OUTPUT          |    | lab         |
      | iptables | filter            | OUTPUT          |    | lab         |
      | iptables | security          | OUTPUT          |    | lab         |
      | iptables | mangle            | POSTROUTING     |    | lab         |
      | nftables | ip docker-bridges | nat-POSTROUTING |    | lab         |
      | iptables | nat               | POSTROUTING     |    | lab         |
      | ebtables | filter            | OUTPUT          |    | client.port |
      | ebtables | nat               | OUTPUT          |    | client.port |
      | ebtables | nat               | POSTROUTING     |    | client.port |

  Scenario: iptables nat POSTROUTING does not see what Docker's nftables backend masquerades
    Both chains are at the NAT core, which runs no further chain once one has decided. Docker's was registered later
    here and runs first.
    Given a private host with Docker 29-nftables
    When "client" pings "wan" once
    Then the request crosses "nftables ip docker-bridges nat-POSTROUTING" once
    And the request never crosses "iptables nat POSTROUTING"
    And at "iptables raw PREROUTING" the reply goes to "host.wan"

  @model
  Scenario: Without br_netfilter, iptables sees no packet between containers of one network
    From 27.5 on, dockerd loads br_netfilter only where it needs it, so a host with a recent Docker may not have it.
    This scenario asks only the model.
    Given the model of a host with Docker 29
    And the model of a host with br_netfilter off
    When the model sends "client" to "server"
    Then the request never crosses iptables
    And the request is delivered to "server"
