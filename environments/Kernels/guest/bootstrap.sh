#!/bin/bash
# Writes the guests' disk, without the lab's image: bootstrap.sh MIRROR SUITE WORK OUTPUT
#
# SUITE is the Debian release of the disk's programs. The disk is a sparse file that holds one ext4 file system. WORK
# is a folder for intermediate files, which the caller removes. An ordinary user needs user namespaces, for mmdebstrap
# and to create files that belong to root.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
mirror=$1
suite=$2
work=$3
output=$4
# A line «NAME !SUITE» is a package that this release does not have.
packages=$(sed "s/#.*//; /!$suite\$/d; s/ *!.*//" "$here/packages.txt" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')

# The package lists of a mirror that is no longer updated expire. apt refuses them unless the user allows them.
valid=()
[[ ${SPECS_DEBIAN_CHECK_VALID:-1} != 0 ]] || valid=(--aptopt='Acquire::Check-Valid-Until "false"')

# Debian's tools come before the caller's PATH: mmdebstrap starts some hundreds of processes.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# mmdebstrap, not this shell, expands $1 of a hook: the new root's path.
# shellcheck disable=SC2016
mmdebstrap --variant=minbase --include="$packages" --architectures=amd64 \
    --aptopt='Acquire::Languages "none"' "${valid[@]}" \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/apt "$1"/var/log/*.log' \
    --customize-hook='rm -rf "$1"/usr/share/doc/* "$1"/usr/share/info/* "$1"/usr/share/locale/* "$1"/usr/share/man/*' \
    --customize-hook='mkdir -p "$1"/usr/lib/modules' \
    "$suite" "$work/root.tar" "$mirror"

own=()
((EUID == 0)) || own=(unshare --map-root-user)
# An ordinary user cannot create device nodes; the guest's kernel provides them. No journal: the disk is thrown away.
# shellcheck disable=SC2016
"${own[@]}" bash -euc '
    mkdir "$1/root"
    tar -x -C "$1/root" --no-same-owner --exclude="./dev/*" -f "$1/root.tar"
    mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$1/root" "$2" 3G
    rm -rf "$1/root" "$1/root.tar"
' bash "$work" "$output"
