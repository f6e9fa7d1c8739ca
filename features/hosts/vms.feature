@model @host
Feature: VMs on a bridge lose their network when Docker comes
  Frames between a VM and the LAN only cross a bridge. Docker needs br_netfilter, which shows them to iptables as if
  they were routed, and sets the policy of FORWARD to DROP. The host has a VM at vnet0 and the NIC eth0 on br0, and
  Docker 24 without containers. What follows is predicted by the model; a run sends none of it.

  Background:
    Given the host of the snapshot "vms.snapshot"

  Rule: The policy of FORWARD drops what is only bridged

    Scenario: The VM does not reach the router any more
      When "192.0.2.50@vnet0" pings "192.0.2.1"
      Then it is dropped by the policy of "filter FORWARD"

    Scenario: The host itself is still reached
      When "192.0.2.50@vnet0" pings "host"
      Then it is delivered to "host"

  Rule: Three ways out

    Scenario: A rule in DOCKER-USER for all that stays on the bridge
      Given the rule "iptables -I DOCKER-USER -i br0 -o br0 -j ACCEPT"
      When "192.0.2.50@vnet0" pings "192.0.2.1"
      Then it is delivered to "192.0.2.1"

    Scenario: bridge-nf-call-iptables off, which Docker turns on again when it starts
      Given bridge-nf-call-iptables is off
      When "192.0.2.50@vnet0" pings "192.0.2.1"
      Then it is delivered to "192.0.2.1"

    Scenario: The policy ACCEPT, which also opens FORWARD for everything else
      Given the rule "iptables -P FORWARD ACCEPT"
      When "192.0.2.50@vnet0" pings "192.0.2.1"
      Then it is delivered to "192.0.2.1"
