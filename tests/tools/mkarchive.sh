#!/bin/sh
# SPDX-License-Identifier: MIT
#
# mkarchive: tar reads what it wrote, the first member is first, all others start on a page, the
# same files give the same bytes, and what cannot be archived is refused without leaving a file.

set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkarchive=build/host/mkarchive

fail() {
	echo "mkarchive: $*" >&2
	exit 1
}

# Sizes around the edges of blocks and pages; the contents begin with a mark to search for.
sizes="0 1 511 512 513 3071 3072 3073 3584 4095 4096 4097 100000"
members=
for size in $sizes; do
	{ printf 'MARK%06d' "$size" && head -c 100000 /dev/zero; } | head -c "$size" > "$work/$size"
	members="$members f$size=$work/$size"
done

$mkarchive "$work/a.tar" root="$work/513" $members
touch -d '2001-01-01' "$work"/[0-9]*
$mkarchive "$work/b.tar" root="$work/513" $members
cmp "$work/a.tar" "$work/b.tar" || fail "times of files change the archive"

[ "$(tar -tf "$work/a.tar" | head -n 1)" = root ] || fail "root is not first"
for size in $sizes; do
	tar -xOf "$work/a.tar" "f$size" | cmp - "$work/$size" || fail "f$size differs"
done

# Every mark but the first is on a page.
grep -abo 'MARK[0-9]*' "$work/a.tar" | cut -d : -f 1 > "$work/marks"
[ "$(head -n 1 "$work/marks")" = 512 ] || fail "the data of root is not at 512"
[ "$(wc -l < "$work/marks")" = 12 ] || fail "not every member was found"
sed 1d "$work/marks" | while read -r offset; do
	[ $((offset % 4096)) = 0 ] || fail "a member's data is at $offset"
done

if $mkarchive "$work/c.tar" root="$work/none" 2> /dev/null || [ -e "$work/c.tar" ]; then
	fail "a missing file was accepted"
fi
if $mkarchive "$work/c.tar" noequals 2> /dev/null || [ -e "$work/c.tar" ]; then
	fail "an argument without = was accepted"
fi
long=$(printf '%0100d' 0)
if $mkarchive "$work/c.tar" "$long=$work/1" 2> /dev/null || [ -e "$work/c.tar" ]; then
	fail "a name of 100 bytes was accepted"
fi

# Links, and members from a list.
printf '%s\n' "f1=$work/1" 'bin/sh->busybox' '' 'bin/ls->busybox' > "$work/list"
$mkarchive "$work/d.tar" root="$work/513" @"$work/list"
[ "$(tar -tf "$work/d.tar" | grep -v pad | tr '\n' ' ')" = "root f1 bin/sh bin/ls " ] ||
	fail "the members of a list differ"
tar -tvf "$work/d.tar" | grep -q 'bin/ls -> busybox$' || fail "a link does not point"
if $mkarchive "$work/c.tar" @"$work/none" 2> /dev/null || [ -e "$work/c.tar" ]; then
	fail "a missing list was accepted"
fi
