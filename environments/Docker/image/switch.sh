#!/bin/bash
# hooktrail-switch RUN IPTABLES IP6TABLES ARPTABLES BRIDGE...: lets the bridges call each of the three (on) or not (off), until the
# process whose id is printed is killed by `hooktrail-switch RUN release ID BRIDGE...`.
#
# The sysctls bridge-nf-call-* belong to every bridge of the host and to every run; so they are locked while a flow relies on them:
# shared where they already say what is wanted, alone where one has to be changed. Turning calls on needs no change of them: a bridge
# has settings of its own, and either of the two is enough (br_netfilter_hooks.c:br_nf_pre_routing, br_nf_forward_arp).
set -eu
run=$1
shift
sysctls=/host/net/bridge

own() { for bridge in "${bridges[@]}"; do ip link set "$bridge" type bridge "nf_call_$1" "$2"; done; }

lock() { # MODE
    flock -w 20 "$1" 9 || { echo "another run kept bridge-nf-call-* for 20 seconds"; exit 1; }
}

if [ "$1" = release ]; then
    holder=$2
    shift 2
    bridges=("$@")
    for family in iptables ip6tables arptables; do
        for bridge in "${bridges[@]}"; do
            if [ "$(</sys/class/net/"$bridge"/bridge/nf_call_"$family")" = 1 ]; then ip link set "$bridge" type bridge "nf_call_$family" 0; fi
        done
    done
    for note in $(nft list table inet "hooktrail-$run" | sed -n 's/.*chain was\.\(bridge[^ ]*\) {.*/\1/p'); do
        echo "${note##*.}" >"/host/net/${note%.*}"
        nft delete chain inet "hooktrail-$run" "was.$note"
    done
    # What is about to become `sleep` may still be a bash that minds other signals, and forgets them.
    kill -KILL "$holder"
    exit
fi

wanted=("$1" "$2" "$3")
shift 3
bridges=("$@")
families=(iptables ip6tables arptables)

if [ ! -e $sysctls ]; then # no br_netfilter: nothing calls iptables, and nothing has to be locked
    [ "${wanted[*]}" = "off off off" ] || { echo "br_netfilter is not loaded"; exit 1; }
    sleep infinity >/dev/null 2>&1 &
    echo $!
    exit
fi

exec 9<$sysctls/bridge-nf-call-iptables
lock -s
change=
for i in 0 1 2; do
    if [ "${wanted[i]}" = off ] && [ "$(<"$sysctls/bridge-nf-call-${families[i]}")" = 1 ]; then change=1; fi
done
[ ! "$change" ] || lock -x
for i in 0 1 2; do
    name=bridge-nf-call-${families[i]}
    value=$(<"$sysctls/$name")
    if [ "${wanted[i]}" = off ] && [ "$value" = 1 ]; then
        nft add chain inet "hooktrail-$run" "was.bridge/$name.$value"
        echo 0 >"$sysctls/$name"
    elif [ "${wanted[i]}" = on ] && [ "$value" != 1 ]; then
        own "${families[i]}" 1
    fi
done
# The process that keeps the lock. Had anything above failed, the lock would have ended with this script.
sleep infinity <&9 >/dev/null 2>&1 &
echo $!
