# shellcheck shell=bash
# The first process of a lab's tree, given to bash -c inside the new namespaces; ${0} names it, then come the stations.
#
#   standard input:   the lifeline. Nothing is ever written to it; when it ends, its writer has ended or was killed, and so does
#                     this process. It is process 1 of its pid namespace: the kernel kills everybody else in there with it, and
#                     takes away the network namespaces of which they were the last users.
#   standard output:  NAME PID, a line for each station that runs
#   20, 21, 22; 23 …  standard input, output and error of the first station, the second …
#
# «host» and «hosted» are in this network namespace, each of the others is in one of its own.
set -u
agent=$HOOKTRAIL_AGENT
unset HOOKTRAIL_AGENT HOOKTRAIL_RUN BASH_ENV ENV
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # an ordinary user often lacks them

for program in ip bridge mount perl nft {iptables,ip6tables,ebtables}-nft-restore {iptables,ebtables,arptables}-nft-save; do
    [ -x "$(type -P "$program")" ] || { echo "there is no program $program here" >&2; exit 1; }
done

# What needs a file has it here, where nobody else sees it and where it goes with the mount namespace.
private=/run/lock
[ -d "$private" ] || private=/dev/shm
mount -t tmpfs -o mode=0700 hooktrail "$private" || exit
export TMPDIR=$private XTABLES_LOCKFILE=$private/xtables.lock
# A container sees its settings read-only, those of its own namespaces too. Here nobody but the lab sees the mount, and it writes below net alone.
[ -w /proc/sys/net/ipv4/ip_forward ] || mount -o remount,bind,rw /proc/sys || exit

close='' fd=20
for _; do
    close+=" $fd>&- $((fd + 1))>&- $((fd + 2))>&-"
    ((fd += 3))
done

fd=20
for name; do
    enter='unshare -n --'
    [[ $name != host && $name != hosted ]] || enter=''
    # The number is that of the pid namespace in which /proc was mounted, which is the one where it means something to others.
    eval "{
        read -r pid _ </proc/self/stat
        echo \"\$name \$pid\"
        exec $enter bash -c \"\$agent\" \"hooktrail \$name\" <&$fd >&$((fd + 1)) 2>&$((fd + 2)) $close
    } &"
    ((fd += 3))
done
eval "exec >&- $close"

read -r _
exit 0
