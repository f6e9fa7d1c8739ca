# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: runs the tests and prints the result.

# Sums the counters of TRX files to «passed failed skipped». A skipped test shows only by its absence from `executed`.
# Every executed test that did not pass counts as failed, whether TRX calls it failed, error, time-out or aborted.
count_trx() {
    sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$@" |
        awk '{ total += $1; executed += $2; passed += $3 } END { print passed + 0, executed - passed, total - executed }'
}

# Two runs of one clone must not overwrite each other's files: the second one gets another directory.
take_output_directory() {
    SPECS_OUT=${SPECS_OUT:-$root/out}
    [[ $SPECS_OUT = /* ]] || SPECS_OUT=$caller/$SPECS_OUT
    mkdir -p "$SPECS_OUT" 2>/dev/null || die "the output directory $SPECS_OUT cannot be created: set SPECS_OUT to another one."
    exec 8<"$SPECS_OUT"
    if ! flock -n 8; then
        SPECS_OUT=$SPECS_OUT/run-$$
        mkdir -p "$SPECS_OUT"
        exec 8<"$SPECS_OUT"
        flock -n 8
    fi
    export SPECS_OUT
    # The files of an earlier run must not pass for this one's. scenarios.txt is RunFiles.EndedScenarios in C#.
    rm -f "$SPECS_OUT"/{trails.json,summary.md,messages.ndjson,junit.xml,report.html,reqnroll.html,counts.txt,scenarios.txt} "$SPECS_OUT"/*.trx
}

# dotnet_test WHAT...: uses filter. A test that hangs is named and ended, and the run fails; otherwise the CI job's time
# limit would end the whole run. Each method is compiled once and in full, because a run ends before tiered compilation
# pays off: without it the unit tests of rules, questions and judging took 28 % less processor time.
dotnet_test() {
    local what=("$@")
    [[ -z $filter ]] || what+=(--filter "$filter")
    (cd "$root" && DOTNET_TieredCompilation=${DOTNET_TieredCompilation:-0} exec dotnet test "${what[@]}" -c "$configuration" --no-build --nologo --results-directory "$SPECS_OUT" \
        --blame-hang-timeout 15m --blame-hang-dump-type none --logger 'console;verbosity=minimal' </dev/null 8<&-)
}

# Runs all other test projects, as many in parallel as there are processors, and those first that take longest: none of
# them should run alone at the end. xargs keeps them in this process group, so that Ctrl-C and a time limit end all.
unit_tests() {
    mkdir -p "$SPECS_OUT/log"
    rm -f "$SPECS_OUT/log"/*
    export -f dotnet_test unit_test
    sed -n 's/.*"\(src[^"]*\.Tests\)\.csproj".*/\1/p' "$root/Specs.sln" | tr '\\' / |
        awk '{ print !/(Docker|Flows|Browser|Twins)\.Tests$/, $0 }' | sort | cut -d' ' -f2 |
        xargs -P "$(nproc)" -n 1 bash -c 'root=$0 configuration=$1 filter=$2; unit_test "$3"' "$root" "$configuration" "$filter"
}

# unit_test PROJECT: prints its output in one piece when it has ended.
unit_test() {
    local name=${1##*/} log status TIMEFORMAT
    log=$SPECS_OUT/log/$name
    # Elapsed, then in user and in kernel mode.
    TIMEFORMAT="%0R s  %0U + %0S s of processor time  $name"
    { time dotnet_test "${1%/*}/bin/$configuration/net10.0/Hooktrail.$name.dll" --logger "trx;LogFileName=$name.trx" >"$log.txt" 2>&1; } 2>"$log.seconds"
    status=$?
    { flock 7 && cat "$log.txt"; } 7<"$SPECS_OUT/log"
    return "$status"
}

# run_tests VERB: uses filter and lab_why.
run_tests() {
    local status began=$SECONDS features passed failed skipped total files
    printf '\nPrepared in %s s.\n' "$began"
    take_output_directory
    REQNROLL_FORMATTERS_MESSAGE=outputFilePath=$SPECS_OUT/messages.ndjson REQNROLL_FORMATTERS_HTML=outputFilePath=$SPECS_OUT/reqnroll.html \
        dotnet_test steps/Specs.csproj --logger 'trx;LogFileName=features.trx' --logger "junit;LogFilePath=$SPECS_OUT/junit.xml"
    status=$?
    # The results of the run in one file; the list below names it.
    [[ ! -s $SPECS_OUT/trails.json ]] || dotnet exec "$cli" report "$SPECS_OUT/trails.json" --out "$SPECS_OUT/report.html" >/dev/null || status=1
    features=$((SECONDS - began))
    # After the features, because some of these tests read the features' results.
    [[ $1 != test ]] || unit_tests || status=1

    # If no test hung, the folder for hang dumps is empty.
    find "$SPECS_OUT" -mindepth 1 -maxdepth 1 -type d -name '????????-????-????-????-????????????' -empty -delete

    files=("$SPECS_OUT"/*.trx)
    [[ -e ${files[0]} ]] || files=(/dev/null)
    read -r passed failed skipped < <(count_trx "${files[@]}")
    total="$passed passed, $failed failed, $skipped skipped"
    printf '%s\n' "$total" >"$SPECS_OUT/counts.txt"

    printf '\nWritten:\n'
    find "$SPECS_OUT" -mindepth 1 -maxdepth 1 -type f ! -name counts.txt ! -name scenarios.txt -printf '  %p\n' | sort
    printf '\nPrepared in %s s, tested in %s s.\n' "$began" "$((SECONDS - began))"
    [[ $1 != test ]] || { printf '%6d s  %s\n' "$features" features; cat "$SPECS_OUT/log"/*.seconds; } | sort -rn
    printf 'Lab: %s.\n' "$lab_why"
    [[ ! -e $SPECS_OUT/summary.md ]] || sed -n 's/ asked only the model, and sent no packet\.$/: predicted only./p' "$SPECS_OUT/summary.md"
    printf '%s\n' "$total"
    [[ ! -e $SPECS_OUT/report.html ]] || printf 'To read, in a browser: %s\n' "$SPECS_OUT/report.html"
    [[ ! -e $SPECS_OUT/reqnroll.html ]] || printf "Reqnroll's report: %s\n" "$SPECS_OUT/reqnroll.html"

    if ((passed + failed + skipped == 0 && status == 0)); then
        die "no test ran${filter:+: none matches the filter $filter}."
    elif ((failed == 0 && status != 0)); then
        printf 'specs: dotnet test failed, but no test did; see its output above.\n' >&2
    fi
    ((status == 0 && failed == 0)) || return 1
}
