# shellcheck shell=bash
# Removes what inject.sh left on the NICs of this network namespace where it was killed: uninject.sh [RUN]
#
#   out:  a line for each: `removed NIC RUN`, `active NIC RUN`, or `kept NIC RUN WHY`
#
# The numbers of its two blocks hold the id of the run, and so identify a qdisc of inject.sh. A run lives while the
# process that sends does: its network namespace has the other end of the link ht-RUN-in, and the kernel removes both
# ends together. With RUN, this removes only what that run left; a run calls it so at its end.
exec 2>&1
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
own=${1-}
for tool in ip tc; do type -P $tool >/dev/null || exit 0; done

digits=0123456789abcdefghijklmnopqrstuvwxyz
# In this order: a run that begins meanwhile has its link before its qdisc.
qdiscs=$(tc qdisc show)
links=$(ip -o link)
while read -r line; do
    [[ $line =~ ^qdisc\ clsact\ ffff:\ dev\ ([^ ]+)\ .*\ ingress_block\ ([0-9]+)\ egress_block\ ([0-9]+) ]] || continue
    nic=${BASH_REMATCH[1]} number=$((BASH_REMATCH[2] - 0x68000000))
    [ $number -ge 0 ] && [ $number -lt $((36 ** 5)) ] && [ "${BASH_REMATCH[3]}" -eq $((0x6c000000 + number)) ] || continue
    run=
    for _ in 1 2 3 4 5; do run=${digits:number % 36:1}$run number=$((number / 36)); done
    if [ -n "$own" ]; then
        [ "$own" = "$run" ] || continue
    elif [[ $links == *": ht-$run-in@"* ]]; then
        echo "active $nic $run"
        continue
    fi
    if why=$(tc qdisc del dev "$nic" clsact 2>&1); then
        echo "removed $nic $run"
    else
        echo "kept $nic $run ${why%%$'\n'*}"
    fi
done <<<"$qdiscs"
