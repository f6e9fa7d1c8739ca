# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: what the namespace lab needs on this machine. It needs no Engine and no image.

# The programs, each with the package of Debian and Ubuntu that has it.
readonly namespace_programs='ip:iproute2 bridge:iproute2 unshare:util-linux setsid:util-linux perl:perl nft:nftables
    iptables-nft-restore:iptables ip6tables-nft-restore:iptables ebtables-nft-restore:iptables arptables-nft-save:iptables'

# Sets `missing_programs` and `missing_packages`; fails if nothing is missing.
namespace_programs_missing() {
    local one
    missing_programs=()
    missing_packages=()
    for one in $namespace_programs; do
        command -v "${one%:*}" >/dev/null && continue
        missing_programs+=("${one%:*}")
        [[ " ${missing_packages[*]-} " = *" ${one#*:} "* ]] || missing_packages+=("${one#*:}")
    done
    ((${#missing_programs[@]} > 0))
}

# prepare_namespaces ASKED: if the machine cannot have the lab, ends the command only if the user asked for it;
# otherwise live scenarios are skipped with the reason.
prepare_namespaces() {
    local missing_programs missing_packages refusal user=''
    if namespace_programs_missing && ! { apt_install "${missing_packages[@]}" && ! namespace_programs_missing; }; then
        cannot_have_namespaces "$1" "the namespace lab lacks ${missing_programs[*]}" "install them (Debian, Ubuntu: apt-get install ${missing_packages[*]}) and run this command again."
        return
    fi
    ((EUID == 0)) || user='--user --map-root-user'
    # shellcheck disable=SC2086
    if refusal=$(unshare $user --net --mount --pid --fork -- true 2>&1); then
        say lab "private network namespaces work here, as $(((EUID == 0)) && echo root || echo "an ordinary user")"
    else
        cannot_have_namespaces "$1" "the kernel refuses private namespaces (${refusal##*$'\n'})" "run this command as root, or allow user namespaces; see './specs doctor'."
    fi
}

# cannot_have_namespaces ASKED REASON REMEDY
cannot_have_namespaces() {
    [[ -z $1 ]] || die "$2: $3"
    say lab "$2, so live scenarios are skipped: $3"
    lab_why="none, because $2"
}
