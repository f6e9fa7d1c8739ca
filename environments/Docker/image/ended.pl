#!/usr/bin/perl
# hooktrail-ended PROCESS...: prints the processes that have ended, and those whose standard input has no writer any
# more. Standard input is the pipe through which a run speaks to its container. The kernel reports whether the pipe has
# a writer, even while the process is busy. A process that this user may not inspect is not printed.
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
