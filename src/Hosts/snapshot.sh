#!/bin/sh
# Writes a snapshot of this host to standard output: all that decides a packet's way, as the host's own tools print it.
# It reads only: it loads no module, makes no table, starts no container, and writes no file. Run it as root, or with
# CAP_NET_ADMIN; where it may not read something, the snapshot says so. With the argument «namespace» it leaves out
# containers, which belong to the host's own namespace; «devices» or «rules» behind it reads that half only. With
# «engine» it reads containers and networks only.

LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
umask 077
separator=

# has TOOL: whether the host has the program, whose path is then in found. A shell with tools built in, as that of
# busybox, would else take its own ip. It starts no process: a snapshot has many parts, and processes take most of its
# time.
has() {
    found=
    fields=$IFS
    IFS=:
    for folder in $PATH; do
        if [ -f "$folder/$1" ] && [ -x "$folder/$1" ]; then
            found=$folder/$1
            break
        fi
    done
    IFS=$fields
    [ -n "$found" ]
}

# run COMMAND...: a tool by its path, in place of the subshell that this is called in; or a function of this script. An
# Engine that hangs must not hang the snapshot.
run() {
    has "$1" || {
        "$@"
        return
    }
    program=$found
    shift
    case $program in
        */docker | */podman) if has timeout; then exec "$found" 30 "$program" "$@"; fi ;;
    esac
    exec "$program" "$@"
}

for tool in cat grep sed sort tr uname; do
    command -v $tool >/dev/null 2>&1 || {
        echo "The host has no program $tool, without which no snapshot can be written." >&2
        exit 1
    }
done
tab=$(printf '\t')
newline='
'

json=$(printf '\001')

# Standard input as JSON: lines that begin with the sign of json are JSON already, and each other is to be a string.
strings() {
    tr -d '\000\002-\010\013-\037\177' | sed -e "/^$json/{
s///
x
s/.*//
x
b
}" -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$tab/\\\\t/g" -e 's/.*/"&"/' -e 'x
/./{
x
s/^/,/
b
}
s/^/,/
x'
}

# plain TEXT: sets text, without the sign of json.
plain() {
    text=$1
    case $text in *"$json"*) text=$(printf '%s\n' "$text" | tr -d '\001') ;; esac
}

# write NAME COMMAND: one part, of what is in said, code and errors.
write() {
    # Most commands need no tool to be a JSON string.
    command="\"$2\""
    case $2 in
        *[!\ -~]* | *\"* | *\\*) plain "$2" && command=$(printf '%s' "$text" | tr '\n' ' ' | strings) ;;
    esac
    printf '%s%s{"name":"%s","command":%s,"exit":%s' "$json" "$separator" "$1" "$command" "$code"
    plain "$said"
    [ -z "$text" ] || printf ',"lines":[\n%s\n%s]' "$text" "$json"
    plain "$errors"
    [ -z "$text" ] || printf ',"errors":[\n%s\n%s]' "$text" "$json"
    printf '}\n'
    separator=,
}

# part NAME COMMAND...: what the command prints, its exit code, and if it failed what it said of it.
part() {
    name=$1
    shift
    said=$(run "$@" 2>/dev/null </dev/null)
    code=$?
    errors=
    [ $code = 0 ] || errors=$(run "$@" 2>&1 >/dev/null </dev/null)
    write "$name" "$*"
}

# unread NAME COMMAND REASON: a part that was not asked for.
unread() {
    said= code=125 errors=$3
    write "$1" "$2"
}

# A tool's first request can load a module. So a tool is asked only if the kernel has the tool's part already.
asked='nft_do_chain|nfnl_hook_dump|ip_set_nfnl_get_byindex|nfnl_compat_get_rcu|ebt_do_table|ctnetlink_dump_table'
symbols=" $(grep -E " ($asked)" /proc/kallsyms 2>/dev/null | sed -e 's/^[^ ]* . //' -e "s/[ $tab].*//" | tr '\n' ' ') "
[ -r /proc/kallsyms ] || symbols=
# Without the list of symbols (CONFIG_KALLSYMS) that of modules says it, but for what is built into the kernel.
modules=" $(sed -n 's/ .*//p' /proc/modules 2>/dev/null | tr '\n' ' ') "

# in_kernel SYMBOL MODULE
in_kernel() {
    case $symbols in
        '') case $modules in *" $2 "*) ;; *) return 1 ;; esac ;;
        *" $1 "*) ;;
        *) return 1 ;;
    esac
}

has_nft() { in_kernel nft_do_chain nf_tables; }

# version TOOL OPTION: the first line of what it says of itself.
version() {
    has "$1" || return 0
    version=$(run "$@" 2>&1 </dev/null)
    printf '%s: %s\n' "$1" "${version%%"$newline"*}"
}

versions() {
    for tool in ip bridge tc iptables ip6tables arptables ebtables; do version $tool -V; done
    version nft --version
    ! in_kernel ip_set_nfnl_get_byindex ip_set || version ipset --version
}

kernel() {
    uname -r
    uname -v
    # Distributions name a kernel as they like, and say here which stable release it is.
    [ ! -r /proc/version_signature ] || cat /proc/version_signature
}

settings() {
    cd /proc/sys/net || return
    # A file that the kernel lacks, or keeps to its owner, is left out.
    grep -sH '' ipv4/ip_forward ipv4/ip_nonlocal_bind ipv4/ip_local_port_range ipv4/fwmark_reflect \
        ipv4/tcp_fwmark_accept ipv4/fib_multipath_hash_policy ipv6/bindv6only bridge/* \
        ipv4/conf/*/forwarding ipv4/conf/*/rp_filter ipv4/conf/*/src_valid_mark ipv4/conf/*/route_localnet \
        ipv4/conf/*/accept_local ipv4/conf/*/send_redirects ipv4/conf/*/proxy_arp ipv4/conf/*/proxy_arp_pvlan \
        ipv4/conf/*/medium_id ipv4/conf/*/arp_ignore ipv4/conf/*/arp_filter ipv4/conf/*/arp_announce \
        ipv6/conf/*/forwarding ipv6/conf/*/disable_ipv6 ipv6/conf/*/accept_ra \
        ipv6/conf/*/proxy_ndp netfilter/nf_conntrack_max netfilter/nf_conntrack_tcp_loose netfilter/nf_conntrack_acct
    return 0
}

# listening FOLDER: the sockets that wait for packets, as «tcp 0100007F:0050»: the kernel's own words. A tool that asks
# for sockets would load a module.
listening() {
    [ -r "$1/tcp" ] || { cat "$1/tcp"; return; }
    for protocol in tcp tcp6 udp udp6; do
        case $protocol in tcp*) state=0A ;; *) state=07 ;; esac
        [ ! -r "$1/$protocol" ] || sed -n \
            "s/^ *[0-9][0-9]*: \([0-9A-F]*:[0-9A-F]*\) [0-9A-F]*:[0-9A-F]* $state .*/$protocol \1/p" "$1/$protocol"
    done | sort -u
}

# connections: the connections of TCP and UDP that the kernel tracks and that were answered, as it lists them. Of more
# than 2,000, the first 2,000, and «more» as the last line. If the tool fails, its part of a list is not printed.
connections() {
    set -- cat /proc/net/nf_conntrack
    [ -e /proc/net/nf_conntrack ] || set -- conntrack -L -o extended
    entries=$({ (run "$@") || echo failed; } 2>/dev/null \
        | grep -E '^(failed|ipv[46] +[0-9]+ +(tcp .* (ESTABLISHED|\[(HW_)?OFFLOAD\]) |udp )).*$' \
        | grep -v ' \[UNREPLIED\] ' | sed -n -e '1,2000p' -e '2001{s/.*/more/p' -e q -e '}')
    case $entries in
        *failed) run "$@" >/dev/null ;;
        ?*) printf '%s\n' "$entries" ;;
    esac
}

# The tables of iptables-legacy exist once they were asked for, so they are asked for only by name.
legacy_tables() { [ -r "/proc/net/$1_tables_names" ] && [ -n "$(cat "/proc/net/$1_tables_names" 2>/dev/null)" ]; }

# saver TOOL BACKEND: the program that lists the rules of that backend; none if there is none.
saver() {
    if has "$1-$2-save"; then
        echo "$1-$2-save"
    elif has "$1-save"; then
        case $2/$(run "$1-save" -V 2>&1 </dev/null) in
            nft/*nf_tables*) echo "$1-save" ;;
            legacy/*nf_tables*) ;;
            legacy/*) echo "$1-save" ;;
        esac
    fi
}

# rules TOOL FAMILY: what each backend's program lists.
rules() {
    if has_nft; then
        nft=$(saver "$1" nft)
        # The tool asks for the extensions of iptables, which would load nft_compat.
        if [ -n "$nft" ] && in_kernel nfnl_compat_get_rcu nft_compat; then
            part "$1-nft" "$nft"
        elif [ -n "$nft" ] && ! has nft; then
            unread "$1-nft" "$nft" "it would load the kernel's module nft_compat, and the host has no program nft, which would not"
        fi
    fi
    if [ "$1" != ebtables ]; then
        if [ -e "/proc/net/$2_tables_names" ] && [ ! -r "/proc/net/$2_tables_names" ]; then
            unread "$1-legacy" "$1-legacy-save" "permission to read /proc/net/$2_tables_names is missing"
        elif legacy_tables "$2"; then
            legacy=$(saver "$1" legacy)
            part "$1-legacy" "${legacy:-$1-legacy-save}"
        fi
    fi
}

# Listing a table of ebtables-legacy makes it, and the kernel tells only in its list of hooks whether it is there.
ebtables_legacy() {
    in_kernel ebt_do_table ebtables || return 0
    if has_nft && in_kernel nfnl_hook_dump nfnetlink_hook && has nft; then
        case $(run nft list hooks bridge 2>/dev/null </dev/null) in *ebt*) ;; *) return 0 ;; esac
    else
        case $modules in *" ebtable_"*) ;; *) return 0 ;; esac
    fi
    unread ebtables-legacy ebtables-legacy-save "listing a table of ebtables-legacy can make it"
}

# Names, networks and ports only: never environment variables, commands or mounts.
endpoint='{"network":{{json $name}},"address":{{json $at.IPAddress}},"length":{{json $at.IPPrefixLen}},"address6":{{json $at.GlobalIPv6Address}},"length6":{{json $at.GlobalIPv6PrefixLen}},"mac":{{json $at.MacAddress}}},'
networks='[{{range $name, $at := .NetworkSettings.Networks}}'$endpoint'{{end}}null]'
compose='"project":{{json (index .Config.Labels "com.docker.compose.project")}},"service":{{json (index .Config.Labels "com.docker.compose.service")}}'
container='{"id":{{json .Id}},"name":{{json .Name}},"pid":{{json .State.Pid}},'$compose',"mode":{{json .HostConfig.NetworkMode}},"ports":{{json .NetworkSettings.Ports}},"networks":'$networks'}'
docker_network='{"id":{{json .Id}},"name":{{json .Name}},"driver":{{json .Driver}},"internal":{{json .Internal}},"ipv6":{{json .EnableIPv6}},"subnets":{{json .IPAM.Config}},"options":{{json .Options}}}'
podman_network='{"id":{{json .ID}},"name":{{json .Name}},"driver":{{json .Driver}},"internal":{{json .Internal}},"ipv6":{{json .IPv6Enabled}},"subnets":{{json .Subnets}},"options":{{json .Options}},"device":{{json .NetworkInterface}}}'

# inspected ENGINE KIND FORMAT OBJECT...: what the engine tells of each object.
inspected() {
    engine=$1 what=$2 format=$3
    shift 3
    [ $# = 0 ] || run $engine $what inspect --format "$format" "$@"
}

# told NAME COMMAND KIND FORMAT OBJECT...: a part whose command says what was read, without the format.
told() {
    name=$1 by=$2 kind=$3 as=$4
    shift 4
    said=$(inspected "$by" $kind "$as" "$@" 2>/dev/null </dev/null)
    code=$?
    errors=
    [ $code = 0 ] || errors=$(inspected "$by" $kind "$as" "$@" 2>&1 >/dev/null </dev/null)
    write "$name" "$by $kind inspect --format ..."
}

# engine NAME COMMAND FORMAT: its containers that run, and its networks.
engine() {
    part "$1-version" $2 version --format '{{json .Server.Version}}'
    [ $code = 0 ] || return
    ids=$(run $2 ps -q --no-trunc 2>/dev/null </dev/null)
    told "$1-containers" "$2" container "$container" $ids
    pids="$pids $(inspected "$2" container '{{.State.Pid}}' $ids 2>/dev/null </dev/null | tr '\n' ' ')"
    told "$1-networks" "$2" network "$3" $(run $2 network ls -q 2>/dev/null </dev/null)
}

# A socket of systemd would start the Engine, so an Engine of this host is asked only while it runs.
runs() { cat /proc/[0-9]*/comm 2>/dev/null | grep -qx "$1"; }

docker_engine() {
    socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
    case $socket in
        unix://*)
            [ -S "${socket#unix://}" ] && runs dockerd || return 0
            if ! has docker; then
                unread docker-version "docker -H $socket version" "the Engine runs here, but the host has no program docker"
                return
            fi
            ;;
        *) [ "${1-}" = engine ] || return 0 ;;
    esac
    engine docker "docker -H $socket" "$docker_network"
}

# present PID: a container may end while the host is read; then it is no part of the host.
present() { [ -d "/proc/$1" ] || { part "ended $1" true; return 1; }; }

# What a container's namespace has. Containers may share one, or the host's.
inside() {
    own=$(readlink /proc/self/ns/net 2>/dev/null)
    ip=ip
    ! has ip || ip=$found
    seen=" $own "
    for pid in $pids; do
        [ "$pid" != 0 ] || continue
        present "$pid" || continue
        part "namespace $pid" readlink "/proc/$pid/ns/net"
        case "$seen" in *" $said "*) continue ;; esac
        [ $code = 0 ] || continue
        seen="$seen$said "
        part "links $pid" nsenter -t "$pid" -n "$ip" -j -d addr show
        part "routes $pid" nsenter -t "$pid" -n "$ip" -4 -j route show table all
        part "routes6 $pid" nsenter -t "$pid" -n "$ip" -6 -j route show table all
        part "rules $pid" nsenter -t "$pid" -n "$ip" -4 -j rule show
        part "rules6 $pid" nsenter -t "$pid" -n "$ip" -6 -j rule show
        part "listening $pid" listening "/proc/$pid/net"
        present "$pid"
    done
}

devices() {
    part kernel kernel
    part rights grep -E '^(Uid|CapEff):' /proc/self/status
    part host uname -n
    part settings settings
    part links ip -j -d addr show
    part routes ip -4 -j route show table all
    part routes6 ip -6 -j route show table all
    part rules ip -4 -j rule show
    part rules6 ip -6 -j rule show
    # The source that the kernel takes for lo, as MASQUERADE does; no packet is sent.
    part loopback-source ip -4 -j route get 239.1.1.1 oif lo
    part neighbours ip -j neigh show
    part proxies ip -j neigh show proxy
    part bridge-links bridge -j -d link show
    part bridge-fdb bridge -j fdb show
    part bridge-vlans bridge -j vlan show
    part tc tc -j qdisc show
    part listening listening /proc/net
    if [ -e /proc/net/nf_conntrack ] || { has conntrack && in_kernel ctnetlink_dump_table nf_conntrack_netlink; }; then
        part conntrack connections
    fi
}

filters() {
    part versions versions
    rules iptables ip
    rules ip6tables ip6
    rules arptables arp
    rules ebtables ebtables
    ebtables_legacy
    if has_nft; then
        part nft-json nft -j list ruleset
        part nft nft list ruleset
        if in_kernel nfnl_hook_dump nfnetlink_hook; then part nft-hooks nft list hooks; fi
    elif [ -z "$symbols" ]; then
        unread nft-json "nft -j list ruleset" "the kernel does not say whether it has nf_tables (/proc/kallsyms), and the tool would load it"
    fi
    # Without the program, the rules still say that they ask for a set.
    if has ipset && in_kernel ip_set_nfnl_get_byindex ip_set; then part ipset ipset save; fi
    [ ! -r /proc/modules ] || part modules sed -n '/^\(ebtable_\|br_netfilter\|nf_\|ip_vs\)/s/ .*//p' /proc/modules
}

host() {
    devices
    filters
}

# A shell that reads this from a pipe has read all of it before it begins.
main() {
    printf '%s{"schema":"hooktrail/snapshot/1","parts":[\n' "$json"
    pids=
    case ${1-} in
        engine) docker_engine engine ;;
        namespace)
            case ${2-} in
                devices) devices ;;
                rules) filters ;;
                *) host ;;
            esac
            ;;
        *)
            host
            docker_engine
            # Before its first use since the host started, podman would make its folders.
            [ ! -e /run/libpod/alive ] || ! has podman || engine podman podman "$podman_network"
            inside
            ;;
    esac
    printf '%s]}\n' "$json"
}

main "$@" | strings
