#!/bin/bash
# Defines a function for a script that sources it (`. hooktrail-lock`):
#
#   lock FD MODE SECONDS DOING   locks the file that is open as FD, in shared mode (-s) or exclusive mode (-x). If
#                                another run holds the lock for SECONDS, the function fails, and prints that run's
#                                id and what it is DOING.
#
# A lock belongs to the open file description (flock(2)). Scripts inherit FD 8 and 9 from the agent (agent.sh), so a
# lock taken on them outlasts the script: it ends with `flock -u FD` or with the session. A lock on a file that a script
# opens itself ends with that script.
lock() {
    flock -w "$3" "$2" "$1" && return
    local inode file run runs= who='another run' probe=hooktrail-RUN-probe
    inode=$(stat -Lc %i "/dev/fd/$1")
    # The kernel prints a line for each lock that is held, and none for a lock that is waited
    # for (fs/locks.c, show_fd_locks).
    while read -r file; do
        run=$(tr '\0' '\n' <"${file%/fdinfo/*}/environ" | sed -n 's/^HOOKTRAIL_RUN=//p')
        case " $runs ${HOOKTRAIL_RUN-} " in *" $run "*) ;; *) runs+=" $run" ;; esac
    done < <(set +f && grep -lsE "^lock:.* FLOCK .*:$inode " /proc/[0-9]*/fdinfo/[89])
    [ -z "$runs" ] || who="run$runs" probe=hooktrail-${runs##* }-probe
    echo "$who has been $4 for $3 seconds; end it, or remove its probe (docker rm -f $probe) and run ./specs clean"
    return 1
} 2>/dev/null
