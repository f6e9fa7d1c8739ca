#!/bin/busybox sh
# The guest's initial root: loads what the disks need, mounts them, and hands over to init.sh, which it brings along, so that a
# change of it needs no new disk.
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
# A boot that only tries the accelerator (Machine/KvmTrial.cs) has no disk. Parameters that the kernel does not know are
# variables of its first program.
if [ -n "${hooktrail_trial:-}" ]; then
    echo "hooktrail: booted $(/bin/busybox uname -r)"
    exec /bin/busybox poweroff -f
fi
while read -r module; do
    /bin/busybox insmod "/modules/$module" || echo "hooktrail: lacks the module $module, which its disks need"
done </modules/order
/bin/busybox mount -t ext4 -o noatime /dev/vda /root || {
    echo "hooktrail: failed: the root disk cannot be mounted"
    exec /bin/busybox poweroff -f
}
/bin/busybox mount -t tmpfs -o mode=755 run /root/run
/bin/busybox cp /init.sh /root/run/init.sh
exec /bin/busybox switch_root /root /bin/bash /run/init.sh
