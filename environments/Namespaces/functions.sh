# shellcheck shell=bash
# What the scripts that set up a namespace begin with.
set -e

# set_ NAME VALUE: a sysctl by its path below /proc/sys. One that this kernel does not have stays unset: older ones lack some.
set_() { [ ! -e "/proc/sys/$1" ] || printf '%s\n' "$2" >"/proc/sys/$1"; }

# Memberships in multicast groups are not reported: a policy that is in no hook forbids it. Who has no policies has reports, which
# come in the first tenths of a second and belong to no flow.
quiet() { ip xfrm policy add src ::/0 dst ff02::16/128 dir out action block 2>/dev/null || true; }

# Everything that decides where a packet goes is set, also to what the kernel would begin with: a new namespace takes over
# IPv4's settings of the machine's own (net.core.devconf_inherit_init_net), and those differ from machine to machine.
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
        set_ "$1/src_valid_mark" 0
        set_ "$1/bc_forwarding" 0
        set_ "$1/log_martians" 0
        set -- "net/ipv6/conf/$scope"
        set_ "$1/disable_ipv6" 0
        # Nothing that speaks unasked: no router solicitations, no duplicate address detection, no link-local addresses.
        set_ "$1/accept_ra" 0
        set_ "$1/autoconf" 0
        set_ "$1/accept_dad" 0
        set_ "$1/dad_transmits" 0
        set_ "$1/router_solicitations" 0
        [ "$scope" = lo ] || set_ "$1/addr_gen_mode" 1
        # A join is reported twice; in milliseconds, so that the second is over before the first flow.
        set_ "$1/mldv1_unsolicited_report_interval" 1
        set_ "$1/mldv2_unsolicited_report_interval" 1
    done
    # Only groups that the user namespace knows may be named, and there an ordinary user is group 0 and nothing else.
    set_ net/ipv4/ping_group_range '0 2147483647' 2>/dev/null || set_ net/ipv4/ping_group_range '0 0'
    set_ net/ipv4/ip_unprivileged_port_start 0
    # An error that is not sent for want of a token would be a hop that is missing by chance.
    set_ net/ipv4/icmp_ratelimit 0
    set_ net/ipv6/icmp/ratelimit 0
    set_ net/ipv4/icmp_msgs_per_sec 1000000 2>/dev/null || true # before Linux 6.12 it was the machine's own
    set_ net/ipv4/icmp_msgs_burst 1000000 2>/dev/null || true
}
