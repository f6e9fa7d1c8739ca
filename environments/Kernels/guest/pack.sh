# pack FOLDER RELEASE MODULES BUSYBOX MODULE...: writes FOLDER/modules.ext4 from the folder MODULES (empty if all are
# built in), and FOLDER/modules.cpio, the kernel's part of the initial root: BUSYBOX, MODULE... and their dependencies.
# shellcheck shell=bash
set -euo pipefail
folder=$1 release=$2 modules=$3 busybox=$4
shift 4
tree=$folder/packed
place=$tree/lib/modules/$release
mkdir -p "$place" "$folder/root"/{bin,dev,modules,root}
if [[ $modules ]]; then
    # Leaves out the drivers of devices that a guest does not have, which are most of the modules.
    (cd "$modules" && tar -c --exclude=./build --exclude=./source --exclude='./kernel/drivers/*' --exclude='./kernel/sound' --exclude=./vmlinuz .) | tar -x -C "$place"
    for drivers in net virtio block char; do
        [[ ! -d $modules/kernel/drivers/$drivers ]] || { mkdir -p "$place/kernel/drivers" && cp -r "$modules/kernel/drivers/$drivers" "$place/kernel/drivers"; }
    done
fi
# The kernel would decompress the modules at every boot, on a slow processor.
find "$place" -name '*.ko.xz' -exec xz -d {} +
find "$place" -name '*.ko.gz' -exec gzip -d {} +
find "$place" -name '*.ko.zst' -exec zstd -q -d --rm {} +
depmod -b "$tree" "$release"

install -m 755 "$busybox" "$folder/root/bin/busybox"
: >"$folder/root/modules/order"
for module; do
    # A name without a module counts as built in, with or without a list of built-in modules;
    # the guest reports what it lacks.
    { modprobe -d "$tree" -S "$release" --show-depends "$module" 2>/dev/null || true; } | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$folder/root/modules/"
    basename "$file" >>"$folder/root/modules/order"
done
(cd "$folder/root" && find . -print0 | cpio -0 --quiet -o -H newc --owner=0:0) >"$folder/modules.cpio"

size=$(du -sk "$tree" | cut -f1)
mke2fs -q -t ext4 -O ^has_journal -m 0 -E root_owner=0:0 -d "$tree/lib/modules" "$folder/modules.ext4" "$((size * 5 / 4 + 4096))k" >/dev/null
rm -rf "$tree" "$folder/root"
