@model @host
Feature: Two NICs and policy routing
  A host with two providers answers by the NIC that the question came in by: a policy rule chooses the table by the
  host's own source address. A container has another source address until the very end, so the rule does not match its
  answers. The host has eth0 with the default route; eth1 with a table of its own, which policy rules choose by the
  source and by the mark 2; and Docker 24 with a container web that publishes its port 80 as 8080. What follows is
  predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "two-nics.snapshot"

  Rule: The host's own answers go back as they came

    Scenario: ssh by the second NIC is answered by the second NIC
      When "192.0.2.7@eth1" connects to "198.51.100.10" at port 22
      Then it is delivered to "host"
      And the reply leaves by "eth1"

    Scenario: ssh by the first NIC is answered by the first NIC
      When "192.0.2.7@eth0" connects to "203.0.113.10" at port 22
      Then it is delivered to "host"
      And the reply leaves by "eth0"

  Rule: A container's answers take the default route

    Scenario: What a container publishes is answered by the wrong NIC
      When "192.0.2.7@eth1" connects to "198.51.100.10" at port 8080
      Then it is delivered to "web"
      And the reply leaves by "eth0"

    Scenario: A mark that the connection keeps takes the answer back by the second NIC
      The host has a policy rule for the mark 2. These two rules give it to the connection, and back to its answers.
      Given the rule "iptables -t mangle -A PREROUTING -i eth1 -j CONNMARK --set-mark 2"
      And the rule "iptables -t mangle -A PREROUTING -i br-shop -j CONNMARK --restore-mark"
      When "192.0.2.7@eth1" connects to "198.51.100.10" at port 8080
      Then it is delivered to "web"
      And the reply leaves by "eth1"

  Rule: A strict rp_filter asks the routes before the packet is routed

    Scenario: With a strict rp_filter, the published port is silent by the second NIC
      The check comes after DNAT, and looks for the way back from the container's address.
      Given rp_filter is on
      When "192.0.2.7@eth1" connects to "198.51.100.10" at port 8080
      Then it is unreachable, because of "rp_filter"

    Scenario: ssh by the second NIC passes the same check
      For the host's own address, the policy rule for its answers finds the way back by eth1.
      Given rp_filter is on
      When "192.0.2.7@eth1" connects to "198.51.100.10" at port 22
      Then it is delivered to "host"
