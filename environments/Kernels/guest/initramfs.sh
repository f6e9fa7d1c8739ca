#!/bin/busybox sh
# The guest's initial root: loads the modules that the disks need, mounts the disks, and starts init.sh. It contains
# init.sh, so a change of that script needs no new disk.
/bin/busybox mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
# A boot that only tests the accelerator (Machine/KvmTrial.cs) has no disk. The kernel passes parameters that it does
# not know to its first program as variables.
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
