@model @host
Feature: What podman publishes is closed where Docker is installed too
  podman rewrites the destination of a published port as Docker does, but has no rule that accepts its new
  connections: it relies on the policy ACCEPT of FORWARD. Docker sets that policy to DROP. The host has podman 4.3
  with the rules of netavark for a container web, which publishes its port 80 as 8080, and a container db, which
  publishes nothing; and Docker 24 without containers. What follows is predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "podman.snapshot"

  Rule: The policy of FORWARD closes a port that podman publishes

    Scenario: What podman publishes is closed from outside
      When "internet" connects to "web" at port 8080
      Then it is dropped by the policy of "filter FORWARD"

    Scenario: On the host itself it is open, because what the host sends never meets FORWARD
      When "host" connects to "127.0.0.1" at port 8080
      Then it is delivered to "web"

    Scenario: Containers reach the internet, because netavark accepts what they send
      When "db" connects to "internet" at port 443
      Then it is delivered to "internet"

    Scenario: Without Docker's policy, what podman publishes is open
      Given the rule "iptables -P FORWARD ACCEPT"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A rule in DOCKER-USER opens what was published, and no more
      Given the rule "iptables -I DOCKER-USER -o podman0 -m conntrack --ctstate DNAT -j ACCEPT"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

  Rule: With the policy ACCEPT, podman closes nothing

    Scenario: Who routes to the host reaches a port that is not published
      Given the rule "iptables -P FORWARD ACCEPT"
      When "203.0.113.77@eth0" connects to "10.88.0.3" at port 5432
      Then it is delivered to "db"

    Scenario: Docker's policy closes a port that podman leaves open
      When "203.0.113.77@eth0" connects to "10.88.0.3" at port 5432
      Then it is dropped by the policy of "filter FORWARD"

    Scenario: As with Docker, a rule in INPUT closes no published port
      Given the rule "iptables -P FORWARD ACCEPT"
      And the rule "iptables -I INPUT -p tcp --dport 8080 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

  Rule: netavark puts its chain before DOCKER-USER

    Scenario: A rule in DOCKER-USER does not stop what podman's containers send
      Given the rule "iptables -I DOCKER-USER -i podman0 -j DROP"
      When "db" connects to "internet" at port 443
      Then it is delivered to "internet"

    Scenario: A rule before netavark's chain stops what podman's containers send
      Given the rule "iptables -I FORWARD -i podman0 -o eth0 -j DROP"
      When "db" connects to "internet" at port 443
      Then it is dropped by rule 1 of "filter FORWARD"
