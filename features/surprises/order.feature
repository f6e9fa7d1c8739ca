Feature: Who comes first
  Within a hook the kernel goes by priority, and the numbers are not the same for every tool. Where two are equal, the one that came last
  goes first.

  Rule: Equal priorities

    @S2
    Scenario: Of two chains at one priority, the one registered last runs first
      A table that some program adds at `priority filter` is asked before the rules of iptables-nft that were there before it
      (net/netfilter/core.c, nf_hook_entries_grow).
      Given a private host without Docker
      And the nft table
        """
        table ip mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "wan" once
      Then the request crosses "nftables ip mine forward" before "iptables filter FORWARD"

    @S2
    Scenario: The same beside iptables-legacy
      Given a private host without Docker, with iptables-legacy
      And the nft table
        """
        table ip mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "wan" once
      Then the request crosses "nftables ip mine forward" before "iptables filter FORWARD"

    Scenario: An ACCEPT ends one chain, not the hook
      What one table accepts, another may still drop: it is asked later, and knows nothing of the first.
      Given a private host without Docker
      And the nft table
        """
        table ip mine {
          chain forward {
            type filter hook forward priority -10;
            ip saddr client accept
          }
        }
        """
      And the rule "iptables -t filter -A FORWARD -s client -j DROP"
      When "client" pings "wan" once
      Then the request is dropped at "iptables filter FORWARD"

  Rule: nft and legacy differ in two places

    @S3
    Scenario: The table security of iptables-nft comes after nat in INPUT
      iptables-nft has it at priority 150 (iptables, nft.c, xtables_ipv4); nat is at 100.
      Given a private host without Docker
      When "client" pings "host" once
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then nat, then security

    @S3
    Scenario: That of iptables-legacy comes before it
      The kernel's own number is 50 (NF_IP_PRI_SECURITY).
      Given a private host without Docker, with iptables-legacy
      When "client" pings "host" once
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then security, then nat

    @S4
    Scenario: ebtables-nft asks filter before nat in OUTPUT
      Given a private host without Docker
      When "host" pings "client" once
      Then at the chain "OUTPUT" of ebtables the request crosses filter, then nat

    @S4
    Scenario: ebtables-legacy asks nat first (the model alone: few kernels still have its tables)
      Given the model of a host where ebtables uses legacy
      When the model sends "host" to "client"
      Then at the chain "OUTPUT" of ebtables the request crosses nat, then filter

  Rule: The order in time matters as well

    @S5
    Scenario: A bridge chain at priority 0 from before the first bridge never sees an IP packet
      br_netfilter registers with the first bridge, later than this chain, and so stands before it. It takes the packet out of the hook and resumes behind its own
      priority (net/bridge/br_netfilter_hooks.c, br_nf_hook_thresh), and with that behind this chain. The same chain, made after the bridge, sees everything.
      Given a private host without Docker, which had this nft table before its bridges
        """
        table bridge early { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "server" once
      Then the request is delivered to "server"
      And no hop of the request is at "nftables bridge early forward"

  Rule: Linux 6.8 moved br_netfilter by one

    Scenario: A bridge chain at priority 0 of FORWARD sees IP packets from Linux 6.8 on
      Up to 6.7 br_netfilter takes IP packets out of FORWARD at priority -1, and resumes behind all that is at 0: this chain is passed over. From 6.8 on it stands at 0
      itself, behind the chain that came later (net/bridge/br_netfilter_hooks.c, br_nf_forward and br_nf_hook_thresh).
      Given a private host without Docker
      And the nft table
        """
        table bridge mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "server" once
      Then the request crosses "nftables bridge mine forward" from Linux 6.8 on, and not before
      And the request is delivered to "server"
