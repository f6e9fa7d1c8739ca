#!/bin/bash
# The session of every container of the lab: what a run says on standard input is done here, one script at a time.
#
#   in:   ID BYTES, a line; then a script of that many bytes
#   out:  ID STATUS LINES, a line; then the script's output, that many lines
#
#   in:   become BYTES [ARGUMENT...], a line; then a perl program of that many bytes: it takes over the session for good
#
# When standard input ends, the run has ended or was killed: the host gets back what the run changed (only the
# probe, which has HOOKTRAIL_RUN, changed anything), and the container goes. So an orderly end and `kill -9` take one way.
set -u
export LC_ALL=C   # bytes, not characters
exec 3>&2         # standard error is the kernel log's channel; a script writes to it by >&3

# nft fills hash tables of 128 kB for every table of the ruleset each time it starts. In huge pages that is a third of the time (32 instead of
# 85 ms for a lab's 19 tables). Another C library does not know the words, and then it is as it was.
nft() { GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.top_pad=33554432 command nft "$@"; }

# A run's locks are its session's: scripts take them on these descriptors (lock.sh), and they end with this process. One says who installs
# or removes taps; the other who relies on bridge-nf-call-*, whose file is there once br_netfilter is loaded.
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

# From a pipe bash reads byte by byte, so what follows a program is still there for it.
while read -r id bytes arguments && IFS= read -r -N "$bytes" script; do
    # shellcheck disable=SC2086 # the arguments are words
    [ "$id" != become ] || exec perl -e "$script" $arguments
    [ -z "${HOOKTRAIL_RUN-}" ] || open_locks
    output=$(eval "$script" 2>&1 </dev/null)
    status=$?
    lines=()
    [ -z "$output" ] || mapfile -t lines <<<"$output"
    printf '%s\n' "$id $status ${#lines[@]}" "${lines[@]}"
done
leave
