# A host with a NIC eth0 to a namespace beyond it, and a bridge br0 with a namespace behind it; in its own network
# namespace. It answers each line of its input, a command of bash, with the command's output and a line «= CODE».
for tool in ip nft iptables-nft ip6tables-nft perl nsenter; do command -v $tool >/dev/null || exit 77; done
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up || exit 77
[ -e /proc/sys/net/ipv6 ] || exit 77
# A network namespace, as a process that holds it and ends with this one.
peer() {
    unshare -n perl -e '$| = 1; print "up\n"; <STDIN>' <&"$hold" 3>&- >"$ready" &
    eval "$1=$!"
    read -r _ <"$ready"
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $(jobs -p) 2>/dev/null' EXIT
ready=$folder/ready
mkfifo "$ready" "$folder/hold"
exec {hold}<>"$folder/hold"
peer outside
peer inside
o() { nsenter --net --target "$outside" "$@"; }
c() { nsenter --net --target "$inside" "$@"; }
o ip link set lo up
c ip link set lo up
ip link add eth0 type veth peer name eth0 netns "$outside"
ip addr add 192.0.2.1/24 dev eth0
ip link set eth0 up
o ip addr add 192.0.2.2/24 dev eth0
o ip addr add 203.0.113.7/32 dev lo
o ip link set eth0 up
o ip route add default via 192.0.2.1
ip route add default via 192.0.2.2
ip link add br0 type bridge
ip addr add 172.18.0.1/24 dev br0
ip link set br0 up
ip link add vethc type veth peer name eth0 netns "$inside"
ip link set vethc master br0 up
c ip addr add 172.18.0.2/24 dev eth0
c ip link set eth0 up
c ip route add default via 172.18.0.1
ip addr add 2001:db8:1::1/64 dev eth0 nodad
o ip addr add 2001:db8:1::2/64 dev eth0 nodad
o ip addr add 2001:db8:ffff::7/128 dev lo
o ip -6 route add default via 2001:db8:1::1
ip -6 route add default via 2001:db8:1::2
ip addr add 2001:db8:2::1/64 dev br0 nodad
c ip addr add 2001:db8:2::2/64 dev eth0 nodad
c ip -6 route add default via 2001:db8:2::1
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip6tables-nft -t nat -A PREROUTING -d 2001:db8:1::1 -p tcp --dport 8443 -j DNAT --to-destination [2001:db8:2::2]:443
ip6tables-nft -t nat -A POSTROUTING -s 2001:db8:2::/64 ! -o br0 -j MASQUERADE
ip6tables-nft -N USER
ip6tables-nft -A FORWARD -j USER
ip6tables-nft -A USER -j RETURN
ip6tables-nft -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
ip6tables-nft -A FORWARD -d 2001:db8:2::2 -p tcp --dport 443 -j ACCEPT
ip6tables-nft -A FORWARD -i br0 -j ACCEPT
ip6tables-nft -P FORWARD DROP
ip6tables-nft -A INPUT -p udp --dport 9 -j DROP
ip6tables-nft -A INPUT -p tcp --dport 10 -j REJECT
ip6tables-nft -A INPUT -p tcp --dport 11 -j REJECT --reject-with tcp-reset
iptables-nft -t nat -A PREROUTING -d 192.0.2.1 -p tcp --dport 8443 -j DNAT --to-destination 172.18.0.2:443
iptables-nft -t nat -A POSTROUTING -s 172.18.0.0/24 ! -o br0 -j MASQUERADE
iptables-nft -N USER
iptables-nft -A FORWARD -j USER
iptables-nft -A USER -j RETURN
iptables-nft -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables-nft -A FORWARD -d 172.18.0.2 -p tcp --dport 443 -j ACCEPT
iptables-nft -A FORWARD -i br0 -j ACCEPT
iptables-nft -P FORWARD DROP
iptables-nft -A INPUT -p udp --dport 9 -j DROP
iptables-nft -A INPUT -p tcp --dport 10 -j REJECT
iptables-nft -A INPUT -p tcp --dport 11 -j REJECT --reject-with tcp-reset
# Accepts, and closes when the client has.
serve='use Socket; socket my $l, AF_INET6, SOCK_STREAM, 0; setsockopt $l, SOL_SOCKET, SO_REUSEADDR, 1; bind $l, Socket::pack_sockaddr_in6(shift, Socket::IN6ADDR_ANY) or die $!; listen $l, 5 or die $!; $| = 1; print "up\n"; close STDOUT; while (accept my $s, $l) { 1 while sysread $s, my $x, 100; close $s }'
# Not by c and o: the process itself is to be the job that is killed at the end.
nsenter --net --target "$inside" perl -e "$serve" 443 >"$ready" & read -r _ <"$ready"
nsenter --net --target "$outside" perl -e "$serve" 80 >"$ready" & read -r _ <"$ready"
# address PORT ADDRESS: of either version of IP.
address='use Socket; sub address { my ($port, $of) = @_; $of =~ /:/ ? Socket::pack_sockaddr_in6($port, Socket::inet_pton(Socket::AF_INET6, $of)) : pack_sockaddr_in($port, inet_aton($of)) }'
# connect SOURCE ADDRESS PORT: a connection that is closed in order; fails after two seconds.
connect=$address'my ($from, $to, $port) = @ARGV; socket my $s, $to =~ /:/ ? AF_INET6 : AF_INET, SOCK_STREAM, 0; bind $s, address(0, $from) or die $!; alarm 2; connect $s, address($port, $to) or die $!; syswrite $s, "hello"; shutdown $s, 1; sysread $s, my $x, 100'
# later SOURCE ADDRESS PORT: the same, in two steps; a line of input sends and closes.
later=$address'$| = 1; my ($from, $to, $port) = @ARGV; socket my $s, $to =~ /:/ ? AF_INET6 : AF_INET, SOCK_STREAM, 0; bind $s, address(0, $from) or die $!; alarm 60; connect $s, address($port, $to) or die $!; print "open\n"; <STDIN>; syswrite $s, "hello"; shutdown $s, 1; sysread $s, my $x, 100; print "closed\n"'
# datagrams SOURCE ADDRESS PORT COUNT
datagrams=$address'my ($from, $to, $port, $count) = @ARGV; socket my $s, $to =~ /:/ ? AF_INET6 : AF_INET, SOCK_DGRAM, 0; bind $s, address(0, $from) or die $!; send $s, "x", 0, address($port, $to) for 1 .. $count'
# shrink PID: the receive buffer of a process's socket becomes the smallest; pidfd_open and pidfd_getfd reach it.
shrink='my $of = shift; my ($socket) = grep { readlink =~ /^socket:/ } glob "/proc/$of/fd/*"; my $process = syscall 434, $of + 0, 0; my $number = syscall 438, $process, $socket =~ s/.*\///r + 0, 0; $number >= 0 or die "no socket: $!"; open my $own, "+<&=", $number or die $!; setsockopt $own, 1, 8, pack "i", 1 or die $!'
# Both sides know their neighbours now, and no timer has to ask.
o ping -c 1 -W 2 192.0.2.1 >/dev/null
c ping -c 1 -W 2 172.18.0.1 >/dev/null
o ping -6 -c 1 -W 2 2001:db8:1::1 >/dev/null
c ping -6 -c 1 -W 2 2001:db8:2::1 >/dev/null
echo "= $$"
while IFS= read -r line; do
    eval "$line" </dev/null 2>&1
    echo "= $?"
done
