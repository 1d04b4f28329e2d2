#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compare.sh LABEL SECONDS HOST-COMMAND LINES COMMAND...: what the guest says is what the host says.
#
# HOST-COMMAND is run here by sh, on a terminal of its own. COMMAND (QEMU) boots Caplet, where the
# lines of the file LINES are typed. Both print, between a line `begin LABEL` and a line `end LABEL`,
# what is to be the same; of each side there must be one such part.

set -eu
label=$1
seconds=$2
host=$3
lines=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

part() {
	tr -d '\r' < "$1" | awk -v label="$label" '
		$0 == "begin " label { on = 1; next }
		$0 == "end " label { on = 0; parts++ }
		on { print }
		END { exit parts != 1 }'
}

script -qec "$host" /dev/null < /dev/null > "$work/host.log"
part "$work/host.log" > "$work/host" || { cat "$work/host.log" && echo "$label: the host did not end" && exit 1; }
build/host/console-script -t "$seconds" "$lines" "$@" > "$work/guest.log" ||
	{ status=$? && cat "$work/guest.log" && echo "$label: the guest failed" && exit $status; }
part "$work/guest.log" > "$work/guest" || { cat "$work/guest.log" && echo "$label: the guest did not end" && exit 1; }
[ -s "$work/host" ] || { echo "$label: nothing to compare" && exit 1; }
diff -u "$work/host" "$work/guest" || exit 1
echo "$label: $(wc -l < "$work/host") lines, all equal"
