#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh KERNEL ARCHIVE QEMU-COMMAND...: boots, shows the lines `fault<TAB>...` and what went wrong, and
# holds the lines that the load wrote against their numbers. Status 0 if nobody noticed anything.
kernel=$1 archive=$2
shift 2
mkdir -p build/fault
log=build/fault/$(basename "$archive" .tar).log
timeout 3600 sh tests/guest/load/check-output sh -c '"$@" </dev/null; [ $? = 33 ]' run "$@" \
	-kernel "$kernel" -initrd "$archive" >"$log" 2>&1
status=$?
tr -d '\r' <"$log" | grep -a '^fault\|^wrong\|^torn\|^missing\|^no run\|^root:'
[ $status = 0 ] || echo "fault: failed, see $log" >&2
exit $status
