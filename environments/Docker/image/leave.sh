#!/bin/bash
# hooktrail-leave RUN [settled]: restores what the run RUN changed, in the network namespace of the caller.
#
# No process that could die remembers anything: the run's prefix identifies its rules, a name its link, and the run's
# journal records everything else. The journal is the nft table hooktrail-RUN, whose chains are the notes:
#
#   was.SYSCTL.VALUE   the setting, a path below /proc/sys/net, had this value before the run changed it
#   undo.N             the comments of its rules, joined in order, are a command that undoes a change
#   starting           the run is requesting networks from the Engine
#
# The journal is in the kernel, so it lasts as long as the changes that it describes. The command may be called twice.
set -uf
run=$1
journal=hooktrail-$run

# The Engine finishes a network even if the run that requested it is dead, and turns IPv6 forwarding on
# for it. So the journal stays until the clean-up has seen that no request is pending (settled). Before
# that, the run changed nothing else.
if [ "${2-}" != settled ] && nft list chain inet "$journal" starting >/dev/null 2>&1; then exit; fi

# The agent's lock, which this run may hold already. A call by hand has no agent. Waits up to
# 30 seconds for another clean-up.
[ -e /proc/self/fd/9 ] || exec 9</proc/self/ns/net
. hooktrail-lock
[ "${2-}" = settled ] && patience=20 || patience=50
lock 9 -x $patience 'installing or removing taps' || exit
trap 'flock -u 9' EXIT

# Only the commands that a run writes there: they delete a tool's rule, or a table.
undo='^((ip|ip6|arp|eb)tables-(nft|legacy) (-w [0-9]+ )?(-t [a-z]+ )?-D|nft delete table [a-z0-9]+) [][A-Za-z0-9.:/,_+=! -]+$'
for chain in $(nft list table inet "$journal" 2>/dev/null | sed -n 's/^[[:space:]]*chain \(undo\.[0-9]*\) {.*/\1/p' | sort -t. -k2 -rn); do
    command=$(nft list chain inet "$journal" "$chain" | sed -n 's/^.* comment "\(.*\)"$/\1/p' | tr -d '\n')
    # The change may have been undone already, or never made.
    if [[ $command =~ $undo ]]; then $command >/dev/null 2>&1; fi
    nft delete chain inet "$journal" "$chain"
done

hooktrail-remove-taps "ht$run" || exit

nft list table inet "$journal" 2>/dev/null | sed -n 's/^[[:space:]]*chain was\.\([^ ]*\) {.*/\1/p' |
    while read -r note; do
        # Docker turns this on for a network with IPv6. It stays while another run has such
        # networks; the last run restores it.
        if [[ $note = ipv6/* ]]; then
            other=$(nft list tables inet | sed -n 's/^table inet \(hooktrail-.....\)$/\1/p' | grep -vx "$journal" | head -n 1)
            if [ -n "$other" ] && nft add chain inet "$other" "was.$note" 2>/dev/null; then continue; fi
        fi
        echo "${note##*.}" >"/host/net/${note%.*}"
    done

if ip link show "ht-$run-wan" >/dev/null 2>&1; then ip link delete "ht-$run-wan"; fi

# Last, so that a clean-up that is cut short is found again.
if nft list table inet "$journal" >/dev/null 2>&1; then nft delete table inet "$journal"; fi
