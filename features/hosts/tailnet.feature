@model @host
Feature: What a Tailscale address meets on Docker 28
  Tailscale puts a chain of its own first into FORWARD, and accepts there what comes from its device. Docker 28 drops
  in raw PREROUTING what is for a container's own address and does not come from its bridge. The host is a node of a
  tailnet, with Docker 28.3 and a container web that publishes its port 80 as 8080; DOCKER-USER drops all TCP to port
  80. What follows is predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "tailnet.snapshot"

  Rule: Rules in DOCKER-USER do not see the tailnet

    Scenario: From the internet, DOCKER-USER closes the published port
      When "internet" connects to "web" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

    Scenario: From the tailnet, the same port is open, because ts-forward accepts before DOCKER-USER
      When "100.64.0.7@tailscale0" connects to "100.101.102.103" at port 8080
      Then it is delivered to "web"

    Scenario: With DOCKER-USER before ts-forward, the tailnet meets its rules too
      Given the rule "iptables -I FORWARD -j DOCKER-USER"
      When "100.64.0.7@tailscale0" connects to "100.101.102.103" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

  Rule: A subnet router does not reach containers by their addresses

    Scenario: Docker 28 drops in raw PREROUTING what the tailnet sends to a container's address
      When "100.64.0.7@tailscale0" connects to "172.18.0.2" at port 80
      Then it is dropped by rule 1 of "raw PREROUTING"

    Scenario: Without that rule, as before Docker 28, ts-forward lets it through
      Given the rule "iptables -t raw -D PREROUTING 1"
      When "100.64.0.7@tailscale0" connects to "172.18.0.2" at port 80
      Then it is delivered to "web"

  Rule: An address of the tailnet counts only on the tailnet's device

    Scenario: Who writes such an address from elsewhere is dropped by ts-input
      When "100.64.0.7@eth0" connects to "host" at port 22
      Then it is dropped by rule 3 of "filter ts-input"
