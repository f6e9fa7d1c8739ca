Feature: What an upgrade of Docker changes
  The same `docker run --publish` has meant different rules in every release.

  @S28
  Scenario Outline: A container's own address, from the WAN, with Docker <release>
    Given a private host with Docker <release>
    When "wan" opens a TCP connection to "client"
    Then the SYN is dropped at "iptables raw PREROUTING"

    Examples:
      | release |
      | 28.0    |
      | 28.2    |
      | 29      |

  @S28
  Scenario Outline: It was open up to 27: Docker <release>
    Given a private host with Docker <release>
    When "wan" opens a TCP connection to "client"
    Then the SYN is delivered to "client"

    Examples:
      | release |
      | 20.10   |
      | 27.5    |

  @S28
  Scenario: Docker 28.0 protects published ports only
    From 28.2 on it is the container's whole address.
    Given a private host with Docker 28.0
    When "wan" sends a datagram to "client" at port 99
    Then the request is dropped at "iptables filter FORWARD"

  @S29
  Scenario Outline: To a port that another network publishes, without the userland proxy, with Docker <release>
    The rewritten packet goes from one bridge to another, which the isolation of networks drops.
    Given a private host with Docker <release>, without the userland proxy
    When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
    Then the SYN is dropped at "iptables filter FORWARD"

    Examples:
      | release |
      | 20.10   |
      | 28.2    |

  @S29
  Scenario: Docker 29 lets it through
    Given a private host with Docker 29, without the userland proxy
    When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
    Then the SYN is delivered to "stranger"

  Scenario: With its nftables backend, Docker 29 has chains beside those of iptables
    They hang at the hooks and priorities of raw, nat and filter, in tables of their own. Made after those of iptables, they run before them.
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

  Scenario: What Docker's nftables backend masquerades, nat POSTROUTING of iptables does not see
    Both chains hang at the NAT core, which asks no further chain once one has decided. Docker's came later here and is asked first.
    Given a private host with Docker 29-nftables
    When "client" pings "wan" once
    Then the request crosses "nftables ip docker-bridges nat-POSTROUTING" once
    And the request never crosses "iptables nat POSTROUTING"
    And at "iptables raw PREROUTING" the reply goes to "host.wan"

  @S30
  Scenario: A host with a recent Docker may not have br_netfilter at all (the model alone)
    From 27.5 on dockerd loads it only where it needs it. Without it iptables sees nothing of what the containers of a network say to each other.
    Given the model of a host with Docker 29
    And the model of a host with br_netfilter off
    When the model sends "client" to "server"
    Then the request never crosses iptables
    And the request is delivered to "server"
