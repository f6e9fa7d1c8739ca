Feature: Which chain runs first
  Within a hook the kernel runs chains by priority, and the priorities are not the same for every tool. Of two equal
  ones, the one registered last runs first.

  Rule: Equal priorities

    Scenario: Of two chains at one priority, the one registered last runs first
      A table that another program adds at `priority filter` runs before the iptables-nft rules that were there before
      it (net/netfilter/core.c, nf_hook_entries_grow).
      Given a private host without Docker
      And the nft table
        """
        table ip mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "wan" once
      Then the request crosses "nftables ip mine forward" before "iptables filter FORWARD"

    Scenario: An nft chain that was there before iptables runs behind it
      iptables-nft registers a chain when its first rule comes. A table of nft that was loaded earlier, as by
      nftables.service, then runs behind it at the same priority.
      Given a private host without Docker, which had this nft table before those of iptables
        """
        table ip mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "wan" once
      Then the request crosses "iptables filter FORWARD" before "nftables ip mine forward"

    Scenario: An nft chain added later runs before iptables-legacy at the same priority
      Given a private host without Docker, with iptables-legacy
      And the nft table
        """
        table ip mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "wan" once
      Then the request crosses "nftables ip mine forward" before "iptables filter FORWARD"

    Scenario: An ACCEPT ends one chain, not the hook
      What one table accepts, another may still drop: its chain runs later, and knows nothing of the first.
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

    Scenario: In INPUT, the table security of iptables-nft comes after nat
      iptables-nft has it at priority 150 (iptables, nft.c, xtables_ipv4); nat is at 100.
      Given a private host without Docker
      When "client" pings "host" once
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then nat, then security

    Scenario: In INPUT, the table security of iptables-legacy comes before nat
      The kernel's own priority for it is 50 (NF_IP_PRI_SECURITY).
      Given a private host without Docker, with iptables-legacy
      When "client" pings "host" once
      Then at the chain "INPUT" of iptables the request crosses mangle, then filter, then security, then nat

    Scenario: In OUTPUT, ebtables-nft runs filter before nat
      Given a private host without Docker
      When "host" pings "client" once
      Then at the chain "OUTPUT" of ebtables the request crosses filter, then nat

    @model
    Scenario: In OUTPUT, ebtables-legacy runs nat before filter
      This scenario asks only the model: few kernels still have the tables of ebtables-legacy.
      Given the model of a host where ebtables uses legacy
      When the model sends "host" to "client"
      Then at the chain "OUTPUT" of ebtables the request crosses nat, then filter

  Rule: The order of registration matters as well

    Scenario: An nft bridge chain at priority 0, older than the first bridge, never sees an IP packet
      br_netfilter registers with the first bridge, later than this chain, and so runs before it. It takes the packet
      out of the hook and resumes behind its own priority (net/bridge/br_netfilter_hooks.c, br_nf_hook_thresh), and so
      behind this chain. The same chain, added after the bridge, sees everything.
      Given a private host without Docker, which had this nft table before its bridges
        """
        table bridge early { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "server" once
      Then the request is delivered to "server"
      And no hop of the request is at "nftables bridge early forward"

  Rule: Linux 6.8 moved br_netfilter in FORWARD from priority -1 to 0

    Scenario: An nft bridge chain at priority 0 of FORWARD sees IP packets from Linux 6.8 on
      Up to 6.7 br_netfilter takes IP packets out of FORWARD at priority -1, and resumes behind all that is at 0, so
      this chain is skipped. From 6.8 on it is at 0 itself, behind the chain that was registered later
      (net/bridge/br_netfilter_hooks.c, br_nf_forward and br_nf_hook_thresh).
      Given a private host without Docker
      And the nft table
        """
        table bridge mine { chain forward { type filter hook forward priority 0; }; }
        """
      When "client" pings "server" once
      Then the request crosses "nftables bridge mine forward" from Linux 6.8 on, and not before
      And the request is delivered to "server"
