#!/bin/sh
# SPDX-License-Identifier: MIT
#
# console-script against a shell script that plays the guest: each status it can end with.

set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/guest" << 'END'
echo booting
printf 'caplet> '
while read -r line; do
	case $line in
	poweroff) exit 0 ;;
	bad) echo '[status 3]' ;;
	panic) echo 'kernel panic: no way out' && sleep 20 ;;
	hang) sleep 20 ;;
	end) exit 0 ;;
	*) echo "got $line" ;;
	esac
	printf 'caplet> '
done
END

# expect STATUS OPTIONS... -- LINES...
expect() {
	status=$1
	shift
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	printf '%s\n' "$@" > "$work/lines"
	got=0
	build/host/console-script $options "$work/lines" sh "$work/guest" > "$work/out" 2>&1 ||
		got=$?
	[ "$got" = "$status" ] && return
	echo "console-script: lines $* ended with $got, not $status:" >&2
	cat "$work/out" >&2
	exit 1
}

printf '# a comment\n\nbooting\ngot t[a-z]o$\n' > "$work/met"
printf 'got two\ngot one\n' > "$work/unmet"
printf 'got [\n' > "$work/wrong"

expect 0 -t 5 -- one two
expect 0 -t 5 -e "$work/met" -- one '# not typed' '' two
expect 1 -t 5 -e "$work/unmet" -- one two
expect 1 -t 5 -- bad one
expect 2 -t 5 -e "$work/wrong" -- one
expect 3 -t 5 -- panic
expect 4 -t 1 -- hang
expect 4 -t 1 -p 'another> ' -- one
expect 5 -t 5 -- one end two
expect 0 -t 5 -n -- one
expect 0 -t 5 -- one '@wait got one' '@keys two^J' '@wait got two' three
expect 4 -t 1 -- one '@wait got two' three
expect 0 -t 5 -- '@fails bad' one
expect 1 -t 5 -- '@fails one' one
