#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh MANIFESTC: every NAME.caplet here that has a NAME.errors must be refused with exactly these
# messages and leave no output; good.caplet must give the wiring of good.wiring, and a binary.
set -u
manifestc=$1
cd "$(dirname "$0")/../.." || exit 2
folder=tests/manifest
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
	echo "FAIL $1"
	failed=1
}

compile() {
	"$manifestc" --images "tmpfs console timer monitor" --interfaces "fs console timer" "$@"
}

for expected in "$folder"/*.errors; do
	name=$(basename "$expected" .errors)
	rm -f "$work/out.bin"
	if compile -o "$work/out.bin" "$folder/$name.caplet" 2>"$work/errors"; then
		fail "$name: was accepted"
	fi
	sed "s|^$folder/||" "$work/errors" | diff -u "$expected" - || fail "$name: other messages"
	[ ! -e "$work/out.bin" ] || fail "$name: wrote an output"
done

compile -o "$work/good.bin" --wiring text "$folder/good.caplet" >"$work/wiring" ||
	fail "good: was refused"
diff -u "$folder/good.wiring" "$work/wiring" || fail "good: another wiring"
[ -s "$work/good.bin" ] || fail "good: no output"
compile --wiring dot "$folder/good.caplet" | grep -q '"monitor" -> "files"' ||
	fail "good: the graph lacks an edge"

[ $failed = 0 ] && echo "manifestc: all as expected"
exit $failed
