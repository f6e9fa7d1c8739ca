Feature: A published port
  `docker run --publish 8080:80` makes the host answer for a container. From outside, nat PREROUTING rewrites the
  destination, and ordinary forwarding follows: no process on the host takes part, and INPUT is never crossed.

  Rule: From the WAN, the kernel does it all

    Background:
      Given a private host with Docker 29

    Scenario: A SYN from the WAN to a published port reaches FORWARD with the container's address
      When "wan" opens a TCP connection to "host" at port 8080
      Then the SYN crosses
        | layer    | table    | chain       | in      | out         | source | destination   |
        | iptables | raw      | PREROUTING  | wan.nic |             | wan    | host.wan:8080 |
        | iptables | mangle   | PREROUTING  | wan.nic |             | wan    | host.wan:8080 |
        | iptables | nat      | PREROUTING  | wan.nic |             | wan    | host.wan:8080 |
        | iptables | mangle   | FORWARD     | wan.nic | lab         | wan    | server:80     |
        | iptables | filter   | FORWARD     | wan.nic | lab         | wan    | server:80     |
        | iptables | security | FORWARD     | wan.nic | lab         | wan    | server:80     |
        | iptables | mangle   | POSTROUTING | wan.nic | lab         | wan    | server:80     |
        | iptables | nat      | POSTROUTING | wan.nic | lab         | wan    | server:80     |
        | ebtables | filter   | OUTPUT      |         | server.port | wan    | server:80     |
        | ebtables | nat      | OUTPUT      |         | server.port | wan    | server:80     |
        | ebtables | nat      | POSTROUTING |         | server.port | wan    | server:80     |
      And it is delivered to "server"

    Scenario: A published port's SYN-ACK keeps the container's address through FORWARD and POSTROUTING
      It gets the host's address only behind POSTROUTING. So a FORWARD rule for the answers has to name the container
      and its own port, not the published one.
      When "wan" opens a TCP connection to "host" at port 8080
      Then at "iptables filter FORWARD" the SYN-ACK comes from "server:80"
      And at "iptables mangle POSTROUTING" the SYN-ACK comes from "server:80"
      And the SYN-ACK is delivered to "wan"
      And the SYN-ACK never crosses the table "nat" of iptables

    Scenario: Later packets from the WAN to a published port are rewritten without crossing nat
      When "wan" opens a TCP connection to "host" at port 8080
      Then at "iptables filter FORWARD" the data goes to "server:80"
      And the data never crosses the table "nat" of iptables
      And the FIN is delivered to "server"
      And the FIN of the reply is delivered to "wan"

    Scenario: A datagram from the WAN to a published port is rewritten in nat PREROUTING
      When "wan" sends a datagram to "host" at port 8080
      Then at "iptables nat PREROUTING" the request goes to "host.wan:8080"
      And at "iptables filter FORWARD" the request goes to "server:80"
      And the request is delivered to "server"
      And the reply is delivered to "wan"

    Scenario: A SYN from the WAN to a published port over IPv6 is rewritten before ip6tables FORWARD
      When "wan" opens a TCP connection to "host" at port 8080 over IPv6
      Then at "ip6tables filter FORWARD" the SYN goes to "server:80"
      And the SYN is delivered to "server"

  Rule: From another network, Docker's release decides

    Scenario: Docker 20.10 rewrites a SYN to another network's published port, then drops it in FORWARD
      The isolation of the networks drops the rewritten packet. So only the userland proxy can make this connection.
      Given a private host with Docker 20.10, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
      Then at "iptables nat PREROUTING" the SYN goes to "host.wan:8083"
      And the SYN is dropped at "iptables filter FORWARD"

    Scenario: Docker 29 lets a container complete a connection to another network's published port
      Given a private host with Docker 29, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
      Then the SYN is delivered to "stranger"
      And the FIN of the reply is delivered to "client"

  Rule: From the host itself, nat OUTPUT decides

    Scenario: A SYN from the host to its published port shows lo in OUTPUT, the bridge in POSTROUTING
      The host calls its own address, not 127.0.0.1. filter OUTPUT already sees the container's address. The device was
      chosen before nat changed the destination, and a hook's device is fixed when the hook begins.
      Given a private host with Docker 29
      When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
      Then at "iptables nat OUTPUT" the SYN goes to "host.wan:8080"
      And at "iptables filter OUTPUT" the SYN goes to "server:80"
      And at "iptables filter OUTPUT" the SYN goes out by "lo"
      And at "iptables nat POSTROUTING" the SYN goes out by "lab"
      And the SYN is delivered to "server"

    Scenario: With the proxy, a SYN from the host to a published port by loopback stays on the host
      Docker's rule in nat OUTPUT excludes 127.0.0.0/8, so the packet is not rewritten and reaches the process that
      listens on the host: the userland proxy.
      Given a private host with Docker 29
      When "host" opens a TCP connection to "host" at port 8080
      Then at "iptables mangle INPUT" the SYN goes to "host.lo:8080"
      And the SYN is delivered to "host"

    Scenario: Without the proxy, a SYN from the host to a published port by loopback enters the bridge
      The kernel routes 127.0.0.1 into the bridge. That takes route_localnet, and MASQUERADE, since a container could
      not answer 127.0.0.1.
      Given a private host with Docker 29, without the userland proxy
      When "host" opens a TCP connection to "host" at port 8080
      Then at "iptables filter OUTPUT" the SYN goes to "server:80"
      And at "ebtables filter OUTPUT" the SYN comes from "lab.gateway"
      And the SYN is delivered to "server"
      And the SYN-ACK is delivered to "host"
