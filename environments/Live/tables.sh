# shellcheck shell=bash
# Holds private nft tables for as long as its standard input is open: tables.sh NAME, in their network namespace.
#
#   in:   commands of nft, a transaction in each line
#   out:  first `owned`, `guarded`, or `refused WHY`; then what nft prints
#
# Owned: the tables belong to nft's netlink socket, and the kernel removes them with it, however the process ends
# (flags owner, Linux 5.12). Guarded: without that flag, this process removes the tables whose names
# begin with NAME when its input ends, which is when the other end has ended for any reason.
trap '' INT TERM HUP QUIT
exec 2>&1
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
name=$1

if printf 'table inet %s-try { flags owner; }\n' "$name" | nft -f - >/dev/null 2>&1; then
    echo owned
    exec nft -i
fi
if ! why=$(printf 'table inet %s-try { }\ndelete table inet %s-try\n' "$name" "$name" | nft -f - 2>&1); then
    echo "refused ${why%%$'\n'*}"
    exit 1
fi
echo guarded
while IFS= read -r line; do
    nft -f - <<<"$line"
done
nft list tables | while read -r _ family table; do
    case $table in "$name"*) nft delete table "$family" "$table" ;; esac
done
