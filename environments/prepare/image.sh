# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: the lab's image, named by the content of its recipe.

recipe=$root/environments/Docker/image

# hash_of FILE...: a hash over names and contents, so that it is the same in every clone.
hash_of() { (cd "$root" && sha256sum -- "${@#"$root/"}") | sha256sum | cut -c1-12; }

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

# debian_mirror: prints the address of a Debian archive; fails if none is known. A Debian host uses its own mirror,
# which is near and which its firewall allows. Other hosts use the default of the tool that builds the image.
debian_mirror() {
    local mirror=${SPECS_DEBIAN_MIRROR:-} ID='' VERSION_CODENAME=''
    . /etc/os-release
    # In both of apt's formats the address comes before the suite: `deb [options] URI suite
    # …`, and `URIs:` before `Suites:`.
    [[ -n $mirror || $ID != debian ]] || mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
        awk -v suite="$VERSION_CODENAME" '
            $1 == "deb" { sub(/\[[^]]*\]/, ""); if ($3 == suite) { print $2; exit } }
            $1 == "URIs:" { uri = $2 }
            $1 == "Suites:" { for (i = 2; i <= NF; i++) if ($i == suite) { print uri; exit } }')
    [[ -n $mirror ]] || mirror=$(sed -n 's/^default_mirror //p' /usr/share/debootstrap/scripts/sid 2>/dev/null)
    [[ -n $mirror ]] || mirror=$(sed -n "s/^ *my \$mirror *= '\(.*\)';\$/\1/p" "$(command -v mmdebstrap)" 2>/dev/null | head -n 1)
    [[ -n $mirror ]] && printf '%s\n' "$mirror"
}

no_debian_mirror='this machine has no Debian mirror configured: set SPECS_DEBIAN_MIRROR, for example to http://mirror.example/debian.'

base_from_registry() {
    local log=$state/log/image.log
    image_exists debian:trixie-slim || timeout 120 docker pull -q debian:trixie-slim >"$log" 2>&1 || return
    say image "building $1 from debian:trixie-slim"
    docker build -q -t "$1" -f "$recipe/base.Dockerfile" "$recipe" >"$log" 2>&1 9>&- || {
        tail -n 5 "$log" >&2
        die "building the lab's image failed ($log)."
    }
}

base_from_archive() {
    local log=$state/log/image.log mirror tar=$state/rootfs.tar began=$SECONDS
    command -v mmdebstrap >/dev/null || apt_install mmdebstrap debian-archive-keyring ||
        die "no registry is reachable, and building the lab's image without one needs mmdebstrap: install mmdebstrap and debian-archive-keyring and run this command again, or use --lab namespaces."
    mirror=$(debian_mirror) || die "$no_debian_mirror"
    say image "no registry is reachable: building $1 from Debian's archive"
    # As root if no password is needed; otherwise mmdebstrap finds a way for an ordinary user.
    local how=()
    ! may_be_root || how=(as_root)
    ${how[@]+"${how[@]}"} "$recipe/bootstrap.sh" "$mirror" - 2>"$log" 9>&- </dev/null >"$tar" || {
        rm -f "$tar"
        grep '^E: ' "$log" | tail -3 >&2
        die "building the lab's image from $mirror failed ($log)."
    }
    docker import "$tar" "$1" >>"$log" 2>&1 || die "importing the lab's image into the Engine failed: $(tail -n1 "$log")"
    rm -f "$tar"
    say image "built in $((SECONDS - began)) s"
}

# remember NAME IMAGE: notes the image that this clone uses, and removes the one that it used before. Images of other
# clones stay, and so does one that a container still uses.
remember_image() {
    local note=$state/$1 before=''
    [[ ! -e $note ]] || before=$(<"$note")
    [[ $before != "$2" ]] || return 0
    printf '%s\n' "$2" >"$note"
    [[ -z $before ]] || ! docker image rm "$before" >/dev/null 2>&1 || say image "removed $before, which is out of date"
}

removal=$root/src/Observation/remove-taps.sh

# The name of the lab's image, from a hash of its recipe.
lab_image() { printf 'hooktrail/lab:%s\n' "$(hash_of "$recipe"/* "$removal")"; }

prepare_image() {
    local script name base image context=$state/image-context log=$state/log/image.log
    base=hooktrail/base:$(hash_of "$recipe"/{base.Dockerfile,bootstrap.sh,nodoc.cfg,packages.txt})
    image=$(lab_image)
    if image_exists "$image"; then
        say image "$image is up to date"
    else
        image_exists "$base" || base_from_registry "$base" || base_from_archive "$base"
        rm -rf "$context"
        mkdir -p "$context/bin"
        # Every script in the recipe is a command of the image, except the one that builds the base.
        for script in "$recipe"/*.{sh,pl} "$removal"; do
            name=$(basename "$script")
            [[ $name = bootstrap.sh ]] || install -m 755 "$script" "$context/bin/hooktrail-${name%.*}"
        done
        docker build -q --build-arg "BASE=$base" -t "$image" -f "$recipe/Dockerfile" "$context" >"$log" 2>&1 9>&- || {
            tail -n 5 "$log" >&2
            die "building the lab's image failed ($log)."
        }
        say image "built $image"
    fi
    remember_image image "$image"
    remember_image base-image "$base"
}
