# shellcheck shell=bash disable=SC2154 # variables are shared with ./specs and the other parts
# Sourced by ./specs: what the tests need besides: ping, and for those of the report a Chromium and the official HTML formatter of Cucumber. Nobody
# else needs any of them; what cannot be had is told by the tests that are skipped.

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable; }

prepare_test_tools() {
    local formatter=$state/formatter recipe=$root/src/Tests/Browser/formatter
    command -v ping >/dev/null || apt_install iputils-ping || say tests "there is no ping: tests of network namespaces that use it do not pass"
    has_chromium >/dev/null || apt_install chromium || say browser "there is no Chromium: the report's tests in a browser are skipped"
    command -v npm >/dev/null || apt_install nodejs npm || {
        say browser "there is no npm: whether the official formatter renders the messages is not tested"
        return
    }
    [[ -d $formatter/node_modules && $formatter -nt $recipe/package-lock.json ]] && return
    rm -rf "$formatter"
    mkdir -p "$formatter"
    cp "$recipe"/* "$formatter"
    (cd "$formatter" && npm ci --ignore-scripts --no-audit --no-fund) >"$state/log/formatter.log" 2>&1 </dev/null 9>&- || {
        rm -rf "$formatter"
        say browser "the official formatter could not be had ($state/log/formatter.log): whether it renders the messages is not tested"
    }
}
