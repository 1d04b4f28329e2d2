#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh CASE KERNEL ARCHIVE QEMU-COMMAND...    make a bad archive out of a good one, boot, judge
# run.sh list                                   the cases
#
# A case changes the members of the good archive, unpacked in $work, and says what must be printed.
# The machine must end by itself, or reach the prompt and obey there.
set -u

cases='no-archive archive-cut archive-damaged no-pager no-supervisor no-manifest manifest-damaged
manifest-version pager-not-elf pager-absurd supervisor-absurd server-missing server-absurd
server-crashes server-hangs program-missing pager-crashes memory-32 memory-64
memory-128 memory-192'

[ "$1" = list ] && { echo $cases; exit 0; }
case=$1 kernel=$2 archive=$3
shift 3
top=$PWD
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

members=$(tar tf "$archive" | grep -vx '\.pad')
mkdir "$work/files"
tar xf "$archive" -C "$work/files" $members 2>/dev/null
file() { echo "$work/files/$1"; }

# byte FILE OFFSET VALUE-IN-OCTAL: change one byte.
byte() { printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }

# Put the members together again; those that were deleted are left out.
pack() {
	set --
	for member in $members; do
		[ -e "$(file "$member")" ] && set -- "$@" "$member=$(file "$member")"
	done
	"$top/build/host/mkarchive" "$work/bad.tar" "$@"
}

# offset NAME: where the header of a member begins in the packed archive.
offset() { tar tRf "$work/bad.tar" | awk -v name="$1" '$3 == name { print $2 + 0; exit }'; }

expect=
script=
input=$work/bad.tar
case $case in
no-archive)
	input=
	expect='caplet cannot start: there is no boot archive' ;;
archive-cut)
	pack
	truncate -s $(($(offset bin/pager) * 512 + 100)) "$input"
	expect='root: the boot archive' ;;
archive-damaged)
	pack
	byte "$input" $(($(offset bin/pager) * 512 + 1)) 377
	expect='root: the boot archive is damaged' ;;
no-pager)
	rm "$(file bin/pager)"
	pack
	expect='root: the boot archive has no member bin/pager' ;;
no-supervisor)
	rm "$(file bin/supervisor)"
	pack
	expect='root: the boot archive has no member bin/supervisor' ;;
no-manifest)
	rm "$(file manifest)"
	pack
	expect='supervisor: the boot archive has no manifest' ;;
manifest-damaged)
	byte "$(file manifest)" 200 377
	pack
	expect="supervisor: the manifest's checksum is wrong" ;;
manifest-version)
	byte "$(file manifest)" 8 377
	pack
	expect='supervisor: the manifest is of another version' ;;
pager-not-elf)
	echo 'this is no program' >"$(file bin/pager)"
	pack
	expect='root: bin/pager: not an ELF file' ;;
pager-absurd) # a program header's count that leads far out of the file
	byte "$(file bin/pager)" 57 377
	pack
	expect='root: bin/pager: program headers outside' ;;
supervisor-absurd) # a segment of nearly 2^64 bytes: the first program header's p_memsz
	byte "$(file bin/supervisor)" $((64 + 40 + 7)) 377
	pack
	expect='root: bin/supervisor: a segment lies outside' ;;
server-missing)
	rm "$(file bin/timer)"
	pack
	script=svc
	expect='timer  *given up.*bin/timer: not in the boot archive' ;;
server-absurd)
	byte "$(file bin/timer)" $((64 + 40 + 7)) 377
	pack
	script=svc
	expect='timer  *given up.*bin/timer: a segment lies outside' ;;
server-crashes)
	cp "$IMAGES/test-crash" "$(file bin/timer)"
	pack
	script=svc
	expect='timer  *given up  *3 .*undefined instruction' ;;
server-hangs)
	cp "$IMAGES/test-hang" "$(file bin/timer)"
	pack
	script='svc log'
	expect='supervisor: timer is given up: hangs' ;;
program-missing)
	rm "$(file bin/monitor)"
	pack
	expect='monitor is given up: bin/monitor: not in the boot archive' ;;
pager-crashes)
	cp "$IMAGES/test-crash" "$(file bin/pager)"
	pack
	expect='root: died too often: pager' ;;
memory-192)
	input=$archive
	set -- "$@" -m 192
	script=mem
	expect='KiB under the pager' ;;
memory-*) # MiB that are not enough
	input=$archive
	set -- "$@" -m "${case#memory-}"
	expect='root: there is too little memory for the system' ;;
*)
	echo "run.sh: no case $case" >&2
	exit 2 ;;
esac

if [ -n "$script" ]; then
	# A prompt is reached in spite of all; give the ladder a moment to be climbed.
	printf '# wait\n%s\n' "$script" >"$work/script"
	printf '%s\n' "$expect" >"$work/expect"
	build/host/console-script -t 50 -e "$work/expect" "$work/script" "$@" -kernel "$kernel" \
		-initrd "$input"
	exit $?
fi
limit=20
case $case in no-archive | program-missing) limit=5 ;; esac # nobody is left who could end it
timeout $limit "$@" -kernel "$kernel" ${input:+-initrd "$input"} >"$work/output" 2>&1 </dev/null
status=$?
cat "$work/output"
grep -q "$expect" "$work/output" || { echo "FAIL: '$expect' was not printed"; exit 1; }
if [ $status = 124 ] && [ $limit = 20 ]; then
	echo "FAIL: the machine did not end"
	exit 1
fi
exit 0
