@model
Feature: What the kernel's version and the backends change
  The trail of a packet depends on more than its direction. These scenarios ask the model alone, so that they run without Docker and
  without any right; the same statements are held against a real kernel by the features that send traffic.

  Rule: The order within a hook follows from the priorities at which the tables are registered

    Scenario Outline: The tables of ebtables at OUTPUT, backend <backend>
      ebtables-nft registers filter at -200, the legacy table at 200; nat is at 100 in both.
      Given the model of a host where ebtables uses <backend>
      When the model sends "host" to "client"
      Then at the chain "OUTPUT" of ebtables the request crosses <first>, then <second>

      Examples:
        | backend | first  | second |
        | nft     | filter | nat    |
        | legacy  | nat    | filter |

    Scenario Outline: The tables of iptables at INPUT, backend <backend>
      The legacy security table is at 50, that of iptables-nft at 150; nat INPUT is at 100 in both.
      Given the model of a host where iptables uses <backend>
      When the model sends "client" to "host"
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then <third>, then <fourth>

      Examples:
        | backend | third    | fourth   |
        | nft     | nat      | security |
        | legacy  | security | nat      |

  Rule: Before Linux 5.5, POSTROUTING does not know the device that a forwarded packet came in by

    Scenario Outline: A packet forwarded to the WAN, on Linux <kernel>
      Given the model of a host with Linux <kernel>
      When the model sends "client" to "wan"
      Then at "iptables mangle POSTROUTING" the request comes in by "<in>"

      Examples:
        | kernel | in  |
        | 5.4    |     |
        | 5.5    | lab |
        | 6.12   | lab |

  Rule: A nat chain is crossed only where conntrack is in use

    Scenario: Without any rule that needs conntrack, nat is never crossed
      A rule in nat does not itself turn conntrack on. On a host where nothing else does, it sees nothing.
      Given the model of a host with conntrack off
      When the model sends "client" to "server"
      Then the request never crosses the table "nat" of iptables
      And it is delivered to "server"

  Rule: What is not routed cannot be forwarded

    Scenario: With ip_forward off, a packet for the WAN is gone between PREROUTING and FORWARD
      Given the model of a host with ip_forward off
      When the model sends "client" to "wan"
      Then the request is not seen again after "ebtables filter INPUT"

    Scenario: Between containers on one bridge, ip_forward does not matter
      Given the model of a host with ip_forward off
      When the model sends "client" to "server"
      Then the request is delivered to "server"
