#!/bin/sh
# Writes a snapshot of this host to standard output: all that decides a packet's way, as the host's own tools print it.
# It reads only: it loads no module, makes no table, starts no container, and writes no file. Run it as root, or with
# CAP_NET_ADMIN; where it may not read something, the snapshot says so. With the argument «namespace» it leaves out
# containers, which belong to the host's own namespace.

LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
umask 077
tab=$(printf '\t')
separator=

# Standard input as JSON strings, one for each line.
strings() {
    tr -d '\000-\010\013-\037\177' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$tab/\\\\t/g" -e 's/.*/"&"/' -e '$!s/$/,/'
}

# part NAME COMMAND...: what the command prints, its exit code, and if it failed what it said of it.
part() {
    name=$1
    shift
    said=$("$@" 2>/dev/null </dev/null)
    code=$?
    errors=
    [ $code = 0 ] || errors=$("$@" 2>&1 >/dev/null </dev/null)
    printf '%s{"name":"%s","command":' "$separator" "$name"
    printf '%s' "$*" | tr '\n' ' ' | strings
    printf ',"exit":%s' $code
    [ -z "$said" ] || { printf ',"lines":[\n'; printf '%s\n' "$said" | strings; printf ']'; }
    [ -z "$errors" ] || { printf ',"errors":[\n'; printf '%s\n' "$errors" | strings; printf ']'; }
    printf '}'
    separator=',
'
}

has() { command -v "$1" >/dev/null 2>&1; }

# A tool's first request can load a module. So a tool is asked only if the kernel has the tool's part already.
symbols=" $(awk '$3 ~ /^(nft_do_chain|nfnl_hook_dump|ip_set_nfnl_get_byindex)$/ { print $3 }' /proc/kallsyms 2>/dev/null | tr '\n' ' ') "
in_kernel() { case $symbols in *" $1 "*) ;; *) return 1 ;; esac; }

versions() {
    for tool in ip bridge tc iptables ip6tables arptables ebtables; do
        has $tool && printf '%s: %s\n' $tool "$($tool -V 2>&1 | sed 1q)"
    done
    has nft && printf 'nft: %s\n' "$(nft --version 2>&1 | sed 1q)"
    has ipset && printf 'ipset: %s\n' "$(ipset --version 2>&1 | sed 1q)"
    return 0
}

kernel() {
    uname -r
    uname -v
    # Distributions name a kernel as they like, and say here which stable release it is.
    [ ! -r /proc/version_signature ] || cat /proc/version_signature
}

settings() {
    cd /proc/sys/net || return
    grep -sH '' ipv4/ip_forward ipv4/ip_nonlocal_bind ipv4/ip_local_port_range ipv4/fwmark_reflect \
        ipv4/tcp_fwmark_accept ipv4/fib_multipath_hash_policy ipv6/bindv6only bridge/* \
        ipv4/conf/*/forwarding ipv4/conf/*/rp_filter ipv4/conf/*/src_valid_mark ipv4/conf/*/route_localnet \
        ipv4/conf/*/accept_local ipv4/conf/*/send_redirects ipv4/conf/*/proxy_arp ipv4/conf/*/arp_ignore \
        ipv4/conf/*/arp_announce ipv6/conf/*/forwarding ipv6/conf/*/disable_ipv6 ipv6/conf/*/accept_ra \
        ipv6/conf/*/proxy_ndp netfilter/nf_conntrack_max netfilter/nf_conntrack_tcp_loose netfilter/nf_conntrack_acct
    return 0
}

# listening FOLDER: the sockets that wait for packets, as «tcp 0100007F:0050»: the kernel's own words. A tool that asks
# for sockets would load a module.
listening() {
    for protocol in tcp tcp6 udp udp6; do
        [ ! -r "$1/$protocol" ] || awk -v protocol=$protocol \
            'FNR > 1 && $4 == (protocol ~ /tcp/ ? "0A" : "07") { print protocol, $2 }' "$1/$protocol" | sort -u
    done
}

# The tables of iptables-legacy exist once they were asked for, so they are asked for only by name.
legacy_tables() { [ -r "/proc/net/$1_tables_names" ] && [ -n "$(cat "/proc/net/$1_tables_names" 2>/dev/null)" ]; }

# saver TOOL BACKEND: the program that lists the rules of that backend; none if there is none.
saver() {
    if has "$1-$2-save"; then
        echo "$1-$2-save"
    elif has "$1-save"; then
        case $2/$("$1-save" -V 2>&1) in
            nft/*nf_tables*) echo "$1-save" ;;
            legacy/*nf_tables*) ;;
            legacy/*) echo "$1-save" ;;
        esac
    fi
}

# rules TOOL FAMILY: what each backend's program lists.
rules() {
    if in_kernel nft_do_chain && nft=$(saver "$1" nft) && [ -n "$nft" ]; then part "$1-nft" "$nft"; fi
    if [ "$1" != ebtables ] && legacy_tables "$2"; then
        legacy=$(saver "$1" legacy)
        part "$1-legacy" "${legacy:-$1-legacy-save}"
    fi
}

# Names, networks and ports only: never environment variables, commands or mounts.
container='{"id":{{json .Id}},"name":{{json .Name}},"pid":{{json .State.Pid}},"project":{{json (index .Config.Labels "com.docker.compose.project")}},"service":{{json (index .Config.Labels "com.docker.compose.service")}},"mode":{{json .HostConfig.NetworkMode}},"exposed":{{json .Config.ExposedPorts}},"ports":{{json .NetworkSettings.Ports}},"networks":{{json .NetworkSettings.Networks}}}'
network='{"id":{{json .Id}},"name":{{json .Name}},"driver":{{json .Driver}},"internal":{{json .Internal}},"ipv6":{{json .EnableIPv6}},"subnets":{{json .IPAM.Config}},"options":{{json .Options}}}'

# An Engine that hangs must not hang the snapshot.
bounded() { if has timeout; then timeout 30 "$@"; else "$@"; fi; }

# inspected ENGINE KIND FORMAT OBJECT...: what the engine tells of each object.
inspected() {
    engine=$1 what=$2 format=$3
    shift 3
    [ $# = 0 ] || bounded $engine $what inspect --format "$format" "$@"
}

# engine NAME COMMAND: its containers that run, and its networks.
engine() {
    part "$1-version" bounded $2 version --format '{{json .Server.Version}}'
    [ $code = 0 ] || return
    ids=$(bounded $2 ps -q --no-trunc 2>/dev/null)
    part "$1-containers" inspected "$2" container "$container" $ids
    pids="$pids $(inspected "$2" container '{{.State.Pid}}' $ids 2>/dev/null | tr '\n' ' ')"
    if [ "$1" = podman ]; then
        part "$1-networks" bounded $2 network inspect $(bounded $2 network ls -q 2>/dev/null)
    else
        part "$1-networks" inspected "$2" network "$network" $(bounded $2 network ls -q --no-trunc 2>/dev/null)
    fi
}

# What a container's namespace has. Containers may share one, or the host's.
inside() {
    own=$(readlink /proc/self/ns/net 2>/dev/null)
    seen=" $own "
    for pid in $pids; do
        [ "$pid" != 0 ] || continue
        part "namespace $pid" readlink "/proc/$pid/ns/net"
        case "$seen" in *" $said "*) continue ;; esac
        [ $code = 0 ] || continue
        seen="$seen$said "
        part "links $pid" nsenter -t "$pid" -n ip -j -d addr show
        part "routes $pid" nsenter -t "$pid" -n ip -j route show table all
        part "routes6 $pid" nsenter -t "$pid" -n ip -6 -j route show table all
        part "rules $pid" nsenter -t "$pid" -n ip -j rule show
        part "listening $pid" listening "/proc/$pid/net"
    done
}

# A shell that reads this from a pipe has read all of it before it begins.
main() {
    printf '{"format":"hooktrail snapshot","version":1,"parts":[\n'
    part kernel kernel
    part rights grep -E '^(Uid|CapEff):' /proc/self/status
    part host uname -n
    part versions versions
    part settings settings
    part links ip -j -d addr show
    part routes ip -j route show table all
    part routes6 ip -6 -j route show table all
    part rules ip -j rule show
    part rules6 ip -6 -j rule show
    part neighbours ip -j neigh show
    part bridge-links bridge -j -d link show
    part bridge-fdb bridge -j fdb show
    part bridge-vlans bridge -j vlan show
    part tc tc -j qdisc show
    part listening listening /proc/net
    rules iptables ip
    rules ip6tables ip6
    rules arptables arp
    rules ebtables ebtables
    if in_kernel nft_do_chain; then
        part nft-json nft -j list ruleset
        part nft nft -a list ruleset
        ! in_kernel nfnl_hook_dump || part nft-hooks nft list hooks
    fi
    ! in_kernel ip_set_nfnl_get_byindex || part ipset ipset save
    part modules awk '$1 ~ /^(ebtable_|br_netfilter|nf_|ip_vs)/ { print $1 }' /proc/modules
    pids=
    if [ "${1-}" != namespace ]; then
        [ ! -S /var/run/docker.sock ] || ! has docker || engine docker 'docker -H unix:///var/run/docker.sock'
        # Before its first use since the host started, podman would make its folders.
        [ ! -d /run/libpod ] || ! has podman || engine podman podman
        inside
    fi
    printf ']}\n'
}

main "$@"
