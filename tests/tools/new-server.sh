#!/bin/sh
# SPDX-License-Identifier: MIT
#
# new-server: in a copy of the tree, a new server builds, passes its own test, and what was written
# keeps the rules. A name that is taken or wrong is refused.

set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$work"
cd "$work"
for name in tmpfs Wrong 9lives with-dash; do
	if make -s new-server NAME=$name 2> /dev/null; then
		echo "new-server: the name $name was accepted" >&2
		exit 1
	fi
done
make -s new-server NAME=abacus
make -s -j2 system build/tests.list build/host/run-tests build/host/console-script
build/host/run-tests build/tests.list boot/abacus
for check in format spdx sizes; do
	tools/lint $check
done
