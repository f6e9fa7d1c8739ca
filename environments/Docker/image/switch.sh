#!/bin/bash
# hooktrail-switch RUN IPTABLES IP6TABLES ARPTABLES BRIDGE...: makes the bridges call each of the three (on) or not
# (off). It prints a line with what it turned; `hooktrail-switch RUN release LINE BRIDGE...` turns that back.
#
# This happens around every flow. So the agent's shell sources the script (`. hooktrail-switch`), and the script starts
# as few processes as it can.
#
# The sysctls bridge-nf-call-* apply to every bridge of the host and to every run, so a flow locks them while it relies
# on them: in shared mode if they have the wanted values, in exclusive mode if one must change. Turning calls on changes
# no sysctl: each bridge has its own settings, and either of the two is enough (net/bridge/br_netfilter_hooks.c,
# br_nf_pre_routing and br_nf_forward_arp).
set -eu
run=$1
shift
sysctls=/host/net/bridge

own() { for bridge in "${bridges[@]}"; do ip link set "$bridge" type bridge "nf_call_$1" "$2"; done; }

if [ "$1" = release ]; then
    turned=${2#turned}
    shift 2
    bridges=("$@")
    for one in $turned; do
        case $one in
            own.*) own "${one#own.}" 0 ;;
            was.*)
                value=${one##*.} sysctl=${one#was.}
                echo "$value" >"/host/net/${sysctl%.*}"
                nft delete chain inet "hooktrail-$run" "$one"
                ;;
        esac
    done
    [ ! -e /proc/self/fd/8 ] || flock -u 8
    exit
fi

wanted=("$1" "$2" "$3")
shift 3
bridges=("$@")
families=(iptables ip6tables arptables)

if [ ! -e $sysctls ]; then # without br_netfilter nothing calls iptables, and nothing needs a lock
    [ "${wanted[*]}" = "off off off" ] || { echo "br_netfilter is not loaded"; exit 1; }
    echo turned
    exit
fi

. hooktrail-lock
turns() { lock 8 "$1" 20 'relying on bridge-nf-call-*'; }
trap 'flock -u 8' EXIT
turns -s
change=
for i in 0 1 2; do
    read -r value <"$sysctls/bridge-nf-call-${families[i]}"
    if [ "${wanted[i]}" = off ] && [ "$value" = 1 ]; then change=1; fi
done
[ ! "$change" ] || turns -x
turned=
for i in 0 1 2; do
    name=bridge-nf-call-${families[i]}
    read -r value <"$sysctls/$name"
    if [ "${wanted[i]}" = off ] && [ "$value" = 1 ]; then
        nft add chain inet "hooktrail-$run" "was.bridge/$name.$value"
        turned+=" was.bridge/$name.$value"
        echo 0 >"$sysctls/$name"
    elif [ "${wanted[i]}" = on ] && [ "$value" != 1 ]; then
        own "${families[i]}" 1
        turned+=" own.${families[i]}"
    fi
done
trap - EXIT
echo "turned$turned"
