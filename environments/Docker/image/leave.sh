#!/bin/bash
# hooktrail-leave RUN: gives the host back what the run RUN changed, in the network namespace that this is called in.
#
# Nothing is remembered in a process that could die: rules are known by the run's prefix, the link by its name, and
# settings by the run's journal, the nft table hooktrail-RUN, whose empty chains are the notes:
#
#   was.SYSCTL.VALUE   the bridge sysctl had this value before the run changed it
#
# The journal is in the kernel, so it lasts as long as what it tells of. May be called twice.
set -u
run=$1
journal=hooktrail-$run

# One run at a time installs or removes tracepoints; the lock is the network namespace itself.
exec 9</proc/self/ns/net
flock 9

hooktrail-remove-tracepoints "ht$run" || exit

nft list table inet "$journal" 2>/dev/null | sed -n 's/^[[:space:]]*chain was\.\([^ ]*\) {.*/\1/p' |
    while read -r note; do
        echo "${note##*.}" >"/host/net/bridge/${note%.*}"
    done

if ip link show "ht-$run-wan" >/dev/null 2>&1; then ip link delete "ht-$run-wan"; fi

# Last, so that whatever is cut short here is found again.
if nft list table inet "$journal" >/dev/null 2>&1; then nft delete table inet "$journal"; fi
