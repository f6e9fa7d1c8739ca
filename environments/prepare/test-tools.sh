# shellcheck shell=bash
# Sourced by ./specs: ping and a Chromium, which only tests need. A test that lacks one is skipped with the reason.

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable; }

prepare_test_tools() {
    command -v ping >/dev/null || apt_install iputils-ping || say tests "there is no ping: tests of network namespaces that use it do not pass"
    has_chromium >/dev/null || apt_install chromium || say browser "there is no Chromium: the report's tests in a browser are skipped"
}
