@model @host
Feature: Why firewalld does not close a published port
  With its nftables backend, firewalld has chains of its own, which run after those of iptables; a packet goes on only if
  both accept it. firewalld accepts all that DNAT has rewritten, also by the rules of other programs, and asks no zone.
  The host has firewalld 1.3: eth0 in the zone public with ssh, and the bridge of Docker in the zone docker, which accepts
  all; and Docker 24 with a container web that publishes its port 80 as 8080. What follows is predicted by the model; a
  run sends none of it.

  Background:
    Given the host of the snapshot "firewalld.snapshot"

  Rule: The zone decides what comes to the host itself

    Scenario: A service that the zone public lists is open
      When "internet" connects to "host" at port 22
      Then it is delivered to "host"

    Scenario: A port that the zone public does not list is rejected
      When "internet" connects to "host" at port 3306
      Then it is rejected by rule 9 of "inet firewalld filter_IN_public"

    Scenario: An ACCEPT in iptables opens no port, because firewalld's chain still comes
      Given the rule "iptables -I INPUT -p tcp --dport 3306 -j ACCEPT"
      When "internet" connects to "host" at port 3306
      Then it is rejected by rule 9 of "inet firewalld filter_IN_public"

    Scenario: A rule in the zone public opens a port of the host
      Given the rule "nft add rule inet firewalld filter_IN_public_allow tcp dport 3306 accept"
      When "internet" connects to "host" at port 3306
      Then it is delivered to "host"

  Rule: What Docker publishes goes past the zones

    Scenario: The published port is open, although the zone public does not list it
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A rule in the zone public does not close the published port
      Given the rule "nft add rule inet firewalld filter_IN_public_deny tcp dport 8080 drop"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A rule for what the zone public forwards does not close it either
      Given the rule "nft add rule inet firewalld filter_FWD_public_deny tcp dport 80 drop"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: Without DNAT, firewalld rejects what Docker accepts
      When "192.0.2.7@eth0" connects to "172.18.0.2" at port 80
      Then it is rejected by rule 8 of "inet firewalld filter_FWD_public"

    Scenario: A container reaches the internet, because its zone accepts all
      When "web" connects to "internet" at port 443
      Then it is delivered to "internet"

  Rule: Two places close it

    Scenario: A rule in DOCKER-USER closes the published port, beside firewalld too
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

    Scenario: A rule before firewalld's own for DNAT closes it, as StrictForwardPorts does from 2.3 on
      Given the rule "nft insert rule inet firewalld filter_FORWARD ct state new ct status dnat reject with icmpx admin-prohibited"
      When "internet" connects to "web" at port 8080
      Then it is rejected by rule 1 of "inet firewalld filter_FORWARD"
