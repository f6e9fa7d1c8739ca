#!/usr/bin/perl
# hooktrail-ended PROCESS...: prints those of the processes that have ended, or whose standard input has. It is the pipe through which a run
# speaks to its container; the kernel tells whether anybody can still write to it, whatever the process is doing. Of one that may not be
# looked into nothing is known, and it is not printed.
use strict;
use warnings;
use Errno qw(ENOENT);
use IO::Poll qw(POLLHUP);

for my $process (@ARGV) {
    if (open my $input, '<', "/proc/$process/fd/0") {
        my $poll = IO::Poll->new;
        $poll->mask($input => POLLHUP);
        print "$process\n" if $poll->poll(0) > 0 && $poll->events($input) & POLLHUP;
    }
    elsif ($! == ENOENT) { print "$process\n" }
}
