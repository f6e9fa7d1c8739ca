#!/bin/bash
# hooktrail-switch RUN IPTABLES IP6TABLES ARPTABLES BRIDGE...: lets the bridges call each of the three (on) or not (off), and prints a line that
# says what was turned, until `hooktrail-switch RUN release LINE BRIDGE...`.
#
# It is done around every flow, so it is for the agent's shell to read (`. hooktrail-switch`), and starts no process that it can do without.
#
# The sysctls bridge-nf-call-* belong to every bridge of the host and to every run; so they are locked while a flow relies on them:
# shared where they already say what is wanted, alone where one has to be changed. Turning calls on needs no change of them: a bridge
# has settings of its own, and either of the two is enough (br_netfilter_hooks.c:br_nf_pre_routing, br_nf_forward_arp).
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

if [ ! -e $sysctls ]; then # no br_netfilter: nothing calls iptables, and nothing has to be locked
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
