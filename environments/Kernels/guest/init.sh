#!/bin/bash
# Process 1 of a guest: loads modules, starts the Docker Engine and says on the console how far it is. A line there that begins with
# `hooktrail: ` is for the host (Machine/ConsoleEvent.cs); a line that comes from there ends the guest.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
# For dockerd, containerd and all that these start, in memory that a guest has: dockerd, which libnetwork starts again for each container with a network,
# took 0.31 instead of 0.47 s there, a shim 0.17 instead of 0.20 (6.12, 2026-11-28): heaps grow fivefold and not twofold before garbage is collected. Off was no faster.
export GOGC=400

tell() { printf 'hooktrail: %s\n' "$*"; }
setting() { sed -n "s/.*\bhooktrail\.$1=\([a-z]*\).*/\1/p" /proc/cmdline; }

mount -t proc proc /proc
mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
# Without it neither crun nor runc starts on Linux 5.10: both start themselves again from a sealed copy, and execveat of an empty path says ENOENT
# there (measured; opencontainers/runc#2552).
ln -s /proc/self/fd /dev/fd
# The terminal must not send back what the host writes, nor change line ends.
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

# Nothing but the kernel's last words may slow down the console: LOG rules print thousands of lines.
dmesg -n 1
# Rules and namespaces come and go all the time; each time the kernel would wait for all its processors to have been idle once.
echo 1 >/sys/kernel/rcu_expedited

backend=$(setting backend)
case $backend in
    legacy) tables=(iptable_{raw,mangle,nat,filter,security} ip6table_{raw,mangle,nat,filter,security}) ;;
    *) tables=(nf_tables nft_compat nft_chain_nat) ;;
esac
for module in overlay bridge br_netfilter veth nfnetlink_log; do
    modprobe -q "$module" || tell lacks "the module $module"
done
# What legacy tables are asked for by: these register at no hook, and without them a tool in a container can have no table, because it cannot load
# modules (net/netfilter/x_tables.c, xt_request_find_table_lock, loads the table's own). Not every kernel has them.
for module in ip_tables ip6_tables arp_tables ebtables; do modprobe -q "$module"; done
# Tables are only looked for: loading one would register it at its hooks on some kernels, and on this host only Docker and the lab use any.
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

# Both say when they listen; that is the event, and nobody has to ask. containerd is started here, because dockerd would give up on it after 15
# seconds, which are few for a guest on a busy machine; of its plugins Docker uses what is left.
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

# A filter for system calls would be compiled for every container and asked at every call, which a translated processor feels; who breaks out of a
# container is in a guest still.
dockerd --tls=false --seccomp-profile unconfined --add-runtime crun=/usr/bin/crun --default-runtime crun --containerd /run/containerd/containerd.sock \
    -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 >/run/dockerd.log 2>&1 </dev/null &
engine=$!
while IFS= read -r line; do
    printf 'dockerd: %s\n' "$line"
    # Its last words have no time.
    [[ $line = time=* ]] || printf '%s' "$line" >/run/last-words
    [[ $line != *'API listen on [::]:2375'* ]] || tell engine "$(dockerd --version)"
done </run/dockerd.log &
talking=$!

# Whatever the host says means the end; and so does the Engine's.
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
