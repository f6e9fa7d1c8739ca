# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs for `kernels`: what guests need on this machine, and the disk that all of them share.

# shellcheck source=environments/prepare/dotnet.sh
. "$prepare/dotnet.sh" || exit 2
# shellcheck source=environments/prepare/engine.sh
. "$prepare/engine.sh" || exit 2
# shellcheck source=environments/prepare/image.sh
. "$prepare/image.sh" || exit 2

guest=$root/environments/Kernels/guest
# The kernel of the guest that fills the disk: the one of its Debian release.
readonly disk_kernel=6.12

# The programs, each with the package of Debian and Ubuntu that has it.
readonly fetching_programs='apt-get:apt dpkg-deb:dpkg flock:util-linux'
readonly guest_programs="$fetching_programs qemu-system-x86_64:qemu-system-x86 mmdebstrap:mmdebstrap mke2fs:e2fsprogs depmod:kmod modprobe:kmod cpio:cpio xz:xz-utils zstd:zstd setpriv:util-linux"

# require_programs NAME:PACKAGE...: installs missing programs, or prints what to install.
require_programs() {
    local one missing=() packages=()
    for one; do
        command -v "${one%:*}" >/dev/null && continue
        missing+=("${one%:*}")
        [[ " ${packages[*]-} " = *" ${one#*:} "* ]] || packages+=("${one#*:}")
    done
    [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || {
        missing+=("Debian's keys")
        packages+=(debian-archive-keyring)
    }
    ((${#missing[@]})) || return 0
    apt_install "${packages[@]}" ||
        die "guests need ${missing[*]}, which apt-get could not install: install them (Debian, Ubuntu: apt-get install ${packages[*]}) and run this command again."
}

# mmdebstrap contains a default mirror, so a host that knows no mirror needs it even to list kernels.
export_mirror() {
    SPECS_DEBIAN_MIRROR=$(debian_mirror) || {
        require_programs mmdebstrap:mmdebstrap
        SPECS_DEBIAN_MIRROR=$(debian_mirror) || die "$no_debian_mirror"
    }
    export SPECS_DEBIAN_MIRROR
}

# The cache of src/Cli; only this function knows its place.
kernels_cache() { printf '%s\n' "${SPECS_KERNELS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hooktrail/kernels}"; }

# A disk takes 1 GB, and so does its making; the image's own build is not counted.
require_room() {
    local free
    free=$(df --output=avail -BM "$1" | tail -n1 | tr -dc 0-9)
    ((free >= 3000)) || die "$1 has $free MB of free space, but building the guests' disk needs 3000 MB: free some space, or set SPECS_KERNELS_CACHE to another folder."
}

# Puts the lab's image on the Engine of DOCKER_HOST: copied from this machine's Engine if that answers,
# which is faster; else built there.
image_into_guest() {
    local image log=$state/log/guest-image.log own=$1
    image=$(lab_image)
    if DOCKER_HOST=$own timeout 15 docker version >/dev/null 2>&1; then
        (export DOCKER_HOST=$own; prepare_image) || return
        (set -o pipefail; DOCKER_HOST=$own docker save "$image" | docker load) >"$log" 2>&1 ||
            die "loading the lab's image into the guest failed: $(tail -n1 "$log") ($log)"
    else
        prepare_image
    fi
}

# fill_disk DISK USERLAND: boots a guest that writes to the disk, and loads the lab's image into its Engine.
fill_disk() {
    local line='' log=$state/log/guest.log own=$DOCKER_HOST status=0
    coproc boot { exec dotnet exec "$cli" kernels boot "$disk_kernel" --userland "$2" --disk "$1" 2>"$log" 9>&- 7>&-; }
    local boot_id=$boot_PID boot_in=${boot[1]} boot_out=${boot[0]}
    read -r line <&"$boot_out"
    if [[ $line = DOCKER_HOST=* ]]; then
        (
            export DOCKER_HOST=${line#*=}
            image_into_guest "$own"
        ) || status=2
    else
        status=2
    fi
    exec {boot_in}>&-
    wait "$boot_id" || {
        tail -n 1 "$log" >&2
        status=2
    }
    return $status
}

# base_disk DISK USERLAND: Debian with an Engine, without the lab's image.
base_disk() {
    local work=$1.making-$$.$(started_at $$) log=$state/log/guest-disk.log began=$SECONDS
    say guest "building the guests' disk, once for all kernels: Debian $2 with a Docker Engine"
    mkdir -p "$work"
    "$guest/bootstrap.sh" "$SPECS_DEBIAN_MIRROR" "$2" "$work" "$work/disk" >"$log" 2>&1 9>&- 7>&- </dev/null || {
        rm -rf "$work"
        ! grep -q 'Release file .* is expired' "$log" ||
            die "the package lists of $2 on $SPECS_DEBIAN_MIRROR are out of date, because the mirror is no longer updated: set SPECS_DEBIAN_MIRROR to another one, or SPECS_DEBIAN_CHECK_VALID=0 to use them."
        grep '^E: ' "$log" | tail -3 >&2
        die "building the guests' disk from $SPECS_DEBIAN_MIRROR failed ($log)."
    }
    mv "$work/disk" "$1"
    rm -rf "$work"
    say guest "built in $((SECONDS - began)) s"
}

# prepare_guest_disk USERLAND
prepare_guest_disk() {
    local cache disk base making began
    cache=$(kernels_cache)
    mkdir -p "$cache/disks" || die "the kernel cache $cache cannot be created: set SPECS_KERNELS_CACHE to another folder."
    base=$cache/disks/base-$1-$(hash_of "$guest"/{bootstrap.sh,packages.txt}).ext4
    disk=$cache/disks/$1-$(hash_of "$guest"/{bootstrap.sh,packages.txt} "$recipe"/* "$removal").ext4
    # Other clones use the same cache. The lock is file descriptor 7 and ends with the process.
    exec 7>"$cache/disks.lock"
    flock -n 7 || {
        say wait "for another ./specs that is building the guests' disk"
        flock 7
    }
    if [[ ! -e $disk ]]; then
        require_room "$cache"
        command -v docker >/dev/null || apt_install docker-cli || apt_install docker.io ||
            die "copying the lab's image into a guest needs the docker command, which apt-get could not install: install it and run this command again."
        [[ -e $base ]] || base_disk "$base" "$1"
        began=$SECONDS
        making=$disk.making-$$.$(started_at $$)
        cp --sparse=always "$base" "$making"
        fill_disk "$making" "$1" || {
            rm -f "$making"
            die "copying the lab's image to the guests' disk failed; see the output above and the logs in $state/log."
        }
        mv "$making" "$disk"
        say guest "copied the lab's image to the disk in $((SECONDS - began)) s"
    fi
    exec 7>&-
    printf '%s\n' "$disk" >"$state/guest-disk-$1"
    [[ -e $state/image ]] || lab_image >"$state/image"
}

# prepared_kernels VERB [OPTION]...
prepared_kernels() {
    local argument userland userlands
    for argument; do
        case $argument in
            -h | --help)
                command_line kernels "$@"
                return
                ;;
        esac
    done
    case ${1:-} in
        list)
            require_programs $fetching_programs
            export_mirror
            ;;
        fetch | run | boot)
            # Of run and boot, it prints the userlands that they need.
            userlands=$(command_line kernels "$@" --only-check) || return
            lock_preparation
            # shellcheck disable=SC2086
            require_programs $guest_programs
            export_mirror
            if [[ $1 != fetch ]]; then
                prepare_dotnet all || return
                for userland in $userlands; do prepare_guest_disk "$userland"; done
            fi
            exec 9>&-
            ;;
    esac
    command_line kernels "$@"
}
