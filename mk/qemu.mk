# SPDX-License-Identifier: MIT
#
# The machine that Caplet boots on here: QEMU with its own emulator (never KVM), the first serial
# line on this terminal, no display. DISK=image attaches a disk, QEMU_ARGS= adds what you like.

KERNEL := $(BUILD)/caplet.elf
BOOT_ARCHIVE := $(BUILD)/boot.tar
RESCUE_ARCHIVE := $(BUILD)/rescue.tar

QEMU := qemu-system-x86_64
QEMU_MACHINE := -M q35 -cpu max -m 512 -nodefaults -no-user-config -display none -no-reboot
QEMU_EXIT := -device isa-debug-exit,iobase=0xf4,iosize=4
QEMU_TEST = $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio
QEMU_BOOT := -kernel $(KERNEL) -initrd $(BOOT_ARCHIVE)

comma := ,
QEMU_DISK := $(if $(DISK),-device virtio-blk-pci$(comma)drive=disk \
	-drive file=$(DISK)$(comma)format=raw$(comma)if=none$(comma)id=disk)

# $(call bench-archive,FILE): `make bench` boots it and collects what it prints.
BENCH_ARCHIVES :=
bench-archive = $(eval BENCH_ARCHIVES += $(strip $1))

# Counts instructions instead of time, and has no device but the serial line.
BENCH_MACHINE := -M q35 -cpu max,-erms -m 512 -smp 1 -nodefaults -no-user-config -display none \
	-no-reboot -icount shift=0,sleep=off

run: system ## install what is missing, build, boot on this terminal (quit: ctrl-a x)
	$(QEMU) $(QEMU_MACHINE) $(QEMU_DISK) $(QEMU_ARGS) -serial mon:stdio $(QEMU_BOOT)

TIMEOUT ?= 60
script: system build/host/console-script ## boot, type the lines of FILE at the prompt, power off
	@test -n "$(FILE)" || { echo 'usage: make script FILE=lines [DISK=image] [QEMU_ARGS=...] \
		[TIMEOUT=seconds]' >&2; exit 2; }
	@build/host/console-script -t $(TIMEOUT) $(FILE) $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) \
		$(QEMU_DISK) $(QEMU_ARGS) -serial stdio $(QEMU_BOOT)

# gdb starts QEMU itself and talks to it over a pipe, so no port is taken.
gdb: system ## boot stopped, gdb attached; PROGRAM=name loads that program's symbols too
	gdb -q $(KERNEL) -ex 'set confirm off' $(addprefix -ex 'add-symbol-file $(BUILD)/programs/, \
		$(addsuffix ',$(PROGRAM))) -ex 'target remote | exec $(QEMU) $(QEMU_MACHINE) \
		$(QEMU_DISK) $(QEMU_ARGS) -serial file:build/gdb.log $(QEMU_BOOT) -S -gdb stdio'

.PHONY: run script gdb
