#!/bin/bash
# hooktrail-leave RUN: gives the host back what the run RUN changed, in the network namespace that this is called in.
#
# Nothing is remembered in a process that could die: rules are known by the run's prefix, the link by its name, and
# everything else by the run's journal, the nft table hooktrail-RUN, whose empty chains are the notes:
#
#   was.SYSCTL.VALUE   the bridge sysctl had this value before the run changed it
#   made.FAMILY.TABLE  the table was not there before the run
#
# The journal is in the kernel, so it lasts as long as what it tells of. May be called twice.
set -u
run=$1
journal=hooktrail-$run

notes() { # KIND: what stands behind it, a line each
    nft list table inet "$journal" 2>/dev/null | sed -n "s/^[[:space:]]*chain $1\.\([^ ]*\) {.*/\1/p"
}

empty() { # FAMILY TABLE: nothing in it but built-in chains with their default policy
    nft -s list table "$1" "$2" 2>/dev/null | awk '
        /^table|^}|^$|^\t}$/             { next }
        /^\tchain /                      { chains++; next }
        /^\t\ttype .*; policy accept;$/ { builtin++; next }
                                         { other++ }
        END                              { exit !(chains == builtin && !other) }'
}

# One run at a time enters or leaves; the lock is the network namespace itself.
exec 9</proc/self/ns/net
flock 9

hooktrail-remove-tracepoints "ht$run"

for note in $(notes was); do
    echo "${note##*.}" >"/host/net/bridge/${note%.*}"
done

ip link delete "ht-$run-wan" 2>/dev/null

for note in $(notes made); do
    family=${note%%.*} table=${note#*.}
    # Kept while anyone has something in it: another program's rule, or another run, whose own journal says «made» too.
    if empty "$family" "$table"; then nft delete table "$family" "$table" 2>/dev/null; fi
done

nft delete table inet "$journal" 2>/dev/null
exit 0
