#!/bin/bash
# hooktrail-wan RUN PID NETWORK6 NETWORK...: joins the network namespace of process PID to this one by a veth pair. The
# host's end is the plain NIC ht-RUN-wan. It takes the first of the networks (/30, from the documentation ranges) that
# is unused here, and prints it; it also takes NETWORK6 (/64).
set -eu
run=$1 pid=$2 network6=$3
shift 3

free() { [ -z "$(ip -4 route show table all root "$1"; ip -4 route show match "$1" | grep -v ^default)" ]; }

exec 9</proc/self/ns/net
. hooktrail-lock
lock 9 -x 20 'installing or removing taps' || exit
for network; do
    if free "$network"; then
        prefix=${network%.*} last=${network##*.}
        last=${last%/30}
        ip link add "ht-$run-wan" type veth peer name eth0 netns "$pid"
        # The link-local address, which the kernel uses to ask for neighbours when it forwards, must be
        # usable from the first packet on.
        dad=/host/net/ipv6/conf/ht-$run-wan/accept_dad
        [ ! -e "$dad" ] || echo 0 >"$dad"
        ip address add "$prefix.$((last + 1))/30" dev "ht-$run-wan"
        ip -6 address add "${network6%/64}1/64" dev "ht-$run-wan" nodad
        ip -6 address add "${network6%/64}3/128" dev "ht-$run-wan" nodad preferred_lft 0 # as the IPv6 loopback address; never a source unless asked for
        ip link set "ht-$run-wan" up
        echo "$network"
        exit
    fi
done
echo "every documentation network for the WAN is taken on this host"
exit 1
