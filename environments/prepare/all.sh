# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: everything that `run`, `test` and `prepare` need. The build runs in
# parallel with Engine and image.

# shellcheck source=environments/prepare/dotnet.sh
. "$prepare/dotnet.sh" || exit 2
# shellcheck source=environments/prepare/engine.sh
. "$prepare/engine.sh" || exit 2
# shellcheck source=environments/prepare/image.sh
. "$prepare/image.sh" || exit 2
# shellcheck source=environments/prepare/test-tools.sh
. "$prepare/test-tools.sh" || exit 2
# shellcheck source=environments/prepare/namespaces.sh
. "$prepare/namespaces.sh" || exit 2

build_job=''

# The build is a job in its own process group, so that it can be ended with all its children.
start_build() {
    set -m
    prepare_dotnet all </dev/null &
    set +m
    build_job=$!
    trap 'kill -TERM -- "-$build_job" 2>/dev/null' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Waits for the build; if it failed, the command ends with its exit code.
finish_build() {
    [[ $build_job ]] || return 0
    wait "$build_job" || exit
    build_job=''
    trap - EXIT INT TERM
}

# Called between two steps, so that the user does not wait for a minute of preparation after the build has failed.
unless_build_failed() { [[ -z $build_job || -e /proc/$build_job ]] || finish_build; }

prepare_bridge() {
    # Only the local kernel can be asked; `doctor` asks the kernel of any Engine.
    [[ $lab = namespaces || $DOCKER_HOST = unix://* ]] || return 0
    local switches=/proc/sys/net/bridge/bridge-nf-call-iptables
    if [[ ! -e $switches && $load_br_netfilter ]]; then
        as_root modprobe br_netfilter >"$state/log/modprobe.log" 2>&1 ||
            die "modprobe br_netfilter failed: $(tail -n1 "$state/log/modprobe.log")"
        say bridge "loaded br_netfilter: from now on every bridge of this host calls iptables"
    fi
    [[ -e $switches ]] ||
        say bridge "br_netfilter is not loaded: bridged frames cross no iptables hooks, and scenarios that need them cannot run (--load-br-netfilter loads it)"
}

# Uses lab, with_engine and load_br_netfilter. Sets `lab` to the lab that the run gets, if it is known by then, and
# `lab_why` to the reason.
prepare_all() {
    local no_engine='' asked=$lab
    lock_preparation
    start_build
    if [[ $lab != namespaces && $with_engine ]] && prepare_engine; then
        unless_build_failed
        prepare_image
        lab_why="on the Docker Engine at $DOCKER_HOST${asked:+, as requested}"
    else
        [[ $lab = namespaces || $with_engine ]] || no_engine='--no-engine was given'
        lab=namespaces
        lab_why="in private network namespaces, ${no_engine:+because $no_engine}${asked:+as requested}"
        [[ -z $no_engine ]] || say lab "private network namespaces, because $no_engine"
        [[ ,${SPECS_OBSERVER:-nflog}, =~ ^,((nflog|trace),)+$ ]] || say lab "the kernel log does not show packets of other network namespaces, so the namespace lab uses nflog"
        unless_build_failed
        prepare_namespaces "$asked"
        # The test process prints this reason in its summary.
        [[ -z $no_engine ]] || export SPECS_LAB_REASON=$no_engine
    fi
    prepare_bridge
    [[ $verb = run ]] || prepare_test_tools
    [[ -z $lab ]] || export SPECS_LAB=$lab
    finish_build
    exec 9>&-
}
