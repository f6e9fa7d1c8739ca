#!/bin/bash
# Process 1 of a guest: loads modules, starts the Docker Engine and reports its progress on the console. The host reads
# the lines there that begin with `hooktrail: ` (Machine/ConsoleEvent.cs). A line from the host ends the guest.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
# For dockerd, containerd and their children: heaps grow fivefold instead of twofold before garbage is collected, and a
# guest has the memory. dockerd, which libnetwork starts again for each container with a network, took 0.31 s instead of
# 0.47 s, a shim 0.17 s instead of 0.20 s (6.12, 2026-11-28). Turning collection off was no faster.
export GOGC=400

tell() { printf 'hooktrail: %s\n' "$*"; }
setting() { sed -n "s/.*\bhooktrail\.$1=\([a-z]*\).*/\1/p" /proc/cmdline; }

mount -t proc proc /proc
mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
# Without this link, neither crun nor runc starts on Linux 5.10. Both run themselves again from a sealed copy, and
# execveat with an empty path returns ENOENT there (measured; opencontainers/runc#2552).
ln -s /proc/self/fd /dev/fd
# The terminal must not echo the host's input, nor change line ends.
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty raw -echo
tell booted "$(uname -r)"
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
mount -t cgroup2 cgroup /sys/fs/cgroup
printf '+%s\n' $(</sys/fs/cgroup/cgroup.controllers) | while read -r one; do echo "$one" >/sys/fs/cgroup/cgroup.subtree_control; done 2>/dev/null
mount -t ext4 -o ro /dev/vdb /usr/lib/modules || tell lacks a disk with modules

# Only the kernel's most urgent messages may go to the slow console: LOG rules print thousands of lines.
dmesg -n 1
# Rules and namespaces come and go constantly. Each time, the kernel would wait until every processor has passed a
# quiescent state; expedited grace periods are faster.
echo 1 >/sys/kernel/rcu_expedited

backend=$(setting backend)
case $backend in
    legacy) tables=(iptable_{raw,mangle,nat,filter,security} ip6table_{raw,mangle,nat,filter,security}) ;;
    *) tables=(nf_tables nft_compat nft_chain_nat) ;;
esac
for module in overlay bridge br_netfilter veth nfnetlink_log; do
    modprobe -q "$module" || tell lacks "the module $module"
done
# A container cannot load modules. Without these, a tool in a container could not use any legacy table; with them, the
# kernel loads the table's own module (net/netfilter/x_tables.c, xt_request_find_table_lock). They register at no hook.
# Some kernels do not have them.
for module in ip_tables ip6_tables arp_tables ebtables; do modprobe -q "$module"; done
# Only looks for the modules of the tables: on some kernels, loading one registers the table at its hooks, and on this
# host only Docker and the lab should do that.
for module in "${tables[@]}"; do
    modprobe -q -n "$module" || tell lacks "the module $module"
done
for family in iptables ip6tables arptables ebtables; do
    update-alternatives --set "$family" "/usr/sbin/$family-$backend" >/dev/null || tell lacks "$family-$backend"
done

hostname guest
ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2

# Programs of another Engine come before the disk's.
runtime=crun firewall=()
if [[ $(setting engine) = own ]]; then
    mkdir -p /run/engine
    mount -t ext4 -o ro /dev/vdc /run/engine || tell lacks a disk with the programs of its Engine
    export PATH=/run/engine:$PATH
    # crun 1.28 ignores --pid host under Docker 29 (measured).
    [[ ! -x /run/engine/runc ]] || runtime=runc
fi
# An Engine that writes tables of nft's own does not turn on forwarding, and does not start without it (measured, 29.7).
if [[ $(setting firewall) = nftables ]]; then
    firewall=(--firewall-backend=nftables)
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
fi

# Both programs report when they listen, so nothing has to poll. containerd starts here, because dockerd would
# stop waiting for it after 15 seconds, which are too few for a guest on a busy machine. The plugins that
# Docker does not use are disabled.
mkdir -p /run/containerd
cat >/run/containerd/config.toml <<'PLUGINS'
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
    "io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
PLUGINS
mkfifo /run/containerd.log /run/dockerd.log
containerd --config /run/containerd/config.toml >/run/containerd.log 2>&1 </dev/null &
exec 4</run/containerd.log
while IFS= read -r line <&4; do
    printf 'containerd: %s\n' "$line"
    [[ $line != *'containerd successfully booted'* ]] || break
done
cat <&4 >/dev/null &

# The runtime would compile a seccomp filter for every container, and the kernel would run it at every system call,
# which is slow on a translated processor. A process that breaks out of its container is still inside the guest.
version=$(dockerd --version) seccomp=unconfined
# Docker 20.10 takes a profile from a file only. Its containers that crun starts have no IPv6, although a sysctl of
# theirs turns it on; those that runc starts have it (measured, 20.10.24 with crun 1.8.1).
if [[ $version = *' 20.10.'* ]]; then
    runtime=runc seccomp=/run/seccomp.json
    echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >$seccomp
fi
dockerd --tls=false --seccomp-profile $seccomp --add-runtime crun=/usr/bin/crun --default-runtime "$runtime" "${firewall[@]}" --containerd /run/containerd/containerd.sock \
    -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 >/run/dockerd.log 2>&1 </dev/null &
engine=$!
while IFS= read -r line; do
    printf 'dockerd: %s\n' "$line"
    # A line without a timestamp belongs to dockerd's last words.
    [[ $line = time=* ]] || printf '%s' "$line" >/run/last-words
    [[ $line != *'API listen on [::]:2375'* ]] || tell engine "$version"
done </run/dockerd.log &
talking=$!

# Any input from the host ends the guest; so does the end of the Engine.
(
    read -r _ </dev/ttyS0
    kill -TERM "$engine"
) &
wait "$engine"
status=$?
wait "$talking"
((status == 0)) || tell "failed: dockerd ended with status $status: $(cat /run/last-words)"
sync
mount -o remount,ro /
tell down
echo o >/proc/sysrq-trigger
sleep infinity
