#!/bin/sh
# Writes the lab image's base as a root file system, without a registry: bootstrap.sh MIRROR OUTPUT.tar
#
# trixie on every host, because its iptables 1.8.11 is the first one in Debian whose ebtables-nft has the broute table.
set -eu
here=$(dirname "$(readlink -f "$0")")
mirror=$1
output=$2
packages=$(sed 's/#.*//' "$here/packages.txt" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')

# mmdebstrap, not this shell, expands $1 of a hook: the new root's path.
# shellcheck disable=SC2016
set -- --variant=minbase --include="$packages" \
    --dpkgopt="$here/nodoc.cfg" \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/apt "$1"/var/log/*.log' \
    --customize-hook='rm -rf "$1"/usr/share/doc/* "$1"/usr/share/info/* "$1"/usr/share/locale/* "$1"/usr/share/man/*'
exec mmdebstrap "$@" trixie "$output" "$mirror"
