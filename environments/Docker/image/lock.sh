#!/bin/bash
# Defines, for a script that reads it (`. hooktrail-lock`):
#
#   lock FD MODE SECONDS DOING   takes the lock on the file that is open as FD, shared (-s) or alone (-x). Where another run, which is DOING
#                                something, keeps it for SECONDS, it says which run and fails
#
# A lock belongs to what was opened. FD 8 and 9 are the agent's (agent.sh), and its scripts inherit them: what one of them locks there stays
# locked for those after it, until `flock -u FD` or the end of the session. What a script opens itself is locked until that script ends.
lock() {
    flock -w "$3" "$2" "$1" && return
    local inode file run runs= who='another run' probe=hooktrail-RUN-probe
    inode=$(stat -Lc %i "/dev/fd/$1")
    # There is a line for each lock that is held, and none for one that is waited for (fs/locks.c, show_fd_locks).
    while read -r file; do
        run=$(tr '\0' '\n' <"${file%/fdinfo/*}/environ" | sed -n 's/^HOOKTRAIL_RUN=//p')
        case " $runs ${HOOKTRAIL_RUN-} " in *" $run "*) ;; *) runs+=" $run" ;; esac
    done < <(set +f && grep -lsE "^lock:.* FLOCK .*:$inode " /proc/[0-9]*/fdinfo/[89])
    [ -z "$runs" ] || who="run$runs" probe=hooktrail-${runs##* }-probe
    echo "$who has been $4 for $3 seconds; end it, or remove its probe (docker rm -f $probe) and run ./specs clean"
    return 1
} 2>/dev/null
