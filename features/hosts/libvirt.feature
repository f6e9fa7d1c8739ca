@model @host
Feature: A guest of libvirt beside Docker
  libvirt accepts in FORWARD all that its guests send, and rejects what begins a connection to them. Docker puts its
  own rules before these, and sets the policy of FORWARD to DROP. Whichever accepts first decides. The host has
  libvirt's default network with a guest 192.168.122.50 at vnet0; and Docker 24, started after libvirt, with a
  container web that publishes its port 80 as 8080, and a container db that publishes nothing. What follows is
  predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "libvirt.snapshot"

  Rule: Docker's policy DROP does not meet what libvirt accepts

    Scenario: The guest reaches the internet
      When "192.168.122.50@vnet0" connects to "internet" at port 443
      Then it is delivered to "internet"

    Scenario: The guest asks the host's name server
      When "192.168.122.50@vnet0" sends a datagram to "192.168.122.1" at port 53
      Then it is delivered to "host"

  Rule: libvirt rejects what comes to a guest from outside

    Scenario: A guest's own address is not reached from outside
      When "192.0.2.7@eth0" connects to "192.168.122.50" at port 22
      Then it is rejected by rule 2 of "filter LIBVIRT_FWI"

    Scenario: DNAT alone forwards no port to the guest
      Given the rule "iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 2222 -j DNAT --to-destination 192.168.122.50:22"
      When "192.0.2.7@eth0" connects to "203.0.113.10" at port 2222
      Then it is rejected by rule 2 of "filter LIBVIRT_FWI"

    Scenario: With a rule in DOCKER-USER, which comes before libvirt's, DNAT forwards a port to a guest
      Given the rule "iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 2222 -j DNAT --to-destination 192.168.122.50:22"
      And the rule "iptables -I DOCKER-USER -o virbr0 -m conntrack --ctstate DNAT -j ACCEPT"
      When "192.0.2.7@eth0" connects to "203.0.113.10" at port 2222
      Then it is delivered to "192.168.122.50"

  Rule: Between guests and containers, the order of the two decides

    Scenario: A container reaches the guest, because Docker accepts first what leaves its bridge
      When "web" connects to "192.168.122.50" at port 22
      Then it is delivered to "192.168.122.50"

    Scenario: With libvirt's chains first, as after its network restarts, a container is rejected
      Given the rule "iptables -I FORWARD -j LIBVIRT_FWO"
      And the rule "iptables -I FORWARD -j LIBVIRT_FWI"
      And the rule "iptables -I FORWARD -j LIBVIRT_FWX"
      When "web" connects to "192.168.122.50" at port 22
      Then it is rejected by rule 2 of "filter LIBVIRT_FWI"

    Scenario: The guest reaches a port that is not published, as libvirt accepts before the policy
      When "192.168.122.50@vnet0" connects to "172.18.0.3" at port 5432
      Then it is delivered to "db"

    Scenario: From outside, a port that is not published is closed
      When "192.0.2.7@eth0" connects to "172.18.0.3" at port 5432
      Then it is dropped by the policy of "filter FORWARD"

    Scenario: A rule in DOCKER-USER keeps guests out of the containers
      Given the rule "iptables -I DOCKER-USER -i virbr0 -o br-shop -j DROP"
      When "192.168.122.50@vnet0" connects to "172.18.0.3" at port 5432
      Then it is dropped by rule 1 of "filter DOCKER-USER"
