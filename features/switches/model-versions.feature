@model
Feature: What the kernel's version and the backends change
  The trail of a packet depends on more than its direction. These scenarios ask only the model, so that they run without
  Docker and without privileges; the features that send traffic hold the same statements against a real kernel.

  Rule: The order within a hook follows from the priorities at which the tables are registered

    Scenario Outline: The <backend> backend of ebtables runs <first> before <second> at OUTPUT
      ebtables-nft registers filter at -200, the legacy table is at 200; nat is at 100 in both.
      Given the model of a host where ebtables uses <backend>
      When the model sends "host" to "client"
      Then at the chain "OUTPUT" of ebtables the request crosses <first>, then <second>

      Examples:
        | backend | first  | second |
        | nft     | filter | nat    |
        | legacy  | nat    | filter |

    Scenario Outline: The <backend> backend of iptables runs <third> before <fourth> at INPUT
      The legacy security table is at 50, that of iptables-nft at 150; nat INPUT is at 100 in both.
      Given the model of a host where iptables uses <backend>
      When the model sends "client" to "host"
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then <third>, then <fourth>

      Examples:
        | backend | third    | fourth   |
        | nft     | nat      | security |
        | legacy  | security | nat      |

  Rule: Before Linux 5.5, POSTROUTING does not know the device that a forwarded packet came in by

    Scenario Outline: The input device of a packet to the WAN, as POSTROUTING of Linux <kernel> sees it
      Given the model of a host with Linux <kernel>
      When the model sends "client" to "wan"
      Then at "iptables mangle POSTROUTING" the request comes in by "<in>"

      Examples:
        | kernel | in  |
        | 5.4    |     |
        | 5.5    | lab |
        | 6.12   | lab |

  Rule: A nat chain is crossed only where conntrack is in use

    Scenario: Without any rule that needs conntrack, a packet to a neighbour never crosses nat
      A rule in nat does not itself turn conntrack on. On a host where nothing else does, the rule sees nothing.
      Given the model of a host with conntrack off
      When the model sends "client" to "server"
      Then the request never crosses the table "nat" of iptables
      And it is delivered to "server"

  Rule: ip_forward off stops routed packets, not bridged ones

    Scenario: With ip_forward off, a packet to the WAN ends between PREROUTING and FORWARD
      Given the model of a host with ip_forward off
      When the model sends "client" to "wan"
      Then the request is not seen again after "ebtables filter INPUT"

    Scenario: With ip_forward off, a packet to a neighbour on the same bridge still arrives
      Given the model of a host with ip_forward off
      When the model sends "client" to "server"
      Then the request is delivered to "server"
