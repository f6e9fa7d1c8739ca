#!/bin/bash
# The session of every container of the lab: it runs the scripts that a run sends on standard input, one at a time.
#
#   in:   ID BYTES, a line; then a script of that many bytes
#   out:  ID, a line; then the script's output, and a line feed if it has none at its end; then ID STATUS, a line
#
#   in:   become BYTES [ARGUMENT...], a line; then a perl program of that many bytes, which takes over the session
#
# When standard input ends, the run has ended or was killed. The agent then restores what the run changed
# on the host (only the probe, which has HOOKTRAIL_RUN, changes anything), and the container ends. A
# normal end and `kill -9` work alike.
set -u
export LC_ALL=C   # bytes, not characters
exec 3>&2         # standard error is the kernel log's channel; a script writes to it by >&3

# At each start, nft fills hash tables of 128 kB for every table of the rule set. With huge pages that takes a third of
# the time (32 ms instead of 85 ms for a lab's 19 tables). A C library that does not know these settings ignores them.
nft() { GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.top_pad=33554432 command nft "$@"; }

# The session holds a run's locks: scripts take them on these descriptors (lock.sh), and they end with this process.
# Descriptor 9 is for installing and removing taps. Descriptor 8 is for relying on bridge-nf-call-*; its file exists
# after br_netfilter is loaded.
switches=/host/net/bridge/bridge-nf-call-iptables
open_locks() {
    [ -e /proc/self/fd/9 ] || exec 9</proc/self/ns/net
    [ -e /proc/self/fd/8 ] || [ ! -e $switches ] || exec 8<$switches
}

leave() {
    trap '' TERM INT HUP
    [ -z "${HOOKTRAIL_RUN-}" ] || hooktrail-leave "$HOOKTRAIL_RUN"
    exit 0
}
trap leave TERM INT HUP

# bash reads a pipe byte by byte, so what follows a program's text is left for the program.
while read -r id bytes arguments && IFS= read -r -N "$bytes" script; do
    # shellcheck disable=SC2086 # the arguments are words
    [ "$id" != become ] || exec perl -e "$script" $arguments
    [ -z "${HOOKTRAIL_RUN-}" ] || open_locks
    output=$(eval "$script" 2>&1 </dev/null)
    status=$?
    # To count the lines, bash would read them byte by byte; that took half of the time of reading a host.
    printf '%s\n' "$id" ${output:+"$output"} "$id $status"
done
leave
