# shellcheck shell=bash
# The common beginning of the scripts that set up a namespace.
set -e

# set_ NAME VALUE: sets a sysctl by its path below /proc/sys. Ignores one that this kernel does not
# have, as older kernels lack some.
set_() { [ ! -e "/proc/sys/$1" ] || printf '%s\n' "$2" >"/proc/sys/$1"; }

# Suppresses reports of multicast memberships by an xfrm policy, which is at no hook. A kernel without policies sends
# reports; they come in the first tenths of a second and belong to no flow.
quiet() { ip xfrm policy add src ::/0 dst ff02::16/128 dir out action block 2>/dev/null || true; }

# Sets everything that decides where a packet goes, even to the kernel's default: a new namespace may copy the IPv4
# settings of the machine (net.core.devconf_inherit_init_net), and those differ between machines.
settings() {
    local scope
    for scope in all default lo; do
        set -- "net/ipv4/conf/$scope"
        set_ "$1/rp_filter" 0
        set_ "$1/accept_local" 0
        set_ "$1/route_localnet" 0
        set_ "$1/send_redirects" 1
        set_ "$1/secure_redirects" 1
        set_ "$1/shared_media" 1
        set_ "$1/accept_source_route" 0
        set_ "$1/arp_ignore" 0
        set_ "$1/arp_announce" 0
        set_ "$1/arp_filter" 0
        set_ "$1/arp_accept" 0
        set_ "$1/arp_notify" 0
        set_ "$1/proxy_arp" 0
        set_ "$1/proxy_arp_pvlan" 0
        set_ "$1/medium_id" 0
        set_ "$1/src_valid_mark" 0
        set_ "$1/bc_forwarding" 0
        set_ "$1/log_martians" 0
        set -- "net/ipv6/conf/$scope"
        set_ "$1/disable_ipv6" 0
        set_ "$1/proxy_ndp" 0
        # No packets without a request: no router solicitations, no duplicate address
        # detection, no link-local addresses.
        set_ "$1/accept_ra" 0
        set_ "$1/autoconf" 0
        set_ "$1/accept_dad" 0
        set_ "$1/dad_transmits" 0
        set_ "$1/router_solicitations" 0
        [ "$scope" = lo ] || set_ "$1/addr_gen_mode" 1
        # The kernel reports a join twice. The interval is in milliseconds, so the second report
        # is over before the first flow.
        set_ "$1/mldv1_unsolicited_report_interval" 1
        set_ "$1/mldv2_unsolicited_report_interval" 1
    done
    # Only groups that the user namespace maps are valid; an ordinary user's maps only group 0.
    set_ net/ipv4/ping_group_range '0 2147483647' 2>/dev/null || set_ net/ipv4/ping_group_range '0 0'
    set_ net/ipv4/ip_unprivileged_port_start 0
    # With a rate limit, an error that is not sent would be a hop that is missing by chance.
    set_ net/ipv4/icmp_ratelimit 0
    set_ net/ipv6/icmp/ratelimit 0
    set_ net/ipv4/icmp_msgs_per_sec 1000000 2>/dev/null || true # before Linux 6.12 this setting was the machine's
    set_ net/ipv4/icmp_msgs_burst 1000000 2>/dev/null || true
}
