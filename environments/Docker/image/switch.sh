#!/bin/bash
# hooktrail-switch RUN BRIDGE on|off: lets the bridge call iptables, or not, until the process whose id is printed is killed
# by `hooktrail-switch RUN BRIDGE release ID`.
#
# The sysctl bridge-nf-call-iptables belongs to every bridge of the host and to every run; so it is locked while a flow
# relies on it: shared where it already says what is wanted, alone where it has to be changed. Turning calls on needs no change of it:
# a bridge has a setting of its own, and either of the two is enough (br_netfilter_hooks.c:br_nf_pre_routing).
set -eu
run=$1 bridge=$2 wanted=$3
name=bridge-nf-call-iptables
sysctl=/host/net/bridge/$name
note=$(nft list table inet "hooktrail-$run" | sed -n "s/.*chain \(was\.$name\.[01]\) {.*/\1/p")

own() { ip link set "$bridge" type bridge nf_call_iptables "$1"; }

hold() { # MODE: a process that keeps the lock
    flock -w 20 "$1" 9 || { echo "another run kept $name for 20 seconds"; exit 1; }
    sleep infinity <&9 >/dev/null 2>&1 &
}

if [ "$wanted" = release ]; then
    if [ -n "$note" ]; then
        echo "${note##*.}" >"$sysctl"
        nft delete chain inet "hooktrail-$run" "$note"
    fi
    kill "$4"
    exit
fi

if [ ! -e "$sysctl" ]; then # no br_netfilter: nothing calls iptables, and nothing has to be locked
    [ "$wanted" = off ] || { echo "br_netfilter is not loaded"; exit 1; }
    sleep infinity >/dev/null 2>&1 &
    echo $!
    exit
fi

# If anything below fails, the lock must not outlive it.
trap 'kill $! 2>/dev/null' EXIT
exec 9<"$sysctl"
hold -s
if [ "$wanted" = on ]; then
    [ "$(<"$sysctl")" = 1 ] || own 1
else
    own 0
    if [ "$(<"$sysctl")" = 1 ]; then
        kill $!
        hold -x
        value=$(<"$sysctl")
        nft add chain inet "hooktrail-$run" "was.$name.$value"
        echo 0 >"$sysctl"
    fi
fi
trap - EXIT
echo $!
