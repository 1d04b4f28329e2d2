#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh SOURCE.tar.xz DESTINATION: build newlib for Caplet.
#
# DESTINATION gets include/, lib/fpu/libc.a, lib/fpu/libm.a and lib/nofpu/libc.a, and at last the
# file `done`. The source is patched with the patches beside this script and gets the headers of
# include/ laid over. Needs only gcc, binutils, make, patch and xz: no autoconf, no texinfo.
#
# The nofpu library serves programs that never touch a vector register. The files named in
# nofpu-left-out cannot be compiled so, because they take or return floating numbers; there is no
# libm, and printf and scanf know no floating formats.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$1
destination=$2
mkdir -p "$(dirname "$destination")"
work=$(mktemp -d "$(cd "$(dirname "$destination")" && pwd)/newlib-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
log=$work/log

flags="-O2 -g -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-common
	-fno-omit-frame-pointer -ftls-model=local-exec -U_FORTIFY_SOURCE -w
	-D__caplet__ -U__linux__ -U__linux -Ulinux -U__gnu_linux__
	-ffile-prefix-map=$work/=/newlib/"
flags=$(echo $flags) # on one line, as it goes into makefiles

# configure VARIANT FLAGS...: in a folder of its own, where the shell then stands.
configure() {
	variant=$1
	shift
	mkdir "$work/$variant"
	cd "$work/$variant"
	"$work/source-$variant/configure" --prefix="$work/installed" --target=x86_64-caplet-elf \
		--disable-multilib --disable-libgloss --disable-nls --disable-shared \
		--enable-newlib-retargetable-locking --enable-newlib-multithread \
		--enable-newlib-io-long-long --enable-newlib-io-c99-formats \
		--enable-newlib-io-long-double --enable-newlib-io-pos-args \
		--enable-newlib-mb --enable-newlib-long-time_t \
		--enable-newlib-global-stdio-streams \
		--disable-newlib-supplied-syscalls \
		CC_FOR_TARGET=gcc AR_FOR_TARGET=ar RANLIB_FOR_TARGET=ranlib AS_FOR_TARGET=as \
		LD_FOR_TARGET=ld NM_FOR_TARGET=nm STRIP_FOR_TARGET=strip \
		READELF_FOR_TARGET=readelf OBJDUMP_FOR_TARGET=objdump MAKEINFO=true \
		CFLAGS_FOR_TARGET="$flags $*"
}

build_all() {
	# make's own flags would reach newlib's makefiles; only the number of jobs should.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	export MAKEFLAGS="-j$(nproc)"

	mkdir "$work/unpacked"
	tar -xf "$source" -C "$work/unpacked"
	mv "$work/unpacked"/* "$work/source-fpu"
	for file in "$here"/*.patch; do
		patch -d "$work/source-fpu" -p1 < "$file"
	done
	cp -r "$here/include/." "$work/source-fpu/newlib/libc/include/"
	cp -r "$work/source-fpu" "$work/source-nofpu"
	sed 's/#.*//' "$here/nofpu-left-out" | while read -r file; do
		[ -z "$file" ] || : > "$work/source-nofpu/newlib/$file"
	done

	configure fpu
	make all-target-newlib
	make install-target-newlib

	configure nofpu -mgeneral-regs-only -DNO_FLOATING_POINT
	make configure-target-newlib
	make -C x86_64-caplet-elf/newlib stmp-targ-include
	make -C x86_64-caplet-elf/newlib/libc AR_FLAGS=rc

	mkdir -p "$work/result/lib/fpu" "$work/result/lib/nofpu"
	cp -r "$work/installed/x86_64-caplet-elf/include" "$work/result/include"
	cp "$work/installed/x86_64-caplet-elf/lib/libc.a" "$work/result/lib/fpu/"
	cp "$work/installed/x86_64-caplet-elf/lib/libm.a" "$work/result/lib/fpu/"
	cp "$work/nofpu/x86_64-caplet-elf/newlib/libc/libc.a" "$work/result/lib/nofpu/"
	touch "$work/result/done"
}

cd "$here/../.."
destination=$(cd "$(dirname "$destination")" && pwd)/$(basename "$destination")
# In the background, because `set -e` does not hold inside a condition.
build_all > "$log" 2>&1 &
if ! wait $!; then
	tail -n 40 "$log" >&2
	cp "$log" "$destination.log"
	echo "newlib: build failed; the whole log is $destination.log" >&2
	exit 1
fi

# A folder without `done` is what an interrupted copy left.
[ -f "$destination/done" ] || rm -rf "$destination"

# Whoever finishes first wins; both built the same.
mv -T "$work/result" "$destination" 2>/dev/null || test -f "$destination/done"
