@model @host
Feature: Why ufw does not close a published port
  ufw filters in INPUT. Docker rewrites the destination of a published port in PREROUTING, so the packet is for the
  container, takes FORWARD, and never meets ufw's rules for INPUT. The host has ufw with `allow 22` and `deny 8080`,
  and Docker 24 with a container web that publishes its port 80 as 8080. What follows is predicted by the model; a run
  sends none of it.

  Background:
    Given the host of the snapshot "ufw.snapshot"

  Rule: ufw decides what comes to the host itself

    Scenario: The port that ufw allows is open
      When "internet" connects to "host" at port 22
      Then it is delivered to "host"

    Scenario: A port that ufw does not name is closed by its default
      When "internet" connects to "host" at port 3306
      Then it is dropped by the policy of "filter INPUT"

  Rule: What Docker publishes goes past ufw

    Scenario: The published port is open, although ufw denies it
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: A rule in INPUT does not change that, even as the first one
      Given the rule "iptables -I INPUT -p tcp --dport 8080 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

  Rule: DOCKER-USER is the place for a rule of your own

    Scenario: A rule in DOCKER-USER closes it, and names the port of the container
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

    Scenario: There, a rule for the published port matches nothing, because DNAT comes first
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 8080 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is delivered to "web"

    Scenario: The published port is what conntrack remembers of the packet before DNAT
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP"
      When "internet" connects to "web" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

    Scenario: One address is let in by a rule before that
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP"
      And the rule "iptables -I DOCKER-USER -i eth0 -s 192.0.2.7 -j RETURN"
      When "192.0.2.7" connects to "web" at port 8080
      Then it is delivered to "web"

  Rule: What is denied now need not end what is open

    Before its own rules ufw accepts what belongs to a known connection. DOCKER-USER comes before the rule by which
    Docker does so.

    Scenario: After `ufw deny 22`, no new session of ssh begins
      Given the rule "iptables -I ufw-user-input -p tcp --dport 22 -j DROP"
      When "internet" connects to "host" at port 22
      Then it is dropped by rule 1 of "filter ufw-user-input"

    Scenario: The session of ssh that was open before goes on
      Given the rule "iptables -I ufw-user-input -p tcp --dport 22 -j DROP"
      When "internet" sends on an established connection to "host" at port 22
      Then it is delivered to "host"

    Scenario: In DOCKER-USER, the same rule ends what is open too
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP"
      When "internet" sends on an established connection to "web" at port 8080
      Then it is dropped by rule 1 of "filter DOCKER-USER"

    Scenario: Unless it is about new connections only
      Given the rule "iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -m conntrack --ctstate NEW -j DROP"
      When "internet" sends on an established connection to "web" at port 8080
      Then it is delivered to "web"
