@model @host
Feature: IPv6 is open by accident
  Docker 24 filters IPv4 only, unless `ip6tables` is turned on, and a firewall that was set up for IPv4 says nothing
  of IPv6. The host has ufw for IPv4, no rule for IPv6, and a container db without a published port, in a network with
  addresses of the provider's own IPv6 range. What follows is predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "ipv6.snapshot"

  Rule: IPv4 is closed

    Scenario: A container's IPv4 address is not reached from outside
      When "internet" connects to "172.18.0.2" at port 5432
      Then it is dropped by the policy of "filter FORWARD"

  Rule: IPv6 is not

    Scenario: By IPv6, the database is open to the internet, published or not
      When "internet" connects to "db" at port 5432 over IPv6
      Then it is delivered to "db"

    Scenario: The host's own services are open too
      When "internet" connects to "host" at port 22 over IPv6
      Then it is delivered to "host"

  Rule: What closes it

    Scenario: The policy DROP in FORWARD of ip6tables
      Given the rule "ip6tables -P FORWARD DROP"
      When "internet" connects to "db" at port 5432 over IPv6
      Then it is dropped by the policy of "ip6tables filter FORWARD"

    Scenario: A policy alone also drops the answers to what the container asks for
      Given the rule "ip6tables -P FORWARD DROP"
      And the rule "ip6tables -A FORWARD -i br-shop -j ACCEPT"
      When "db" connects to "internet" at port 443 over IPv6
      Then it is dropped by the policy of "ip6tables filter FORWARD"

    Scenario: With a rule for known connections, answers come back and the database stays closed
      Given the rule "ip6tables -P FORWARD DROP"
      And the rule "ip6tables -A FORWARD -i br-shop -j ACCEPT"
      And the rule "ip6tables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
      When "db" connects to "internet" at port 443 over IPv6
      Then it is delivered to "internet"
