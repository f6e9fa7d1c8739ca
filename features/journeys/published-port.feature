Feature: A published port
  `docker run --publish 8080:80` makes the host answer for a container. From outside it is a rewrite of the destination in nat
  PREROUTING, and then ordinary forwarding: nothing listens, and INPUT is never crossed.

  Rule: From the WAN, the kernel does it all

    Background:
      Given a private host with Docker 29

    Scenario: The SYN is addressed to the host, and arrives in FORWARD with the container's address
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

    Scenario: The SYN-ACK carries the container's address through FORWARD, and the host's only behind POSTROUTING
      So a rule in FORWARD that is to match answers has to name the container and its own port, not the published one.
      When "wan" opens a TCP connection to "host" at port 8080
      Then at "iptables filter FORWARD" the SYN-ACK comes from "server:80"
      And at "iptables mangle POSTROUTING" the SYN-ACK comes from "server:80"
      And the SYN-ACK is delivered to "wan"
      And the SYN-ACK never crosses the table "nat" of iptables

    Scenario: Later packets of the connection are rewritten without crossing nat
      When "wan" opens a TCP connection to "host" at port 8080
      Then at "iptables filter FORWARD" the data goes to "server:80"
      And the data never crosses the table "nat" of iptables
      And the FIN is delivered to "server"
      And the FIN of the reply is delivered to "wan"

    Scenario: A datagram goes the same way
      When "wan" sends a datagram to "host" at port 8080
      Then at "iptables nat PREROUTING" the request goes to "host.wan:8080"
      And at "iptables filter FORWARD" the request goes to "server:80"
      And the request is delivered to "server"
      And the reply is delivered to "wan"

    Scenario: Over IPv6 as well
      When "wan" opens a TCP connection to "host" at port 8080 over IPv6
      Then at "ip6tables filter FORWARD" the SYN goes to "server:80"
      And the SYN is delivered to "server"

  Rule: From another network, it depends on the release

    Scenario: Docker 20.10 leaves it to the userland proxy
      Its rule would rewrite the packet, if the isolation of the networks did not drop what it leads to. So nothing comes of it in the kernel.
      Given a private host with Docker 20.10, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
      Then at "iptables nat PREROUTING" the SYN goes to "host.wan:8083"
      And the SYN is dropped at "iptables filter FORWARD"

    Scenario: Docker 29 lets it through
      Given a private host with Docker 29, without the userland proxy
      When "client" opens a TCP connection to "host" at port 8083 by the address "host.wan"
      Then the SYN is delivered to "stranger"
      And the FIN of the reply is delivered to "client"

  Rule: From the host itself it is nat OUTPUT

    Scenario: By the host's own address, filter OUTPUT sees the container's address and the loopback device
      The device was chosen before nat changed the destination, and a hook's device is fixed when the hook begins. POSTROUTING shows the bridge.
      Given a private host with Docker 29
      When "host" opens a TCP connection to "host" at port 8080 by the address "host.wan"
      Then at "iptables nat OUTPUT" the SYN goes to "host.wan:8080"
      And at "iptables filter OUTPUT" the SYN goes to "server:80"
      And at "iptables filter OUTPUT" the SYN goes out by "lo"
      And at "iptables nat POSTROUTING" the SYN goes out by "lab"
      And the SYN is delivered to "server"

    Scenario: By loopback, the kernel leaves it to the userland proxy
      Docker's rule in nat OUTPUT excludes 127.0.0.0/8, so the packet stays what it is and reaches whatever listens on the host.
      Given a private host with Docker 29
      When "host" opens a TCP connection to "host" at port 8080
      Then at "iptables mangle INPUT" the SYN goes to "host.lo:8080"
      And the SYN is delivered to "host"

    Scenario: By loopback without the userland proxy, the kernel routes 127.0.0.1 into the bridge
      That takes route_localnet, and a MASQUERADE, since a container could not answer to 127.0.0.1.
      Given a private host with Docker 29, without the userland proxy
      When "host" opens a TCP connection to "host" at port 8080
      Then at "iptables filter OUTPUT" the SYN goes to "server:80"
      And at "ebtables filter OUTPUT" the SYN comes from "lab.gateway"
      And the SYN is delivered to "server"
      And the SYN-ACK is delivered to "host"
