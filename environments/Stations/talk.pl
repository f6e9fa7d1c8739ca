#!/usr/bin/perl
# Sends and listens for the stations of a lab, which are containers or network namespaces, in one long-lived process. It
# uses no module beyond Debian's perl-base, and needs no right to send from ordinary sockets. Only `arp`, `raw`, `at`
# and, if ping_group_range is closed, `icmp` need more.
#
# Standard input has one command a line. The second word is an id that the caller chooses; every line
# about the command begins with it:
#
#   listen ID tcp|udp 4|6 PORT TOS [ADDRESS|-] [mute]   ID listening PORT; for each: ID heard ADDRESS PORT BYTES NUMBER
#   mark ID|* TOS                                       ID marked: the listener's answers have this TOS from now on
#   stop ID                                             ID stopped
#   send ID tcp|udp|icmp|held 4|6 SOURCE|- DEST PORT SPORT TOS TTL COUNT SIZE TIMEOUT [BEFORE]
#   broadcast ID SOURCE|- DEST PORT SPORT TOS TTL COUNT SIZE
#   arp ID DEVICE SOURCE TARGET TIMEOUT
#   raw ID DEVICE HEX
#                                                       ID done LOCAL 1=answered 2=timeout ...
#   hold ID 4|6 SOURCE PORT DEST DPORT TOS              ID holding: this end of an open connection; it echoes once
#   know ID tcp|udp|icmp 4|6 SOURCE SPORT DEST PORT SEEN_SOURCE SEEN_DEST SEEN_PORT MARK
#                                                       ID knows: conntrack has the connection, and NAT as it was seen
#   sync ID [TOS]                                       ID synced: all that had arrived is reported; then `mark * TOS`
#   quit                                                ends the program, as the end of the input does
#   at PID COMMAND                                      a command with sockets in the network namespace of PID
#
# NUMBER is the number in the datagram's first octet, modulo 256; for a connection it is 1. BEFORE is the number of
# packets of the same flow that earlier commands have sent: numbering goes on from there. LOCAL is the source port, or
# the identifier of echoes. The fate of a packet is answered, sent (it expects no answer), timeout, refused, reset,
# unreachable:ERRNO or failed:ERRNO. The next packet goes out after the answer to the previous one, or after TIMEOUT
# milliseconds. An invalid command gets one line: ID error WHY (the id is - if there is none).
#
# A TCP listener writes nothing and closes when its client has: SYN, SYN-ACK, ACK, data, FIN, and the FIN of the
# reply. `held` sends data in a connection that is open at its two ends without a packet, and ends it so too; `hold`
# makes the other end, and has to come first. A UDP listener echoes from the address that it is bound to; if it is bound
# to none, the kernel uses the address that the route back prefers.

use strict;
use warnings;
use Errno qw(EAGAIN EINTR EINPROGRESS ECONNREFUSED ECONNRESET EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENOPROTOOPT EPROTO EACCES EPERM ENOBUFS);
use Socket qw(:DEFAULT inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6 SOCK_NONBLOCK SO_REUSEADDR SO_BROADCAST IPPROTO_TCP IPPROTO_UDP);

use constant {
    IPPROTO_IP => 0, IPPROTO_ICMP => 1, IPPROTO_IPV6 => 41, IPPROTO_ICMPV6 => 58,
    IP_TOS => 1, IP_TTL => 2, IP_RECVERR => 11,
    IPV6_UNICAST_HOPS => 16, IPV6_RECVERR => 25, IPV6_V6ONLY => 26, IPV6_TCLASS => 67,
    TCP_QUICKACK => 12, TCP_REPAIR => 19, TCP_REPAIR_QUEUE => 20, TCP_QUEUE_SEQ => 21, TCP_REPAIR_WINDOW => 29,
    AF_PACKET => 17, ETH_P_ARP => 0x0806, SIOCGIFINDEX => 0x8933, SIOCGIFHWADDR => 0x8927,
    LONGEST => 65535,
    SENDER => 1000, RECEIVER => 5000,    # the numbers of the bytes that each end of a restored connection sends first
};

$SIG{PIPE} = 'IGNORE';

# The open sockets, by file number: each has its socket, the functions to call when it is readable or
# writable, and its deadline, if any.
my %open;
my %listener;
my $now = 0;    # seconds spent waiting: perl-base has no finer clock, and the work itself takes microseconds
my $input = '';
my $ending = 0;

sub say_line { my $line = join(' ', @_) . "\n"; syswrite(STDOUT, $line) // exit 1 }

sub watch { my ($item) = @_; $open{ fileno $item->{socket} } = $item; return $item }

# A connection that was restored ends without a packet.
sub forget {
    my ($item) = @_;
    delete $open{ fileno $item->{socket} };
    setsockopt($item->{socket}, IPPROTO_TCP, TCP_REPAIR, pack('i', 1)) if $item->{restored};
    close $item->{socket};
}

# --- addresses and options

sub family { $_[0] eq '6' ? AF_INET6 : AF_INET }

sub address {
    my ($version, $text, $port) = @_;
    my $any = $version eq '6' ? '::' : '0.0.0.0';
    my $octets = inet_pton(family($version), $text eq '-' ? $any : $text) // die "\"$text\" is no address of IPv$version\n";
    return $version eq '6' ? pack_sockaddr_in6($port, $octets) : pack_sockaddr_in($port, $octets);
}

sub printed {
    my ($version, $name) = @_;
    return ('-', 0) unless length($name // '');
    my ($port, $octets) = $version eq '6' ? unpack_sockaddr_in6($name) : unpack_sockaddr_in($name);
    return (inet_ntop(family($version), $octets), $port);
}

sub option { my ($socket, $level, $name, $value) = @_; setsockopt($socket, $level, $name, pack('i', $value)) or die failure('setsockopt') }

sub failure { my ($what) = @_; return "$what: " . name_of($!) . "\n" }

sub name_of {
    my ($error) = @_;
    for my $name (keys %!) { return $name if $error == Errno->can($name)->() }
    return 'E' . ($error + 0);
}

sub mark {
    my ($socket, $version, $tos) = @_;
    $version eq '6' ? option($socket, IPPROTO_IPV6, IPV6_TCLASS, $tos) : option($socket, IPPROTO_IP, IP_TOS, $tos);
}

sub made {
    my ($version, $type, $protocol) = @_;
    # By the flag: the method would need the module IO::Handle, which perl would read at each start.
    socket(my $socket, family($version), $type | SOCK_NONBLOCK, $protocol) or die failure('socket');
    option($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    option($socket, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $version eq '6' && $type != SOCK_RAW && $protocol != IPPROTO_ICMPV6;
    return $socket;
}

sub number {
    my ($text, $least, $most, $what) = @_;
    die "$what is a number from $least to $most, not \"" . ($text // '') . "\"\n"
        unless defined $text && $text =~ /^[0-9]{1,9}$/ && $text >= $least && $text <= $most;
    return $text + 0;
}

# --- namespaces: a socket stays in the namespace in which it was created, even after the process has moved on

use constant CLONE_NEWNET => 0x40000000;    # <linux/sched.h>
my %setns = (x86_64 => 308, aarch64 => 268, riscv64 => 268);    # <asm/unistd.h>
my %namespace;    # by process id, an open file of each namespace that a command has used
my $here = 'self';

sub namespace_of { open my $file, '<', "/proc/$_[0]/ns/net" or die "there is no process $_[0]: " . name_of($!) . "\n"; return $file }

sub enter {
    my ($process) = @_;
    return if $process eq $here;
    $namespace{self} //= namespace_of('self');
    my $file = $namespace{$process} //= namespace_of($process);
    require Config;
    no warnings 'once';
    my ($machine) = $Config::Config{archname} =~ /^([^-]+)/;
    my $setns = $setns{$machine} // die "the number of setns on $machine is not known\n";
    syscall($setns, fileno $file, CLONE_NEWNET) == 0 or die failure('setns');
    $here = $process;
}

# --- listening

sub listen_to {
    my ($id, $protocol, $version, $port, $tos, $address, $mute) = @_;
    die "$id listens already\n" if $listener{$id};
    die "listen wants tcp or udp, and 4 or 6\n" unless ($protocol // '') =~ /^(tcp|udp)$/ && ($version // '') =~ /^[46]$/;
    my $tcp = $protocol eq 'tcp';
    $port = number($port, 0, 65535, 'PORT');
    my $socket = made($version, $tcp ? SOCK_STREAM : SOCK_DGRAM, $tcp ? IPPROTO_TCP : IPPROTO_UDP);
    mark($socket, $version, number($tos, 0, 255, 'TOS'));
    bind($socket, address($version, $address // '-', $port)) or die failure('bind');
    listen($socket, 128) or die failure('listen') if $tcp;
    my $item = { id => $id, socket => $socket, version => $version, mute => defined $mute };
    $item->{readable} = $tcp ? \&accept_from : \&echo;
    $listener{$id} = watch($item);
    say_line($id, 'listening', (printed($version, getsockname $socket))[1]);
}

sub echo {
    my ($item) = @_;
    while (defined(my $from = recv($item->{socket}, my $data, LONGEST, 0))) {
        say_line($item->{id}, 'heard', printed($item->{version}, $from), length $data, length $data ? ord $data : 0);
        send($item->{socket}, $data, 0, $from) unless $item->{mute};
    }
}

sub accept_from {
    my ($item) = @_;
    while (my $from = accept(my $socket, $item->{socket})) {
        watch({ id => $item->{id}, socket => $socket, version => $item->{version}, from => $from, bytes => 0, readable => \&hear_out, served => 1 });
    }
}

# Reads only once, because this socket blocks: now it has bytes, or its end.
sub hear_out {
    my ($item) = @_;
    my $read = sysread($item->{socket}, my $data, LONGEST);
    return if !defined $read && ($! == EAGAIN || $! == EINTR);
    $item->{bytes} += $read // 0;
    return if $read;
    say_line($item->{id}, 'heard', printed($item->{version}, $item->{from}), $item->{bytes}, 1);
    forget($item);
}

sub mark_all {
    my ($id, $tos) = @_;
    die "$id does not listen\n" unless $id eq '*' || $listener{$id};
    mark_each($tos, $id eq '*' ? values %listener : $listener{$id});
    say_line($id, 'marked');
}

sub mark_each {
    my ($tos, @listeners) = @_;
    $tos = number($tos, 0, 255, 'TOS');
    mark($_->{socket}, $_->{version}, $tos) for @listeners;
}

sub stop {
    my ($id) = @_;
    my $item = delete $listener{$id} // die "$id does not listen\n";
    forget($item);
    say_line($id, 'stopped');
}

# --- sending: one packet at a time, the next after the fate of this one is known

my %how = (
    tcp  => { type => SOCK_STREAM, protocol => { 4 => IPPROTO_TCP, 6 => IPPROTO_TCP }, start => \&tcp_start },
    udp  => { type => SOCK_DGRAM, protocol => { 4 => IPPROTO_UDP, 6 => IPPROTO_UDP }, start => \&udp_start },
    icmp => { type => SOCK_DGRAM, protocol => { 4 => IPPROTO_ICMP, 6 => IPPROTO_ICMPV6 }, start => \&icmp_start },
    held => { type => SOCK_STREAM, protocol => { 4 => IPPROTO_TCP, 6 => IPPROTO_TCP }, start => \&held_start },
);

sub send_to {
    my ($id, $protocol, $version, $source, $dest, $port, $sport, $tos, $ttl, $count, $size, $timeout, $before) = @_;
    my $how = $how{ $protocol // '' } // die "send wants tcp, udp, icmp or held\n";
    die "send wants 4 or 6\n" unless ($version // '') =~ /^[46]$/;
    $port = number($port, 0, 65535, 'PORT');
    $sport = number($sport, 0, 65535, 'SPORT');
    $size = number($size, $protocol eq 'tcp' ? 0 : 1, 65000, 'SIZE');
    $count = number($count, 1, $protocol =~ /^(tcp|held)$/ ? 1 : 65535, 'COUNT');
    $timeout = number($timeout, 1, 600_000, 'TIMEOUT') / 1000;
    $before = number($before // 0, 0, 255, 'BEFORE');
    my $to = address($version, $dest // '', $protocol eq 'icmp' ? 0 : $port);
    my ($socket, $raw) = client($how, $version);
    my $item = {
        id => $id, socket => $socket, version => $version, count => $count, size => $size, timeout => $timeout,
        restored => $protocol eq 'held', start => $how->{start}, to => $to, raw => $raw, number => 0, before => $before, fates => [], identifier => $raw ? $sport || $$ & 0xFFFF : undef,
    };
    eval {
        dress($socket, $version, $tos, $ttl);
        $version eq '6' ? option($socket, IPPROTO_IPV6, IPV6_RECVERR, 1) : option($socket, IPPROTO_IP, IP_RECVERR, 1);
        option($socket, IPPROTO_TCP, TCP_REPAIR, 1) if $item->{restored};
        bind($socket, address($version, $source, $raw ? 0 : $sport)) or die failure('bind');
        restore($socket, $to, SENDER, RECEIVER) if $item->{restored};
        1;
    } or do { my $why = $@; close $socket; die $why };
    watch($item);
    # An error of connect is the fate of the first packet: nothing was sent, and no later packet could be.
    if ($protocol eq 'udp' && !connect($socket, $to)) { return fate($item, fate_of($!), 1) }
    next_packet($item);
}

# Echoes need no right if ping_group_range is open, as in containers; otherwise they need the right to a raw socket.
sub client {
    my ($how, $version) = @_;
    my $protocol = $how->{protocol}{$version};
    my $socket = eval { made($version, $how->{type}, $protocol) };
    return ($socket, 0) if $socket;
    die $@ unless $how->{start} == \&icmp_start && ($! == EACCES || $! == EPERM);
    return (made($version, SOCK_RAW, $protocol), 1);
}

sub dress {
    my ($socket, $version, $tos, $ttl) = @_;
    mark($socket, $version, number($tos, 0, 255, 'TOS'));
    $ttl = number($ttl, 1, 255, 'TTL');
    $version eq '6' ? option($socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, $ttl) : option($socket, IPPROTO_IP, IP_TTL, $ttl);
}

sub next_packet {
    my ($item) = @_;
    return done($item) if $item->{number} >= $item->{count};
    $item->{number}++;
    $item->{deadline} = $now + $item->{timeout};
    $item->{start}->($item);
}

sub fate {
    my ($item, $word, $last) = @_;
    delete $item->{denied};
    my $number = $item->{number} || 1;
    push @{ $item->{fates} }, "$number=$word";
    return $last ? done($item) : next_packet($item);
}

sub done {
    my ($item) = @_;
    my $local = $item->{local} // $item->{identifier} // (printed($item->{version}, getsockname $item->{socket}))[1];
    forget($item);
    say_line($item->{id}, 'done', $local, @{ $item->{fates} });
}

sub fate_of {
    my ($error) = @_;
    return 'refused' if $error == ECONNREFUSED;
    return 'reset' if $error == ECONNRESET;
    return 'unreachable:' . name_of($error)
        if grep { $error == $_ } EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, ENOPROTOOPT, EPROTO, EACCES;
    return 'failed:' . name_of($error);
}

sub tcp_start {
    my ($item) = @_;
    $item->{writable} = \&tcp_connected;
    return if connect($item->{socket}, $item->{to}) || $! == EINPROGRESS;
    fate($item, fate_of($!));
}

sub tcp_connected {
    my ($item) = @_;
    delete $item->{writable};
    my $error = unpack('i', getsockopt($item->{socket}, SOL_SOCKET, SO_ERROR) // pack('i', 0));
    return fate($item, fate_of($error)) if $error;
    # Nothing is in flight, so these bytes leave as a separate segment, before the FIN.
    !$item->{size} or defined syswrite($item->{socket}, 'x' x $item->{size}) or return fate($item, fate_of($!));
    shutdown($item->{socket}, 1);
    $item->{readable} = \&tcp_readable;
}

sub tcp_readable {
    my ($item) = @_;
    my $read = sysread($item->{socket}, my $data, LONGEST);
    return if !defined $read && ($! == EAGAIN || $! == EINTR);
    return fate($item, defined $read ? 'answered' : fate_of($!)) unless $read;
}

# --- connections that are open from the beginning, as a process that was restored has them (TCP_REPAIR): no segment
# opens them. It needs CAP_NET_ADMIN.

# The socket is in repair and bound.
sub restore {
    my ($socket, $to, $sends, $takes) = @_;
    for ([ 2, $sends ], [ 1, $takes ]) {    # TCP_SEND_QUEUE, TCP_RECV_QUEUE
        option($socket, IPPROTO_TCP, TCP_REPAIR_QUEUE, $_->[0]);
        option($socket, IPPROTO_TCP, TCP_QUEUE_SEQ, $_->[1]);
    }
    option($socket, IPPROTO_TCP, TCP_REPAIR_QUEUE, 0);
    connect($socket, $to) or die failure('connect');
    setsockopt($socket, IPPROTO_TCP, TCP_REPAIR_WINDOW, pack('L5', $takes, (LONGEST) x 3, $takes)) or die failure('setsockopt');
    option($socket, IPPROTO_TCP, TCP_REPAIR, -1);    # without a probe of the window
    option($socket, IPPROTO_TCP, TCP_QUICKACK, 0);    # the acknowledgement goes with the answer
}

sub hold {
    my ($id, $version, $source, $port, $dest, $dport, $tos) = @_;
    die "hold wants 4 or 6\n" unless ($version // '') =~ /^[46]$/;
    my $to = address($version, $dest // '', number($dport, 1, 65535, 'DPORT'));
    my $socket = made($version, SOCK_STREAM, IPPROTO_TCP);
    mark($socket, $version, number($tos, 0, 255, 'TOS'));
    option($socket, IPPROTO_TCP, TCP_REPAIR, 1);
    bind($socket, address($version, $source, number($port, 1, 65535, 'PORT'))) or die failure('bind');
    restore($socket, $to, RECEIVER, SENDER);
    watch({ id => $id, socket => $socket, version => $version, from => $to, restored => 1, readable => \&echo_once });
    say_line($id, 'holding');
}

sub echo_once {
    my ($item) = @_;
    my $read = sysread($item->{socket}, my $data, LONGEST);
    return if !defined $read && ($! == EAGAIN || $! == EINTR);
    say_line($item->{id}, 'heard', printed($item->{version}, $item->{from}), $read, 1) if $read;
    syswrite($item->{socket}, $data) if $read;
    forget($item);
}

sub held_start {
    my ($item) = @_;
    defined syswrite($item->{socket}, 'x' x $item->{size}) or return fate($item, fate_of($!));
    $item->{readable} = \&held_readable;
}

sub held_readable {
    my ($item) = @_;
    my $read = sysread($item->{socket}, my $data, LONGEST);
    return if !defined $read && ($! == EAGAIN || $! == EINTR);
    fate($item, $read ? 'answered' : defined $read ? 'reset' : fate_of($!));
}

# --- conntrack: an entry as the kernel takes it from its netlink interface (include/uapi/linux/netfilter/
# nfnetlink_conntrack.h). It needs CAP_NET_ADMIN.

use constant { AF_NETLINK => 16, NETLINK_NETFILTER => 12, IPCTNL_MSG_CT_NEW => 0x0100 };

sub attribute { my ($type, $data) = @_; return pack('SS', 4 + length $data, $type) . $data . "\0" x (-length($data) & 3) }

sub nested { my ($type, @inner) = @_; return attribute($type | 0x8000, join '', @inner) }

sub tuple {
    my ($type, $protocol, $source, $sport, $dest, $port) = @_;
    my $six = length $source == 16;
    return nested($type,
        nested(1, attribute($six ? 3 : 1, $source), attribute($six ? 4 : 2, $dest)),
        nested(2, attribute(1, pack 'C', $protocol),
            $protocol == IPPROTO_TCP || $protocol == IPPROTO_UDP
            ? (attribute(2, pack 'n', $sport), attribute(3, pack 'n', $port))
            # Of echoes the ports are their identifier and type.
            : (attribute($six ? 7 : 4, pack 'n', $sport), attribute($six ? 8 : 5, pack 'C', $port), attribute($six ? 9 : 6, "\0"))));
}

# What NAT makes of one end.
sub nat { my ($type, $address, $port) = @_; my @at = length $address == 16 ? (4, 5) : (1, 2);
    return nested($type, (map { attribute($_, $address) } @at), defined $port ? nested(3, map { attribute($_, pack 'n', $port) } 1, 2) : ()) }

sub know {
    my ($id, $name, $version, $source, $sport, $dest, $port, $seen_source, $seen_dest, $seen_port, $mark) = @_;
    my $protocol = ($how{ $name // '' } // die "know wants tcp, udp or icmp\n")->{protocol}{ $version // '' } // die "know wants 4 or 6\n";
    my ($from, $to, $seen_from, $seen_to) =
        map { inet_pton(family($version), $_) // die "\"$_\" is no address of IPv$version\n" } $source, $dest, $seen_source, $seen_dest;
    my $echo = $protocol != IPPROTO_TCP && $protocol != IPPROTO_UDP;
    ($port, $seen_port) = ($version eq '6' ? (128, 128) : (8, 8)) if $echo;
    my @answer = $echo ? ($sport, $version eq '6' ? 129 : 0) : ($port, $sport);
    my $status = 2 | 8 | ($protocol == IPPROTO_TCP ? 4 : 0);    # IPS_SEEN_REPLY, IPS_CONFIRMED, IPS_ASSURED
    my $body = pack('CCn', family($version), 0, 0) . tuple(1, $protocol, $from, $sport, $to, $port) . tuple(2, $protocol, $to, $answer[0], $from, $answer[1])
        . attribute(3, pack 'N', $status) . attribute(7, pack 'N', 600) . attribute(8, pack 'N', $mark);
    # Established; conntrack has not seen its window (IP_CT_TCP_FLAG_BE_LIBERAL).
    $body .= nested(4, nested(1, attribute(1, "\3"), map { attribute($_, "\x08\x08") } 4, 5)) if $protocol == IPPROTO_TCP;
    $body .= nat(6, $seen_from, $echo ? undef : $sport) if $seen_from ne $from;
    $body .= nat(13, $seen_to, $echo ? undef : $seen_port) if $seen_to ne $to || $seen_port != $port;
    socket(my $netlink, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) or die failure('socket');
    # NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE
    defined send($netlink, pack('LSSLL', 16 + length $body, IPCTNL_MSG_CT_NEW, 0x1 | 0x4 | 0x200 | 0x400, 1, 0) . $body, 0) or die failure('send');
    defined recv($netlink, my $reply, LONGEST, 0) or die failure('recv');
    $! = -unpack('x16l', $reply);
    die failure('conntrack') if $! + 0;
    say_line($id, 'knows');
}

# --- what datagrams and echoes carry

# The number that a packet carries for its receiver.
sub number_in { my ($item) = @_; return $item->{before} + $item->{number} }

sub udp_start { my ($item) = @_; dispatch($item, chr(number_in($item) & 0xFF) x $item->{size}) }

sub icmp_start {
    my ($item) = @_;
    my $type = $item->{version} eq '6' ? 128 : 8;
    my $echo = pack('CCnnn', $type, 0, 0, $item->{identifier} // 0, number_in($item)) . 'x' x $item->{size};
    # The kernel fills in the checksum, except in raw packets of IPv4.
    substr($echo, 2, 2) = pack('n', checksum($echo)) if $item->{raw} && $item->{version} eq '4';
    dispatch($item, $echo);
}

sub dispatch {
    my ($item, $data) = @_;
    $item->{readable} = \&answer;
    # A pending error belongs to an earlier packet, whose time is over. The first send returns it;
    # the second one sends this packet.
    for (1, 2) {
        # A number identifies the answer to an echo, from any sender. A datagram's answer must come from the address
        # that the socket is connected to.
        my $sent = $item->{start} == \&icmp_start ? send($item->{socket}, $data, 0, $item->{to}) : send($item->{socket}, $data, 0);
        return if defined $sent;
        # A rule of this host stopped the packet. If that rule also rejects, the reason arrives like an answer.
        return $item->{denied} = fate_of($!) if $! == EPERM || $! == ENOBUFS;
        next if $_ == 1 && unpack('i', getsockopt($item->{socket}, SOL_SOCKET, SO_ERROR) // '') && $item->{number} > 1;
        return fate($item, fate_of($!));
    }
}

sub answer {
    my ($item) = @_;
    while (1) {
        my $from = recv($item->{socket}, my $data, LONGEST, 0);
        if (!defined $from) {
            return if $! == EAGAIN || $! == EINTR;
            my $error = fate_of($!);
            drain_errors($item);
            return fate($item, $error);
        }
        return fate($item, 'answered') if is_answer($item, $data);
    }
}

# With IP_RECVERR the kernel queues each error in addition to the errno; while the queue has
# entries, the socket stays readable.
sub drain_errors {
    my ($item) = @_;
    1 while defined recv($item->{socket}, my $data, LONGEST, MSG_ERRQUEUE);
    getsockopt($item->{socket}, SOL_SOCKET, SO_ERROR);
}

sub is_answer {
    my ($item, $data) = @_;
    return $data eq chr(number_in($item) & 0xFF) x $item->{size} if $item->{start} == \&udp_start;
    $data = substr($data, (ord($data) & 15) * 4) if $item->{raw} && $item->{version} eq '4';
    return 0 if length $data < 8;
    my ($type, undef, undef, $id, $number) = unpack('CCnnn', $data);
    return $type == ($item->{version} eq '6' ? 129 : 0) && $number == number_in($item) && (!$item->{raw} || $id == $item->{identifier});
}

sub checksum {
    my ($data) = @_;
    my $sum = unpack('%32n*', length($data) % 2 ? $data . "\0" : $data);
    $sum = ($sum >> 16) + ($sum & 0xFFFF) while $sum >> 16;
    return ~$sum & 0xFFFF;
}

sub broadcast {
    my ($id, $source, $dest, $port, $sport, $tos, $ttl, $count, $size) = @_;
    my $to = address('4', $dest // '', number($port, 1, 65535, 'PORT'));
    my $socket = made('4', SOCK_DGRAM, IPPROTO_UDP);
    option($socket, SOL_SOCKET, SO_BROADCAST, 1);
    dress($socket, '4', $tos, $ttl);
    bind($socket, address('4', $source, number($sport, 0, 65535, 'SPORT'))) or die failure('bind');
    $size = number($size, 1, 65000, 'SIZE');
    my @fates = map {
        "$_=" . (defined send($socket, chr($_ & 0xFF) x $size, 0, $to) ? 'sent' : fate_of($!))
    } 1 .. number($count, 1, 65535, 'COUNT');
    my $local = (printed('4', getsockname $socket))[1];
    close $socket;
    say_line($id, 'done', $local, @fates);
}

# --- frames; they need the right to raw sockets (CAP_NET_RAW)

sub packet_socket {
    my ($device, $protocol) = @_;
    socket(my $socket, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, unpack('S', pack('n', $protocol))) or die failure('socket');
    my $request = pack('a16x24', $device // '');
    ioctl($socket, SIOCGIFINDEX, $request) or die "no device \"$device\": " . name_of($!) . "\n";
    my $index = unpack('x16i', $request);
    bind($socket, pack('SniSCCx8', AF_PACKET, $protocol, $index, 0, 0, 0)) or die failure('bind');
    return $socket;
}

sub raw {
    my ($id, $device, $hex) = @_;
    die "HEX is a frame of at least 14 octets\n" unless ($hex // '') =~ /^(?:[0-9a-fA-F]{2}){14,}$/;
    my $socket = packet_socket($device, 0);
    my $word = defined send($socket, pack('H*', $hex), 0) ? 'sent' : fate_of($!);
    close $socket;
    say_line($id, 'done', 0, "1=$word");
}

sub arp {
    my ($id, $device, $source, $target, $timeout) = @_;
    my @ip = map { inet_pton(AF_INET, $_ // '') // die "arp wants SOURCE and TARGET addresses of IPv4\n" } $source, $target;
    $timeout = number($timeout, 1, 600_000, 'TIMEOUT') / 1000;
    my $socket = packet_socket($device, ETH_P_ARP);
    my $request = pack('a16x24', $device);
    ioctl($socket, SIOCGIFHWADDR, $request) or die failure('SIOCGIFHWADDR');
    my $mac = substr($request, 18, 6);
    my $frame = "\xFF" x 6 . $mac . pack('n nnCCn', ETH_P_ARP, 1, 0x0800, 6, 4, 1) . $mac . $ip[0] . "\0" x 6 . $ip[1];
    my $item = watch({
        id => $id, socket => $socket, version => '4', count => 1, number => 1, fates => [], deadline => $now + $timeout,
        readable => \&arp_answer, target => $ip[1], local => 0,
    });
    fate($item, fate_of($!)) unless defined send($socket, $frame, 0);
}

sub arp_answer {
    my ($item) = @_;
    while (defined recv($item->{socket}, my $frame, LONGEST, 0)) {
        next if length $frame < 42;
        my ($operation, $sender) = unpack('x20 n x6 a4', $frame);
        return fate($item, 'answered') if $operation == 2 && $sender eq $item->{target};
    }
}

# --- the loop

my %verb = (
    listen => \&listen_to, mark => \&mark_all, stop => \&stop, send => \&send_to,
    hold => \&hold, know => \&know, broadcast => \&broadcast, arp => \&arp, raw => \&raw, sync => \&sync,
);

sub obey {
    my ($line) = @_;
    my ($verb, @words) = split ' ', $line;
    return unless defined $verb;
    return $ending = 1 if $verb eq 'quit';
    my $place = 'self';
    ($place, $verb, @words) = @words if $verb eq 'at';
    my $id = $words[0] // '-';
    eval {
        my $do = $verb{ $verb // '' } // die "unknown command\n";
        die "$verb wants an id\n" unless @words;
        enter($place eq 'self' ? $place : number($place, 1, 999_999_999, 'PID'));
        local $SIG{__WARN__} = sub { die "too few words\n" };
        $do->(@words);
        1;
    } or do {
        my $why = $@;
        $why =~ s/[^\x20-\x7E]+/ /g;
        $id = '-' unless $id =~ /^[\x21-\x7E]{1,64}$/;
        say_line($id, 'error', $why =~ s/\s+$//r);
    };
}

# Serves the listeners until none has anything to read; answers to this station's packets are taken meanwhile.
sub sync {
    my ($id, $tos) = @_;
    1 while turn(0, 1);
    mark_each($tos, values %listener) if defined $tos;
    say_line($id, 'synced');
}

sub turn {
    my ($longest, $no_commands) = @_;
    my ($reading, $writing) = ('', '');
    vec($reading, fileno(STDIN), 1) = 1 unless $no_commands;
    my $wait = $longest;
    for my $file (keys %open) {
        my $item = $open{$file};
        vec($reading, $file, 1) = 1 if $item->{readable};
        vec($writing, $file, 1) = 1 if $item->{writable};
        next unless defined $item->{deadline};
        my $left = $item->{deadline} - $now;
        $wait = $left < 0 ? 0 : $left if $left < $wait;
    }
    my ($found, $left) = select(my $readable = $reading, my $writable = $writing, undef, $wait);
    $now += $wait - ($left // 0) if $wait;
    if (($found // 0) > 0) {
        for my $file (keys %open) {
            my $item = $open{$file} // next;
            $item->{writable}->($item) if $item->{writable} && vec($writable, $file, 1);
            next unless ($open{$file} // 0) == $item;
            $item->{readable}->($item) if $item->{readable} && vec($readable, $file, 1);
        }
    }
    for my $item (values %{ { %open } }) {
        next unless defined $item->{deadline} && $item->{deadline} <= $now && ($open{ fileno($item->{socket}) // -1 } // 0) == $item;
        fate($item, $item->{denied} // 'timeout');
    }
    return $found > 0 if $no_commands;
    if (($found // 0) > 0 && vec($readable, fileno(STDIN), 1)) {
        my $read = sysread(STDIN, $input, LONGEST, length $input);
        return $ending = 1 if defined $read && !$read;
        while (!$ending && $input =~ s/^([^\n]*)\n//) { obey($1) }
        if (length $input > LONGEST) { $input = ''; say_line('-', 'error', 'the line is too long') }
    }
    return 1;
}

turn(3600) until $ending;
