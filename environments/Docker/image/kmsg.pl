#!/usr/bin/perl
# hooktrail-kmsg: copies new records of the kernel log to standard output, in the background. When the command
# returns, the copying has begun.
#
# One packet is logged at dozens of hooks in one moment. All records that are ready are written at once, because the way
# to the reader (the Engine's shim, the Engine, a connection) costs per piece. Records that the kernel overwrote before
# they were read are missing; the records' numbers show that.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR EPIPE);
use Fcntl qw(O_RDONLY O_NONBLOCK SEEK_END);

use constant { LONGEST_RECORD => 8192, ENOUGH => 1 << 15 };

sysopen(my $log, '/dev/kmsg', O_RDONLY | O_NONBLOCK) or die "/dev/kmsg: $!\n";
# A run does not use records from before its start.
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
