# shellcheck shell=bash
# Lets a process send as if from beyond a NIC of this host: inject.sh NIC LINK PID NEIGHBOUR 4|6 SENDER ASKED PROTOCOL PORT
#
# What the process PID sends from its own network namespace comes in by the NIC, and what the host sends back to SENDER
# goes to it and not to the wire: a veth pair LINK, and filters at the NIC's clsact qdisc. The process sends from NEIGHBOUR,
# the MAC address to which the host would answer, so the host's neighbour table does not change.
#
#   out:  `ready`, or `refused WHY`
#
# LINK has the MAC address that is asked, as the kernel discards what comes in for another (include/linux/etherdevice.h,
# eth_skb_pkt_type). A NIC that has such a qdisc already is refused. When the input ends, which is when the other end has ended for any
# reason, all of it is removed.
trap '' INT TERM HUP QUIT
exec 2>&1
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
nic=$1 link=$2 process=$3 neighbour=$4 version=$5 sender=$6 asked=$7 protocol=$8 port=$9

refuse() { echo "refused $*"; exit 1; }
for tool in ip tc nsenter; do type -P $tool >/dev/null || refuse "there is no program $tool"; done
# The IP layer of a bridge's port is the bridge.
upper=$(ip -o link show dev "$nic" type bridge_slave | sed -n 's/.* master \([^ ]*\) .*/\1/p')
own=$(ip -o link show dev "${upper:-$nic}" | sed -n 's/.* link\/ether \([^ ]*\) .*/\1/p')
[ -n "$own" ] || refuse "$nic is no device with a MAC address"
# uninject.sh recognizes the qdisc by the numbers of its two blocks. The link comes first, because it shows that the
# run lives.
run=${link#ht-} run=$((36#${run%-in}))
coming=$((0x68000000 + run)) going=$((0x6c000000 + run))
remove() {
    if tc qdisc show dev "$nic" | grep -q " ingress_block $coming egress_block $going "; then
        tc qdisc del dev "$nic" clsact
    fi
    ip link del "$link"
} >/dev/null 2>&1
trap remove EXIT
why=$(ip link add "$link" type veth peer name probe netns "$process" 2>&1) || refuse "${why%%$'\n'*}"
why=$(tc qdisc add dev "$nic" ingress_block $coming egress_block $going clsact 2>&1) ||
    refuse "$nic has a clsact or ingress qdisc already, or cannot have one ($why)"

if [ "$version" = 6 ]; then
    words='protocol ipv6 prio 1 u32' ip=ip6 bits=128 header=40 errors=58 more=nodad
else
    words='protocol ip prio 1 u32' ip=ip bits=32 header=20 errors=1 more=
fi
# Where the sender's number is: the port, or the identifier of echoes; and in an error, behind 8 bytes and the quoted header.
case $protocol in
    tcp) number=6 at=$((header + 2)) quoted=$((2 * header + 8)) ;;
    udp) number=17 at=$((header + 2)) quoted=$((2 * header + 8)) ;;
    icmp) number=$errors at=$((header + 4)) quoted=$((2 * header + 12)) ;;
esac
# back PROTOCOL PLACE: takes off what goes back to the sender and has its number there.
back() {
    # shellcheck disable=SC2086 # words of tc
    tc filter add block $going $words match $ip dst "$sender/$bits" match $ip protocol "$1" 0xff \
        match u16 "$port" 0xffff at "$2" action mirred egress redirect dev "$link"
}
inside() { nsenter --net --target "$process" "$@"; }
# shellcheck disable=SC2086 # words of tc
why=$({
    ip link set "$link" address "$own" addrgenmode none && ip link set "$link" up &&
        tc qdisc add dev "$link" clsact &&
        tc filter add dev "$link" ingress $words match $ip src "$sender/$bits" action mirred ingress redirect dev "$nic" &&
        back $number $at && back $errors $quoted &&
        inside ip link set probe address "$neighbour" addrgenmode none &&
        inside ip link set probe up &&
        inside ip addr add "$sender/$bits" dev probe $more &&
        inside ip "-$version" route add default dev probe src "$sender" &&
        inside ip neigh add "$asked" lladdr "$own" dev probe nud permanent
} 2>&1) || refuse "${why%%$'\n'*}"
echo ready
read -r _
