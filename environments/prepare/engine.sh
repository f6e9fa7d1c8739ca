# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: a Docker Engine that answers.

# The Engine of the docker command: that of DOCKER_HOST, else of its context. The tests read the same variable.
[[ ${DOCKER_HOST:-} ]] || DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)
export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}

# The Engine that Hooktrail started by hand: its process id and start time, because ids are reused. The file is under
# /run, because it is a fact about the machine since its boot, and not about this clone.
own_engine=/run/hooktrail/engine

# Runs a command as root: directly, or by sudo if that asks for no password. Fails if neither is possible.
as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n -- "$@"
    fi
}

may_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

# Sets `engine` to the Engine's «version apiVersion», or fails with the client's words in `engine_error`.
engine_answers() {
    command -v docker >/dev/null || {
        engine_error='no docker command'
        return 1
    }
    # Standard error is in the same stream, with a client's warnings; the answer is the last line.
    engine=$(timeout 15 docker version --format '{{.Server.Version}} {{.Server.APIVersion}}' 2>&1) || {
        engine_error=$engine
        return 1
    }
    engine=${engine##*$'\n'}
}

# A process's start time, in ticks since boot: field 22 of its stat, counted after the parenthesised name.
started_at() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
    stat=${stat##*) }
    cut -d' ' -f20 <<<"$stat"
}

# apt_install PACKAGE...: installs packages under the names of this release. Fails if this user may
# not; if apt fails, prints why.
apt_install() {
    local log=$state/log/apt.log
    command -v apt-get >/dev/null || return 1
    may_be_root || return 1
    say install "apt-get install $*"
    # A source that does not answer may not be needed here: only the installation decides.
    as_root apt-get -qq update -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o DPkg::Lock::Timeout=120 >"$log" 2>&1 9>&- </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends "$@" >>"$log" 2>&1 9>&- </dev/null || {
        grep -E '^(E|W): ' "$log" | tail -3 >&2
        say install "apt-get failed ($log)"
        return 1
    }
}

# without_engine REASON REMEDY: ends the command if the user asked for the Docker lab. Otherwise the namespace lab takes
# its place, and `no_engine` gets the reason.
without_engine() {
    [[ $lab != docker ]] || die "$1: $2"
    no_engine=$1
    return 1
}

install_engine() {
    local packages=(docker.io iptables ebtables nftables iproute2)
    # Since Debian 13, the client is a separate package.
    command -v docker >/dev/null || ! apt-cache show docker-cli >/dev/null 2>&1 || packages+=(docker-cli)
    apt_install "${packages[@]}" ||
        without_engine "no Docker Engine answers at $DOCKER_HOST and this command cannot install one" \
            "install and start one (Debian, Ubuntu: apt-get install docker.io iptables), or leave the lab to be chosen."
}

# Waits up to 30 s until the Engine answers; gives up at once if the process `$1` (its id, if given) has ended.
await_engine() {
    local deadline=$((SECONDS + 30))
    until engine_answers; do
        [[ -z ${1:-} || -e /proc/$1 ]] || return 1
        ((SECONDS < deadline)) || return 1
        [[ $engine_error != *'permission denied'* ]] || return 1
        sleep 0.1 # the interval between two questions
    done
}

start_by_hand() {
    local log=/var/log/hooktrail-dockerd.log pid
    say engine "starting dockerd by hand, because no service manager runs here (log: $log)"
    # In a separate session, without an open file of this process: neither a terminal nor a CI
    # job's pipe waits for the Engine.
    # shellcheck disable=SC2016
    pid=$(as_root bash -c '
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            ((fd < 3)) || eval "exec $fd>&-"
        done
        setsid dockerd >"$1" 2>&1 </dev/null &
        echo $!' bash "$log")
    await_engine "$pid" || {
        as_root tail -n 3 "$log" >&2
        die "dockerd did not answer within 30 s ($log): $(tail -n1 <<<"$engine_error")"
    }
    # Another command may have started one first; then that one is the Engine to remember.
    # shellcheck disable=SC2016
    [[ ! -e /proc/$pid ]] ||
        as_root sh -c 'mkdir -p "${3%/*}" && echo "$1" "$2" >"$3"' sh "$pid" "$(started_at "$pid")" "$own_engine"
}

start_engine() {
    may_be_root || {
        without_engine "the Docker Engine is installed but does not answer at $DOCKER_HOST, and starting it needs root" \
            "start it (sudo systemctl start docker) and run this command again."
        return
    }
    local by=''
    case $(</proc/1/comm) in
        systemd) by='systemctl start docker' ;;
        init) by='service docker start' ;;
    esac
    if [[ -z $by ]]; then
        start_by_hand
        return
    fi
    say engine "starting the Engine: $by"
    # shellcheck disable=SC2086
    as_root $by >"$state/log/engine.log" 2>&1 9>&- </dev/null
    await_engine || [[ $engine_error = *'permission denied'* ]] ||
        die "the Docker Engine did not answer within 30 s after '$by': $(tail -n1 <<<"$engine_error")"
}

# Fails if no Engine is available and the namespace lab can replace it; see without_engine.
prepare_engine() {
    local engine='' engine_error='' started=''
    if [[ $DOCKER_HOST = ssh://* ]]; then
        without_engine "DOCKER_HOST is $DOCKER_HOST, and Hooktrail does not support ssh://" \
            "forward the socket (ssh -L /tmp/docker.sock:/var/run/docker.sock) and set DOCKER_HOST=unix:///tmp/docker.sock."
        return
    fi
    if ! engine_answers; then
        case $engine_error in
            *'permission denied'*) ;;
            *'client version'*'is too '*) die "this docker client is incompatible with the Docker Engine at $DOCKER_HOST: $engine_error" ;;
            *)
                [[ $DOCKER_HOST = unix:///var/run/docker.sock || $DOCKER_HOST = unix:///run/docker.sock ]] ||
                    die "the Docker Engine at DOCKER_HOST ($DOCKER_HOST) does not answer: $(tail -n1 <<<"$engine_error")"
                { command -v docker && command -v dockerd; } >/dev/null || install_engine || return
                engine_answers || {
                    start_engine || return
                    started=1
                }
                ;;
        esac
        engine_answers || {
            without_engine "the Docker Engine's socket refuses user $(id -un)" "run this command with sudo, or add the user to the group docker and log in again."
            return
        }
    fi
    say engine "Docker ${engine% *} (API ${engine#* }) answers at $DOCKER_HOST"
    [[ ! $started ]] || say engine "the Engine keeps running after the run; './specs clean --engine' stops it"
}

# Stops only the Engine that Hooktrail started by hand.
stop_own_engine() {
    local pid='' since=''
    [[ ! -e $own_engine ]] || read -r pid since <"$own_engine"
    if [[ -z $pid || $(started_at "$pid") != "$since" ]]; then
        say engine "nothing to stop: no Engine started by Hooktrail is running"
        return
    fi
    may_be_root || die "stopping the Engine needs root: run sudo ./specs clean --engine"
    as_root kill "$pid"
    timeout 30 tail --pid="$pid" -s 0.1 -f /dev/null || die "the Engine (process $pid) did not stop within 30 s."
    as_root rm -f "$own_engine"
    say engine "stopped the Engine that Hooktrail had started (process $pid)"
}
