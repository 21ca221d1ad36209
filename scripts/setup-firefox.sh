#!/usr/bin/env bash
# Installs Debian's Firefox, so that the page's tests also run in a browser with
# another WebGPU than Chrome's. Does nothing on other systems, without root, and
# where apt cannot have it: the tests then skip Firefox.
set -euo pipefail

skip() {
	echo "setup-firefox: skipped: $1" >&2
	exit 0
}

command -v firefox-esr && exit 0
[ "$(id -u)" = 0 ] || skip "not root"
command -v apt-get >/dev/null || skip "no apt"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq &&
	apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
		firefox-esr >&2 || skip "apt cannot install firefox-esr"
command -v firefox-esr
