@nothing-left
Feature: A run leaves the host as it was
  Hooktrail changes a host that others use. What it promises them is part of the specification.

  Background:
    Given containers "client" and "server" on the network "lab"

  Scenario: Two runs at once do not see each other, and the one that ends leaves nothing behind
    Rules of all families, settings and links are compared before and after a second lab runs beside this one. Changes
    that others make to the host meanwhile do not count.
    Given bridge-nf-call-iptables is on
    And another lab with "client" is up
    When "client" pings "server" once
    Then the request is seen, the reply is seen, and nothing else
    When the other lab ends
    Then the host is as it was before
    And the Engine has nothing of another run

  Scenario: A run that is killed leaves nothing behind
    Its probe sees the session end and undoes what the run had changed on the host. `specs clean` waits for that, and
    removes the network.
    When another lab with "client" is killed without warning
    And what dead runs left is cleaned
    Then the host is as it was before
    And the Engine has nothing of another run

  Scenario: A host switch that a scenario turns is turned back afterwards
    When "client" pings "server" once with bridge-nf-call-iptables off
    Then the host is as it was before

  Scenario: Other pings on the host change no verdict
    Given bridge-nf-call-iptables is on
    And another process on the host pings "client" continuously
    When "client" pings "server" once
    Then the request is seen, the reply is seen, and nothing else
