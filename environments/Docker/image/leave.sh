#!/bin/bash
# hooktrail-leave RUN [settled]: gives the host back what the run RUN changed, in the network namespace that this is called in.
#
# Nothing is remembered in a process that could die: rules are known by the run's prefix, the link by its name, and everything
# else by the run's journal, the nft table hooktrail-RUN, whose chains are the notes:
#
#   was.SYSCTL.VALUE   the setting, a path below /proc/sys/net, had this value before the run changed it
#   undo.N             the comments of its rules, one after the other, are a command that takes a change back
#   starting           the run is asking the Engine for networks
#
# The journal is in the kernel, so it lasts as long as what it tells of. May be called twice.
set -uf
run=$1
journal=hooktrail-$run

# The Engine finishes a network though the run that asked for it has died, and turns IPv6 forwarding on for it. So the journal stays until
# the clean-up has seen that none is on its way any more (settled). Until then the run changed nothing else.
if [ "${2-}" != settled ] && nft list chain inet "$journal" starting >/dev/null 2>&1; then exit; fi

# The agent's lock, which this run may have already. By hand there is no agent. The clean-up itself is waited for, up to 30 seconds.
[ -e /proc/self/fd/9 ] || exec 9</proc/self/ns/net
. hooktrail-lock
[ "${2-}" = settled ] && patience=20 || patience=50
lock 9 -x $patience 'installing or removing taps' || exit
trap 'flock -u 9' EXIT

# Only what a run writes there: a rule of a tool that is deleted, or a table.
undo='^((ip|ip6|arp|eb)tables-(nft|legacy) (-w [0-9]+ )?(-t [a-z]+ )?-D|nft delete table [a-z0-9]+) [][A-Za-z0-9.:/,_+=! -]+$'
for chain in $(nft list table inet "$journal" 2>/dev/null | sed -n 's/^[[:space:]]*chain \(undo\.[0-9]*\) {.*/\1/p' | sort -t. -k2 -rn); do
    command=$(nft list chain inet "$journal" "$chain" | sed -n 's/^.* comment "\(.*\)"$/\1/p' | tr -d '\n')
    # It may have been taken back already, or never been made.
    if [[ $command =~ $undo ]]; then $command >/dev/null 2>&1; fi
    nft delete chain inet "$journal" "$chain"
done

hooktrail-remove-taps "ht$run" || exit

nft list table inet "$journal" 2>/dev/null | sed -n 's/^[[:space:]]*chain was\.\([^ ]*\) {.*/\1/p' |
    while read -r note; do
        # Docker turns this on for a network with IPv6; while another run has such networks it stays, and the last one gives it back.
        if [[ $note = ipv6/* ]]; then
            other=$(nft list tables inet | sed -n 's/^table inet \(hooktrail-.....\)$/\1/p' | grep -vx "$journal" | head -n 1)
            if [ -n "$other" ] && nft add chain inet "$other" "was.$note" 2>/dev/null; then continue; fi
        fi
        echo "${note##*.}" >"/host/net/${note%.*}"
    done

if ip link show "ht-$run-wan" >/dev/null 2>&1; then ip link delete "ht-$run-wan"; fi

# Last, so that whatever is cut short here is found again.
if nft list table inet "$journal" >/dev/null 2>&1; then nft delete table inet "$journal"; fi
