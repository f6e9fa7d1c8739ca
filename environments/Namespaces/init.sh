# shellcheck shell=bash
# The first process of a lab's tree: the argument of bash -c inside the new namespaces; ${0}
# names it, and the stations follow.
#
#   standard input:   the lifeline. Nothing is ever written to it. When it ends, its writer has ended or was killed, and
#                     this process ends too. It is process 1 of its pid namespace: the kernel then kills all other
#                     processes in there, and removes the network namespaces that only they used.
#   standard output:  NAME PID, a line for each station that runs
#   20, 21, 22; 23 …  standard input, output and error of the first station, the second …
#
# «host» and «hosted» are in this network namespace; each other station is in a separate one.
set -u
agent=$HOOKTRAIL_AGENT
unset HOOKTRAIL_AGENT HOOKTRAIL_RUN BASH_ENV ENV
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # an ordinary user often lacks them

for program in ip bridge mount perl nft {iptables,ip6tables,ebtables}-nft-restore {iptables,ebtables,arptables}-nft-save; do
    [ -x "$(type -P "$program")" ] || { echo "there is no program $program here" >&2; exit 1; }
done

# Programs that need files have them here: no other process sees the directory, and it goes with the mount namespace.
private=/run/lock
[ -d "$private" ] || private=/dev/shm
mount -t tmpfs -o mode=0700 hooktrail "$private" || exit
export TMPDIR=$private XTABLES_LOCKFILE=$private/xtables.lock
# A container sees settings read-only, even those of its own namespaces. Only the lab sees this
# mount, and it writes only below net.
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
    # /proc shows the pid of the namespace in which it was mounted, which is the number that other processes need.
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
