#!/usr/bin/perl
# hooktrail-kmsg: writes what comes into the kernel log from now on to standard output, in the background; it has begun when it returns.
#
# A packet is logged at dozens of hooks in one moment. All that has come is written at once, because what is between here and the reader (the Engine's
# shim, the Engine, a connection) costs by the piece. What the kernel overwrote before it was read is missing; the records' numbers tell.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR EPIPE);
use Fcntl qw(O_RDONLY O_NONBLOCK SEEK_END);

use constant { LONGEST_RECORD => 8192, ENOUGH => 1 << 15 };

sysopen(my $log, '/dev/kmsg', O_RDONLY | O_NONBLOCK) or die "/dev/kmsg: $!\n";
# What was logged earlier, by whomever, is of no use to a run.
sysseek($log, 0, SEEK_END) or die "/dev/kmsg: $!\n";

exit 0 if fork // die "fork: $!\n";
open STDERR, '>', '/dev/null';

while (1) {
    my $come = '';
    while (length $come < ENOUGH) {
        my $read = sysread $log, my $record, LONGEST_RECORD;
        if ($read) { $come .= $record }
        elsif (defined $read || $! == EAGAIN) { last }
        elsif ($! != EINTR && $! != EPIPE) { exit 1 }
    }
    while (length $come) {
        my $written = syswrite STDOUT, $come;
        if (defined $written) { substr $come, 0, $written, '' }
        elsif ($! != EINTR) { exit 1 }
    }
    vec(my $readable = '', fileno $log, 1) = 1;
    select $readable, undef, undef, undef;
}
