# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: the .NET SDK, the package profile and the build.

# One preparation at a time in one clone. The lock is file descriptor 9 and goes with the process; what outlives it
# (an Engine) or starts helpers of its own (dotnet) is started without it.
lock_preparation() {
    mkdir -p "$state/log" "$state/built"
    exec 9>"$state/lock"
    flock -n 9 && return
    say wait "another ./specs is preparing this clone"
    flock 9
}

require_sdk() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
    (cd "$root" && dotnet --version >"$state/log/sdk.log" 2>&1) ||
        die "no .NET SDK $wanted or later of its major version is found: install it (Debian, Ubuntu: dotnet-sdk-${wanted%%.*}.0; others: https://dot.net/download), then run this again."
}

# Everything that decides what a restore finds: the versions asked for, and where they are looked for.
profile_key() {
    local directory=$root
    local files=("$root/Directory.Packages.props" "$HOME/.nuget/NuGet/NuGet.Config" "$HOME"/.nuget/config/*.config
        "$HOME/.config/NuGet/NuGet.Config" /etc/opt/NuGet/Config/*)
    while [[ $directory ]]; do
        files+=("$directory"/[Nn]u[Gg]et.[Cc]onfig)
        directory=${directory%/*}
    done
    cat -- "${files[@]}" 2>/dev/null | sha256sum | cut -c1-16
}

# Writes the profile for the build to read, and only if it is another one, because a newer file means a new build.
remember_profile() {
    local text="<Project><PropertyGroup><HooktrailProfile>$1</HooktrailProfile></PropertyGroup></Project>"
    [[ -e $state/profile.props && $(<"$state/profile.props") = "$text" ]] || printf '%s\n' "$text" >"$state/profile.props"
    printf '%s %s\n' "$2" "$1" >"$state/profile.key"
}

# Restores a project that uses what only `full` needs, under the very settings of the real ones: it lies inside the
# repository and so inherits Directory.Build.props and the central versions.
probe_profile() {
    local probe=$state/probe log=$state/log/profile.log status
    mkdir -p "$probe"
    cat >"$probe/profile.proj" <<'END'
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <PackageReference Include="Reqnroll.NUnit" />
    <PackageReference Include="Testcontainers" />
    <PackageReference Include="Docker.DotNet.Enhanced" />
  </ItemGroup>
</Project>
END
    timeout 120 dotnet restore "$probe/profile.proj" --force -p:HooktrailProfile=full --disable-build-servers >"$log" 2>&1 9>&-
    status=$?
    if ((status == 0)); then
        profile=full
        reason='the feed serves Reqnroll and Testcontainers'
    elif ((status != 124)) && grep -qE 'NU1(10[1-3]|603|605|608)|\b40[34]\b' "$log"; then
        # The feed answered, and what it answered is final.
        profile=offline
        reason=$(sed -nE "s/.*(Unable to find|NU1603: .* depends on|Found .* of) (package )?([A-Za-z.]*[A-Za-z]).*/\3/p" "$log" | sort -u | paste -sd' ')
        reason="the feed does not serve ${reason:-all that the profile full needs}"
    elif ((status == 124)) || grep -qE 'NU13|timed out|No such host|Name or service|Connection refused|SSL connection' "$log"; then
        die "the package feed did not answer, so which profile it serves stays open ($log): check the network, or choose by SPECS_PROFILE=full or SPECS_PROFILE=offline."
    else
        die "the trial restore failed for a reason that says nothing about the feed: $(grep -m1 -i error "$log" || echo "see $log")"
    fi
}

prepare_profile() {
    local key known='' profile reason
    key=$(profile_key)
    [[ ! -e $state/profile.key || ! -e $state/profile.props ]] || known=$(<"$state/profile.key")
    case ${SPECS_PROFILE:-} in
        full | offline)
            say packages "profile $SPECS_PROFILE, because SPECS_PROFILE says so"
            remember_profile "$SPECS_PROFILE" chosen
            ;;
        '')
            if [[ $known = "$key "* ]]; then
                say packages "profile ${known#* }, as found earlier for these versions and package sources"
                return
            fi
            probe_profile
            say packages "profile $profile: $reason"
            remember_profile "$profile" "$key"
            ;;
        *) die "SPECS_PROFILE is '$SPECS_PROFILE', but a package profile is 'full' or 'offline'." ;;
    esac
}

# Builds `all` (Specs.sln) or only `cli`.
build() {
    local stamp=$state/built/$configuration.$1 log=$state/log/build.log project=$root/Specs.sln began=$SECONDS
    [[ $1 = all ]] || project=$root/src/Cli/Cli.csproj
    [[ -e $project ]] || die "$project is missing: this clone is not complete."
    say build "building ${project#"$root/"}"
    rm -f "$stamp.end"
    touch "$stamp.begin"
    # No node and no compiler server outlives the build: a CI job would wait for them, or they would hold old files.
    if ! dotnet build "$project" -c "$configuration" -v q --disable-build-servers >"$log" 2>&1 </dev/null 9>&-; then
        sed -n 's/^ *\(.*: error .*\)/\1/p' "$log" | sort -u | head -20 >&2
        printf 'specs: the build failed; all that it said is in %s\n' "$log" >&2
        return 1
    fi
    touch "$stamp.end"
    say build "built in $((SECONDS - began)) s"
}

# What has to be there before anything of ours can run: `all` or `cli`.
prepare_dotnet() {
    require_sdk
    prepare_profile
    built "$1" || build "$1"
}
