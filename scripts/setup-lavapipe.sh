#!/usr/bin/env bash
# Installs Mesa lavapipe >= 25 (a software Vulkan driver) from Debian 12's
# backports, so that the tests also run on an adapter with shader-f16 and wide
# subgroups. Debian 12's own Mesa 22.3 is too old for WebGPU (Dawn).
# Does nothing on other systems or without root: the tests then skip lavapipe.
set -euo pipefail

suite=bookworm
backports=$suite-backports

skip() {
	echo "setup-lavapipe: skipped: $1" >&2
	exit 0
}

installed_mesa_major() {
	dpkg-query --show --showformat='${Version}' mesa-vulkan-drivers 2>/dev/null |
		sed 's/^[0-9]*://; s/\..*//'
}

# Adds the suite beside the one already configured, so the mirror stays the
# machine's own choice. Knows both forms of apt sources.
add_backports() {
	local file
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		if grep -Eq "^Suites:(.*[[:space:]])?$suite([[:space:]]|\$)" "$file"; then
			sed -Ei "s/^(Suites:(.*[[:space:]])?$suite)([[:space:]]|\$)/\1 $backports\3/" "$file"
			return
		fi
	done
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		if grep -Eq "^deb .*[[:space:]]$suite[[:space:]]" "$file"; then
			sed -En "s/^(deb .*[[:space:]])$suite([[:space:]])/\1$backports\2/p" \
				"$file" | sort -u >>"$file.backports"
			cat "$file.backports" >>"$file"
			rm "$file.backports"
			return
		fi
	done
	skip "no apt source with the suite $suite"
}

[ "$(uname -s)" = Linux ] || skip "not Linux"
[ "$(id -u)" = 0 ] || skip "not root"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
[ "$codename" = $suite ] || skip "this is $codename, not Debian $suite"

major=$(installed_mesa_major || true)
if [ "${major:-0}" -lt 25 ]; then
	grep -rqs "$backports" /etc/apt/sources.list /etc/apt/sources.list.d/ ||
		add_backports
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
		--no-install-recommends -t $backports \
		mesa-vulkan-drivers libvulkan1 >&2
fi

icd=$(ls /usr/share/vulkan/icd.d/lvp_icd*.json | head -1)
echo "$icd"
