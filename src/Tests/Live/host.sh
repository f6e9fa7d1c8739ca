# A host with a NIC eth0 to a namespace beyond it, and a bridge br0 with a namespace behind it; in its own network
# namespace. It answers each line of its input, a command of bash, with the command's output and a line «= CODE».
for tool in ip nft iptables-nft perl nsenter; do command -v $tool >/dev/null || exit 77; done
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up || exit 77
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
sysctl -qw net.ipv4.ip_forward=1
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
serve='use Socket; socket my $l, AF_INET, SOCK_STREAM, 0; setsockopt $l, SOL_SOCKET, SO_REUSEADDR, 1; bind $l, pack_sockaddr_in(shift, INADDR_ANY) or die $!; listen $l, 5 or die $!; $| = 1; print "up\n"; close STDOUT; while (accept my $s, $l) { 1 while sysread $s, my $x, 100; close $s }'
# Not by c and o: the process itself is to be the job that is killed at the end.
nsenter --net --target "$inside" perl -e "$serve" 443 >"$ready" & read -r _ <"$ready"
nsenter --net --target "$outside" perl -e "$serve" 80 >"$ready" & read -r _ <"$ready"
# connect SOURCE ADDRESS PORT: a connection that is closed in order; fails after two seconds.
connect='use Socket; my ($from, $to, $port) = @ARGV; socket my $s, AF_INET, SOCK_STREAM, 0; bind $s, pack_sockaddr_in(0, inet_aton($from)) or die $!; alarm 2; connect $s, pack_sockaddr_in($port, inet_aton($to)) or die $!; syswrite $s, "hello"; shutdown $s, 1; sysread $s, my $x, 100'
# datagrams SOURCE ADDRESS PORT COUNT
datagrams='use Socket; my ($from, $to, $port, $count) = @ARGV; socket my $s, AF_INET, SOCK_DGRAM, 0; bind $s, pack_sockaddr_in(0, inet_aton($from)) or die $!; send $s, "x", 0, pack_sockaddr_in($port, inet_aton($to)) for 1 .. $count'
# Both sides know their neighbours now, and no timer has to ask.
o ping -c 1 -W 2 192.0.2.1 >/dev/null
c ping -c 1 -W 2 172.18.0.1 >/dev/null
echo "= $$"
while IFS= read -r line; do
    eval "$line" </dev/null 2>&1
    echo "= $?"
done
