@model @host
Feature: Why a ban of fail2ban does not hold for a published port
  fail2ban writes its bans into INPUT. What Docker publishes takes FORWARD, and never meets them. The host has
  fail2ban with a jail sshd for port 22 and a jail shop for port 8080, which both ban 192.0.2.66; and Docker 24 with a
  container web that publishes its port 80 as 8080. What follows is predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "fail2ban.snapshot"

  Rule: A ban holds for what the host itself serves

    Scenario: The banned address is rejected at ssh
      When "192.0.2.66" connects to "host" at port 22
      Then it is rejected by rule 1 of "filter f2b-sshd"

    Scenario: An address without a ban reaches ssh
      When "192.0.2.7" connects to "host" at port 22
      Then it is delivered to "host"

  Rule: A ban in INPUT does not hold for a container

    Scenario: The banned address reaches the published port, although the jail is about that port
      When "192.0.2.66" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A ban of everything in INPUT does not keep the address from the container
      Given the rule "iptables -I INPUT -s 192.0.2.66 -j DROP"
      When "192.0.2.66" connects to "web" at port 8080
      Then it is delivered to "web"

  Rule: A ban in DOCKER-USER does

    Scenario: With chain = DOCKER-USER and banaction iptables-allports, the banned address is rejected
      Given the rule "iptables -I DOCKER-USER -p tcp -j f2b-shop"
      When "192.0.2.66" connects to "web" at port 8080
      Then it is rejected by rule 1 of "filter f2b-shop"

    Scenario: An address without a ban still reaches the container
      Given the rule "iptables -I DOCKER-USER -p tcp -j f2b-shop"
      When "192.0.2.7" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A jail that names the published port bans nobody there, because DNAT comes first
      Given the rule "iptables -I DOCKER-USER -p tcp -m multiport --dports 8080 -j f2b-shop"
      When "192.0.2.66" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A jail that names the container's port bans
      Given the rule "iptables -I DOCKER-USER -p tcp -m multiport --dports 80 -j f2b-shop"
      When "192.0.2.66" connects to "web" at port 8080
      Then it is rejected by rule 1 of "filter f2b-shop"

    Scenario: At the end of DOCKER-USER, a ban comes after its RETURN and is never met
      Given the rule "iptables -A DOCKER-USER -p tcp -j f2b-shop"
      When "192.0.2.66" connects to "web" at port 8080
      Then it is delivered to "web"
