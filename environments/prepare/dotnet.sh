# shellcheck shell=bash disable=SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: the .NET SDK and the build.

# Only one preparation at a time in a clone. The lock is file descriptor 9 and ends with the process. Programs that
# outlive the process (an Engine) or that start helpers (dotnet) are started without it.
lock_preparation() {
    mkdir -p "$state/log" "$state/built"
    exec 9>"$state/lock"
    flock -n 9 && return
    say wait "for another ./specs that is preparing this clone"
    flock 9
}

require_sdk() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
    (cd "$root" && dotnet --version >"$state/log/sdk.log" 2>&1) ||
        die "there is no .NET SDK $wanted or later with the same major version: install it (Debian, Ubuntu: dotnet-sdk-${wanted%%.*}.0; others: https://dot.net/download) and run this command again."
}

# Builds `all` (Specs.sln) or only `cli`.
build() {
    local stamp=$state/built/$configuration.$1 log=$state/log/build.log project=$root/Specs.sln began=$SECONDS
    local compiler=hooktrail-$$-$RANDOM process status
    [[ $1 = all ]] || project=$root/src/Cli/Cli.csproj
    [[ -e $project ]] || die "$project is missing: this clone is incomplete; clone the repository again."
    say build "building ${project#"$root/"}"
    rm -f "$stamp.end"
    touch "$stamp.begin"
    # One shared compiler for all projects takes a third of the time. The compiler and MSBuild's nodes end with the
    # build: otherwise a CI job would wait for them, or they would hold old files.
    dotnet build "$project" -c "$configuration" -v q -nodeReuse:false -p:UseSharedCompilation=true \
        -p:SharedCompilationId="$compiler" >"$log" 2>&1 </dev/null 9>&-
    status=$?
    for process in $(grep -ls "[p]ipename:$compiler" /proc/[0-9]*/cmdline); do
        process=${process#/proc/}
        kill "${process%/cmdline}" 2>/dev/null
    done
    if ((status)); then
        sed -n 's/^ *\(.*: error .*\)/\1/p' "$log" | sort -u | head -20 >&2
        printf 'specs: the build failed; its output is in %s\n' "$log" >&2
        return 1
    fi
    touch "$stamp.end"
    say build "built in $((SECONDS - began)) s"
}

# Prepares what Hooktrail's programs need to run: `all` or `cli`.
prepare_dotnet() {
    require_sdk
    built "$1" || build "$1"
}
