#!/bin/sh
# SPDX-License-Identifier: MIT
#
# idlc: what it makes of good files (held against the copies in idlc/good, compiled by both
# compilers), what it says about bad ones, and that no damaged file makes it crash or hang.
#
#   UPDATE=1 tests/tools/idlc.sh     take what it makes now as right

set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
idlc=$top/build/host/idlc
careful=$top/build/unit/idlc-sanitized
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain() {
	echo "not ok: $*"
	failures=$((failures + 1))
}

cd "$top/tests/tools/idlc/good"
for file in *.idl; do
	name=${file%.idl}
	"$idlc" --header "$work/$name.h" --client "$work/${name}_client.c" \
		--server "$work/${name}_server.c" --reference "$work/$name.md" "$file"
	for made in "$name.h" "${name}_client.c" "${name}_server.c"; do
		[ "$(head -n 1 "$work/$made")" = "// SPDX-License-Identifier: MIT" ] ||
			complain "good/$made: no licence line"
	done
	for made in "$name.h" "${name}_client.c" "${name}_server.c" "$name.md"; do
		if [ -n "${UPDATE-}" ]; then
			cp "$work/$made" "$made.expect"
		fi
		diff -u "$made.expect" "$work/$made" || complain "good/$made"
	done
done
for file in *.idl; do
	name=${file%.idl}
	for compiler in gcc clang; do
		for side in client server; do
			$compiler -std=gnu17 -O2 -Wall -Wextra -Wno-unused-parameter -Werror -c \
				-I"$top/include" -I"$work" -o "$work/object.o" \
				"$work/${name}_$side.c" || complain "$compiler ${name}_$side.c"
		done
	done
done

# Some of them extend good ones, which must lie beside them.
bad=$top/tests/tools/idlc/bad
mkdir "$work/bad"
cp "$bad"/*.idl *.idl "$work/bad"
cd "$work/bad"
for file in "$bad"/*.idl; do
	file=${file##*/}
	status=0
	timeout 5 "$idlc" "$file" >"$work/said" 2>&1 || status=$?
	if [ -n "${UPDATE-}" ]; then
		cp "$work/said" "$bad/${file%.idl}.expect"
	fi
	[ $status = 1 ] || complain "bad/$file: status $status"
	diff -u "$bad/${file%.idl}.expect" "$work/said" || complain "bad/$file"
done

# Cut off at every 97th byte; and one byte in 97 turned into another.
try() {
	status=0
	timeout 10 "$careful" --header /dev/null --client /dev/null --server /dev/null \
		--reference /dev/null "$work/fs.idl" >"$work/said" 2>&1 || status=$?
	if [ $status -gt 1 ]; then
		head -5 "$work/said"
		complain "damaged at $1: status $status"
	fi
}
original=$top/include/caplet/idl/fs.idl
cp "$top/include/caplet/idl/file.idl" "$work"
bytes=$(wc -c <"$original")
at=1
while [ $at -lt "$bytes" ]; do
	head -c $at "$original" >"$work/fs.idl"
	try $at
	head -c $((at - 1)) "$original" >"$work/fs.idl"
	printf '}' >>"$work/fs.idl"
	tail -c +$((at + 1)) "$original" >>"$work/fs.idl"
	try "$at, one byte"
	at=$((at + 97))
done

# Files that nobody wrote.
head -c 70000 /dev/zero >"$work/fs.idl"
try "zeroes"
yes 'interface { ( < [' | head -c 70000 >"$work/fs.idl"
try "brackets"
yes '{' | head -c 1100000 >"$work/fs.idl"
status=0
"$careful" "$work/fs.idl" 2>/dev/null || status=$?
[ $status = 2 ] || complain "a file of more than a megabyte: status $status"

[ $failures = 0 ]
