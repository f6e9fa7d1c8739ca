Feature: A guest on the host
  Hooktrail changes a host that others use. What it promises them is part of the specification.

  Background:
    Given containers "client" and "server" on the network "lab"
    And a host "wan" behind a plain NIC

  Scenario: A run leaves nothing behind
    Rules of all families, sysctls of the bridge, links, containers and networks are compared before and after a lab of its own.
    When another lab has come and gone
    Then the host is as it was before

  Scenario: A run that is killed leaves nothing behind
    The probe sees its session end, and gives the host back what the run had changed; the network goes with the next run, or by `specs clean`.
    When another lab is killed without warning
    And what dead runs left is cleaned
    Then the host is as it was before

  Scenario: A switch that a scenario turned is turned back
    When "client" pings "server" once with bridge-nf-call-iptables off
    Then bridge-nf-call-iptables is as it was before

  Scenario: Other pings on the host change no verdict
    Given bridge-nf-call-iptables is on
    And somebody else on the host pings "client" all the time
    When "client" pings "server" once
    Then the request is seen, the reply is seen, and nothing else
