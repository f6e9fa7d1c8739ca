#!/usr/bin/perl
# Starts processes for somebody far away, to whom there is one connection: standard input and output of this one. Any number of
# processes, each with any number of pipes; no module beyond Debian's perl-base.
#
# Both ways, one frame after the other: CHANNEL and LENGTH (32 bits each, big-endian), and that many bytes. Each pipe is a channel;
# a frame without bytes ends it. Channel 0 is this program's own, a message in each frame:
#
#   in:   start FIRST PIPES SETTINGS NAME=VALUE ... PROGRAM ARGUMENT ...
#                                      (words ended by NUL) PIPES are descriptors as a shell writes them, such as 0<,1>,20<: the process
#                                      reads from 0 and 20, which are the channels FIRST and FIRST+2, and writes to 1, which is FIRST+1.
#                                      SETTINGS is how many settings of the environment follow. Standard error, if it is no pipe, is this one's
#         kill FIRST                   by SIGKILL
#   out:  started FIRST PID            the program runs; PID is its id where this one runs
#         failed FIRST WHY             it does not
#         ended FIRST STATUS           neither it nor a descendant of its own is left; 128 and the signal's number where it was killed
#
# When standard input ends, the other side has ended or was killed, and so does this program. It is to be process 1 of a pid namespace: then
# the kernel kills whatever it has started, and the namespaces of those go with them.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR);
use POSIX ();

use constant {
    F_DUPFD_CLOEXEC => 1030,    # <linux/fcntl.h>
    # Above every descriptor that a program may ask for.
    HIGH => 200,
    # What waits for the other side; so much of it, and no process is read from until some has gone.
    MOST_TO_SAY => 1 << 20,
    # Who lets so much wait does not mean to read it.
    MOST_TO_READ => 64 << 20,
};

$SIG{PIPE} = 'IGNORE';
binmode $_ for *STDIN, *STDOUT;
STDOUT->blocking(0);

my ($heard, $to_say) = ('', '');
my %source;     # by file number, what is read from: its handle, and who takes what comes
my %sink;       # by channel, what is written to: its handle, what waits for it, and whether its end does
my %process;    # by first channel: its id, and its exit status once that is known
my %first;      # the first channel by id

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
    # Whoever descends from the process has the one end of this, so that the other tells of their end.
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
    # Ends at once where the program runs, for the process has lost its end by that.
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

# In the new process: puts each pipe where the program wants it, and is that program.
sub become {
    my ($pipes, $living, $settings, $words) = @_;
    # Their places may be taken by pipes of this program.
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
    # It has closed what it had, and is a moment from its end.
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

# Writes what a process takes of what waits for it; one that has ended takes nothing any more.
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
