#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh SOURCE DESTINATION FLAGS: compile BusyBox as `config` beside this script says.
#
# DESTINATION gets busybox.o, which lacks only the C library; applets, the names of the commands in
# it; and at last the file `done`. BusyBox's own makefiles do the work, without their last
# step: they would link a program for the host.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$1" && pwd)
destination=$2
flags=$3
mkdir -p "$(dirname "$destination")"
destination=$(cd "$(dirname "$destination")" && pwd)/$(basename "$destination")
work=$(mktemp -d "$destination.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
log=$work/log
mkdir "$work/build" "$work/result"

run_make() {
	make -C "$source" O="$work/build" EXTRA_CFLAGS="$flags -include platform.h -include $here/overlay.h" \
		SKIP_STRIP=y KBUILD_VERBOSE=0 "$@"
}

# Everything off; then our lines instead of those of the same name; new questions get their defaults.
configure() {
	cd "$work/build"
	run_make allnoconfig
	sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/\1/p' "$here/config" > named
	sed 's/^# \(CONFIG_[A-Z0-9_]*\) is not set/\1=n/' .config |
		awk -F= 'NR == FNR { named[$1]; next } !($1 in named)' named - |
		sed 's/^\(CONFIG_[A-Z0-9_]*\)=n$/# \1 is not set/' > rest
	cat rest "$here/config" > .config
	yes '' | run_make oldconfig
	grep '^CONFIG' "$here/config" | while read -r line; do
		grep -qxF "$line" .config || { echo "configuration: not taken: $line" && exit 1; }
	done
}

build_all() {
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	export MAKEFLAGS="-j$(nproc)"

	configure
	# In place of the link: keep all objects together, in the order in which it would take them.
	run_make cmd_busybox__='rm -f $@; ar rcDT $@ $(busybox-all)' busybox_unstripped
	run_make busybox.links
	ld -r -u main -o "$work/result/busybox.o" --start-group busybox_unstripped --end-group
	sed 's|.*/||' busybox.links | grep -vx busybox | sort -u > "$work/result/applets"
	touch "$work/result/done"
}

# In the background, because `set -e` does not hold inside a condition.
build_all > "$log" 2>&1 &
if ! wait $!; then
	tail -n 40 "$log" >&2
	cp "$log" "$destination.log"
	echo "busybox: build failed; the whole log is $destination.log" >&2
	exit 1
fi

[ -f "$destination/done" ] || rm -rf "$destination"
mv -T "$work/result" "$destination" 2> /dev/null || test -f "$destination/done"
