# shellcheck shell=bash
# Sourced by ./specs: what only tests need. A test that lacks one is skipped with the reason.

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable; }

prepare_test_tools() {
    command -v ping >/dev/null || apt_install iputils-ping || say tests "ping is missing: tests of network namespaces that use it will fail"
    # Rule sets of real hosts name sets of ipset and counters of nfacct; the script of snapshots is run by every shell.
    { type -P ipset && type -P nfacct && type -P busybox; } >/dev/null || apt_install ipset nfacct busybox ||
        say tests "ipset, nfacct or busybox is missing: tests that need them are skipped"
    has_chromium >/dev/null || apt_install chromium || say browser "Chromium is missing: the browser tests of the report are skipped"
}
