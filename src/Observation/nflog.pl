#!/usr/bin/perl
# Reads a netfilter log group (nfnetlink_log) of its network namespace, and writes lines:
#   nflog.pl GROUP [ct] [trace]
#
#   group N       the group that it has bound: GROUP, or the first free one after it. This is the first line of its own
#   HEX           one logged packet: the netlink message without its header (struct nfgenmsg and the attributes NFULA_*)
#   trace HEX     one step of a packet that nf_tables traces, likewise (NFTA_TRACE_*), in its place between the packets
#   lost          the socket was full; some packets or steps are missing from here on
#   fence TOKEN   every packet that was logged before the command came is above this line
#
# Standard input has commands: `fence TOKEN`, and `trace on` and `trace off`, which begin and end what the argument `trace`
# does from the start. When the input ends, the program ends, which frees the group. With
# `ct`, messages contain conntrack's state of the packet, if the kernel has nf_conntrack_netlink. With `trace`, it reads
# what `nft monitor trace` reads, too: steps of the packets on which a rule of the namespace has set `meta nftrace`.
#
# The program needs CAP_NET_ADMIN over its network namespace, and only the part of perl that Debian calls perl-base.
use strict;
use warnings;
use Errno qw(EAGAIN EBUSY EINTR ENOBUFS EPERM);
use Socket qw(SOCK_RAW SOL_SOCKET SO_RCVBUF MSG_DONTWAIT);

# <linux/netlink.h>, <linux/netfilter/nfnetlink.h>, <linux/netfilter/nfnetlink_log.h>, <linux/netfilter/nf_tables.h>,
# <asm-generic/socket.h>.
use constant {
    AF_NETLINK => 16, NETLINK_NETFILTER => 12, SO_RCVBUFFORCE => 33,
    NLM_F_REQUEST => 1, NLM_F_ACK => 4, NLMSG_ERROR => 2,
    NFULNL_MSG_PACKET => 0x400, NFULNL_MSG_CONFIG => 0x401,
    NFULA_CFG_CMD => 1, NFULA_CFG_MODE => 2, NFULA_CFG_NLBUFSIZ => 3, NFULA_CFG_QTHRESH => 5, NFULA_CFG_FLAGS => 6,
    NFT_MSG_TRACE => 0xA11, NFNLGRP_NFTRACE => 9,
    SOL_NETLINK => 270, NETLINK_ADD_MEMBERSHIP => 1, NETLINK_DROP_MEMBERSHIP => 2,
    NFULNL_CFG_CMD_BIND => 1, NFULNL_COPY_PACKET => 2,
    NFULNL_CFG_F_SEQ => 1, NFULNL_CFG_F_SEQ_GLOBAL => 2, NFULNL_CFG_F_CONNTRACK => 4,
    # The number of bytes that a pipe takes without blocking after select has found it writable.
    PIPE_BUF => 4096,
    # More than 100,000 records. A reader that is so slow must not fill the host's memory; it gets `lost` instead.
    MOST_PENDING => 64 << 20,
};

my ($group, @more) = @ARGV;
my $ct = @more && $more[0] eq 'ct' && shift @more;
my $trace = @more && $more[0] eq 'trace' && shift @more;
die "usage: nflog.pl GROUP [ct] [trace]\n" unless ($group // '') =~ /^\d+$/ && !@more;

socket(my $log, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) or die "nflog.pl: no netlink socket: $!\n";
# One socket for both, so that a step has its place between the packets.
bind($log, pack 'S S L L', AF_NETLINK, 0, 0, $trace ? 1 << NFNLGRP_NFTRACE - 1 : 0) or die "nflog.pl: cannot bind the netlink socket: $!\n";

# Room for bursts. The second call is for root of a user namespace, whom the kernel limits to net.core.rmem_max.
setsockopt($log, SOL_SOCKET, SO_RCVBUFFORCE, pack 'i', 32 << 20) or setsockopt($log, SOL_SOCKET, SO_RCVBUF, pack 'i', 32 << 20);

my $number = 0;

sub attribute { my ($type, $value) = @_; pack 'S S a* x![4]', 4 + length $value, $type, $value }

# Sends a configuration message for the group; returns the number that identifies its acknowledgement.
sub configure {
    my $body = pack('C C n', 0, 0, $group) . join '', @_;
    $number++;
    send $log, pack('L S S L L', 16 + length $body, NFULNL_MSG_CONFIG, NLM_F_REQUEST | NLM_F_ACK, $number, 0) . $body, 0
        or die "nflog.pl: cannot speak to the kernel: $!\n";
    return $number;
}

# As configure, but waits for the answer, which comes at once; returns the error, 0 for none.
sub configured {
    my $wanted = configure(@_);
    while (1) {
        defined recv $log, my $answer, 65536, 0 or $!{ENOBUFS} or $!{EINTR} or die "nflog.pl: no answer from the kernel: $!\n";
        my (undef, $type, undef, $of, undef, $error) = unpack 'L S S L L l', $answer;
        return -$error if ($type // 0) == NLMSG_ERROR && $of == $wanted;
    }
}

# No record may come before `group N`, so the group is bound last, after all settings that
# the kernel accepts before that.
my $last = $group + 1000 > 0xFFFF ? 0xFFFF : $group + 1000;
# If another socket has the group, the kernel returns EPERM (net/netfilter/nfnetlink_log.c, nfulnl_recv_config), as it
# does if a right is missing.
until ((my $error = configured(attribute(NFULA_CFG_CMD, pack 'C', NFULNL_CFG_CMD_BIND))) == 0) {
    $! = $error;
    die "nflog.pl: cannot bind log group $group: $!\n" unless ($error == EBUSY || $error == EPERM) && $group < $last;
    $group++;
}

# One message at a time, in a buffer that fits it: the default reserves a page for each, and
# few pages fit into the socket.
my $mode = attribute(NFULA_CFG_MODE, pack 'N C x', 0xFFFF, NFULNL_COPY_PACKET);
my $size = attribute(NFULA_CFG_NLBUFSIZ, pack 'N', 128);
my $threshold = attribute(NFULA_CFG_QTHRESH, pack 'N', 1);
my @flags = map { attribute(NFULA_CFG_FLAGS, pack 'n', NFULNL_CFG_F_SEQ | NFULNL_CFG_F_SEQ_GLOBAL | $_) } NFULNL_CFG_F_CONNTRACK, 0;
my $error = configured($mode, $size, $threshold, $flags[$ct ? 0 : 1]);
# Without nf_conntrack_netlink the kernel refuses the flag, and the program works without it.
$error = configured($mode, $size, $threshold, $flags[1]) if $error && $ct;
$! = $error;
die "nflog.pl: cannot set up log group $group: $!\n" if $error;

my $pending = "group $group\n";    # output that waits to be written
my $commands = '';                 # input that was read, up to the end of a line
my %fences;                        # token, by the number of the message whose acknowledgement marks its place
my $overrun = 0;                   # the socket was full, and has not been empty since

# The acknowledgement of a configuration message is queued in the socket after every packet that was logged before.
sub fence { my ($token) = @_; $fences{configure($threshold)} = $token }

# Reads the socket's messages, one for each packet, and at most 1,000 of them, so that writing has its turn. After the
# socket was full, the kernel drops every message for it, acknowledgements included, until it is empty, and reports that
# only once (net/netlink/af_netlink.c, netlink_overrun). So all open fences are sent again then. Of two fences for one
# token, the second one counts.
sub receive {
    my $buffer;
    for (1 .. 1000) {
        if (!defined recv $log, $buffer, 65536, MSG_DONTWAIT) {
            if ($!{ENOBUFS}) {
                $pending .= "lost\n";
                $overrun = 1;
                next;
            }
            $!{EAGAIN} || $!{EINTR} or die "nflog.pl: cannot read log group $group: $!\n";
            return unless $overrun && $!{EAGAIN};
            $overrun = 0;
            fence($_) for map { delete $fences{$_} } sort { $a <=> $b } keys %fences;
            next;
        }
        my ($length, $type, undef, $of, undef, $error) = unpack 'L S S L L l', $buffer;
        if ($type == NFULNL_MSG_PACKET) {
            $pending .= unpack('H*', substr $buffer, 16, $length - 16) . "\n";
        } elsif ($type == NFT_MSG_TRACE) {
            $pending .= 'trace ' . unpack('H*', substr $buffer, 16, $length - 16) . "\n";
        } elsif ($type == NLMSG_ERROR && defined(my $token = delete $fences{$of})) {
            die "nflog.pl: the kernel refuses a fence in log group $group\n" if $error;
            $pending .= "fence $token\n";
        }
    }
}

sub obey {
    sysread STDIN, $commands, 65536, length $commands or exit 0;
    while ($commands =~ s/^(.*)\n//) {
        my $command = $1;
        if ($command =~ /^fence (\S+)$/) {
            fence($1);
        } elsif ($command =~ /^trace (on|off)$/) {
            setsockopt $log, SOL_NETLINK, $1 eq 'on' ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, pack 'i', NFNLGRP_NFTRACE
                or die "nflog.pl: cannot turn the trace $1: $!\n";
        } else {
            die "nflog.pl: unknown command \"$command\"\n";
        }
    }
}

$SIG{PIPE} = sub { exit 0 };
while (1) {
    my ($readable, $writable) = ('', '');
    vec($readable, fileno STDIN, 1) = 1;
    vec($readable, fileno $log, 1) = 1 if length $pending < MOST_PENDING;
    vec($writable, fileno STDOUT, 1) = 1 if length $pending;
    select($readable, $writable, undef, undef) >= 0 or next;
    receive() if vec $readable, fileno $log, 1;
    if (length $pending && vec $writable, fileno STDOUT, 1) {
        my $written = syswrite STDOUT, $pending, PIPE_BUF;
        substr $pending, 0, $written, '' if defined $written;
    }
    obey() if vec $readable, fileno STDIN, 1;
}
