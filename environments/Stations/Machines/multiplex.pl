#!/usr/bin/perl
# Starts processes for a caller on another machine that has only one connection: this program's standard input and
# output. Any number of processes, each with any number of pipes. It uses no module beyond Debian's perl-base.
#
# Both directions carry frames: CHANNEL and LENGTH (32 bits each, big-endian), then LENGTH bytes. Each pipe is a
# channel; a frame without bytes ends it. Channel 0 carries the messages of this program, one in each frame:
#
#   in:   start FIRST PIPES SETTINGS NAME=VALUE ... PROGRAM ARGUMENT ...
#                              (words end with NUL) starts a program. PIPES are descriptors as a shell writes them. In
#                              0<,1>,20< the process reads from 0 and 20, which are the channels FIRST and FIRST+2, and
#                              writes to 1, which is FIRST+1. SETTINGS is the number of NAME=VALUE words, which go
#                              to the environment. Standard error is this program's, unless it is a pipe
#         kill FIRST           sends SIGKILL
#   out:  started FIRST PID    the program runs; PID is its id in this program's pid namespace
#         failed FIRST WHY     the program did not start
#         ended FIRST STATUS   the process and all its descendants have ended. STATUS is the exit code, or 128 plus the
#                              signal's number if a signal killed it
#
# When standard input ends, the caller has ended or was killed, and this program ends. It must be process 1 of a pid
# namespace: then the kernel kills every process that it has started, and their namespaces end with them.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR);
use POSIX ();

use constant {
    F_DUPFD_CLOEXEC => 1030,    # <linux/fcntl.h>
    # Higher than every descriptor that a program may ask for.
    HIGH => 200,
    # If this many bytes wait to go to the caller, the processes' output is not read until some have gone.
    MOST_TO_SAY => 1 << 20,
    # A process that leaves this many bytes unread does not mean to read them.
    MOST_TO_READ => 64 << 20,
};

$SIG{PIPE} = 'IGNORE';
binmode $_ for *STDIN, *STDOUT;
STDOUT->blocking(0);

my ($heard, $to_say) = ('', '');
my %source;     # by file number, each source of input: its handle, and the function that takes the bytes
my %sink;       # by channel, each pipe to a process: its handle, its pending bytes, and whether its end is pending
my %process;    # by first channel: the process id, and the exit status after it is known
my %first;      # the first channel, by process id

sub frame { my ($channel, $bytes) = @_; $to_say .= pack('N N', $channel, length $bytes) . $bytes }

sub watch { my ($handle, $take) = @_; $source{ fileno $handle } = { handle => $handle, take => $take } }

# --- starting and ending

sub start {
    my ($first, $pipes, $settings, @words) = @_;
    my %setting = map { split /=/, $_, 2 } splice @words, 0, $settings;
    my (@theirs, @ours);
    for (split /,/, $pipes) {
        my ($descriptor, $direction) = /^(\d+)([<>])$/ or die "multiplex.pl: what is the pipe \"$_\"?\n";
        pipe(my $reader, my $writer) or return frame(0, "failed $first pipe: $!");
        push @theirs, [$descriptor, $direction eq '<' ? $reader : $writer];
        push @ours, [$direction, $direction eq '<' ? $writer : $reader];
    }
    # Every descendant of the process holds one end of this pipe, so the other end shows when all of them have ended.
    pipe(my $alive, my $living) or return frame(0, "failed $first pipe: $!");
    pipe(my $told, my $tell) or return frame(0, "failed $first pipe: $!");
    my $id = fork // return frame(0, "failed $first fork: $!");
    if (!$id) {
        close $told;
        eval { become(\@theirs, $living, \%setting, \@words) };
        syswrite $tell, $@;
        POSIX::_exit(127);
    }
    close $_ for $living, $tell, map { $_->[1] } @theirs;
    # Ends as soon as the program runs: exec closes the process's end.
    my $why = do { local $/; <$told> };
    if (length $why) {
        waitpid $id, 0;
        return frame(0, "failed $first $why");
    }

    ($process{$first}, $first{$id}) = ({ id => $id }, $first);
    watch($alive, sub { ended($first) unless defined $_[0] });
    for my $index (0 .. $#ours) {
        my ($direction, $handle) = @{ $ours[$index] };
        my $channel = $first + $index;
        $handle->blocking(0);
        if ($direction eq '<') { $sink{$channel} = { handle => $handle, pending => '' } }
        else { watch($handle, sub { frame($channel, $_[0] // '') }) }
    }
    frame(0, "started $first $id");
}

# Runs in the new process: puts each pipe where the program wants it, and executes the program.
sub become {
    my ($pipes, $living, $settings, $words) = @_;
    # Pipes of this program may have those numbers, so the copies first get high ones.
    my @high = map { [$_->[0], fcntl($_->[1], F_DUPFD_CLOEXEC, HIGH) || die "fcntl: $!\n"] } @$pipes, [19, $living];
    POSIX::dup2($_->[1], $_->[0]) // die "dup2: $!\n" for @high;
    $SIG{PIPE} = 'DEFAULT';
    @ENV{ keys %$settings } = values %$settings;
    no warnings 'exec';
    exec { $words->[0] } @$words or die "$!\n";
}

sub reap {
    while ((my $id = waitpid -1, POSIX::WNOHANG) > 0) {
        my $first = delete $first{$id} // next;
        $process{$first}{status} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    }
}

sub ended {
    my ($first) = @_;
    my $process = delete $process{$first};
    # The process has closed its pipes and is about to end.
    if (!defined $process->{status} && delete $first{ $process->{id} }) {
        waitpid $process->{id}, 0;
        $process->{status} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    }
    frame(0, "ended $first $process->{status}");
}

# --- the connection

sub obey {
    my ($message) = @_;
    my ($command, @words) = split /\0/, $message, -1;
    pop @words;
    if ($command eq 'start') { start(@words) }
    elsif ($command eq 'kill') { kill KILL => $process{ $words[0] }{id} if $process{ $words[0] } && !defined $process{ $words[0] }{status} }
    else { die "multiplex.pl: unknown command \"$command\"\n" }
}

sub hear {
    sysread STDIN, $heard, 1 << 16, length $heard or leave();
    while (length $heard >= 8) {
        my ($channel, $length) = unpack 'N N', $heard;
        last if length $heard < 8 + $length;
        my $bytes = substr $heard, 8, $length;
        substr $heard, 0, 8 + $length, '';
        if (!$channel) { obey($bytes) }
        elsif (my $sink = $sink{$channel}) {
            if ($length) { $sink->{pending} .= $bytes }
            else { $sink->{ending} = 1 }
            die "multiplex.pl: a process does not read what it is sent\n" if length $sink->{pending} > MOST_TO_READ;
            give($channel);
        }
    }
}

# Writes as many of the waiting bytes as the process takes. A process that has ended takes none.
sub give {
    my ($channel) = @_;
    my $sink = $sink{$channel};
    while (length $sink->{pending}) {
        my $written = syswrite $sink->{handle}, $sink->{pending};
        if (!defined $written) {
            return if $! == EAGAIN || $! == EINTR;
            delete $sink{$channel};
            return;
        }
        substr $sink->{pending}, 0, $written, '';
    }
    delete $sink{$channel} if $sink->{ending};
}

sub take {
    my ($number) = @_;
    my $source = $source{$number};
    my $read = sysread $source->{handle}, my $bytes, 1 << 16;
    return if !defined $read && ($! == EAGAIN || $! == EINTR);
    return $source->{take}->($bytes) if $read;
    delete $source{$number};
    $source->{take}->(undef);
}

sub say_it {
    my $written = syswrite STDOUT, $to_say;
    if (defined $written) { substr $to_say, 0, $written, '' }
    elsif ($! != EAGAIN && $! != EINTR) { leave() }
}

sub leave {
    kill KILL => map { $_->{id} } grep { !defined $_->{status} } values %process;
    POSIX::_exit(0);
}

while (1) {
    my ($readable, $writable) = ('', '');
    vec($readable, fileno STDIN, 1) = 1;
    my $full = length $to_say >= MOST_TO_SAY;
    if (!$full) { vec($readable, $_, 1) = 1 for keys %source }
    vec($writable, fileno STDOUT, 1) = 1 if length $to_say;
    length $_->{pending} and vec($writable, fileno $_->{handle}, 1) = 1 for values %sink;
    select($readable, $writable, undef, undef) >= 0 or next;
    reap();
    if (!$full) { vec($readable, $_, 1) and take($_) for keys %source }
    $sink{$_} and length $sink{$_}{pending} and vec($writable, fileno $sink{$_}{handle}, 1) and give($_) for keys %sink;
    hear() if vec $readable, fileno STDIN, 1;
    say_it() if length $to_say;
}
