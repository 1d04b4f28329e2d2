# SPDX-License-Identifier: MIT
#
# The machine that Caplet boots on here: QEMU with its own emulator (never KVM), the first serial
# line on this terminal, no display.

QEMU := qemu-system-x86_64
QEMU_MACHINE := -M q35 -cpu max -m 512 -nodefaults -no-user-config -display none -no-reboot
QEMU_EXIT := -device isa-debug-exit,iobase=0xf4,iosize=4
QEMU_DISK = $(if $(DISK),-drive file=$(DISK)$(,)format=raw$(,)if=none$(,)id=disk \
	-device virtio-blk-pci$(,)drive=disk)
, := ,

# The bench machine counts instructions: no device but the serial line.
BENCH_MACHINE := -M q35 -cpu max,-erms -m 512 -smp 1 -nodefaults -no-user-config -display none \
	-no-reboot -icount shift=0,sleep=off

run: system ## build, install what is missing, boot on this terminal (quit: ctrl-a x)
	$(QEMU) $(QEMU_MACHINE) $(QEMU_DISK) $(QEMU_ARGS) -serial mon:stdio \
		-kernel $(KERNEL) -initrd $(BOOT_ARCHIVE)

gdb: system ## boot stopped, with gdb attached and the kernel's symbols loaded
	gdb -q $(KERNEL) -ex 'set confirm off' -ex 'target remote | exec $(QEMU) $(QEMU_MACHINE) \
		$(QEMU_ARGS) -serial file:build/gdb.log -kernel $(KERNEL) -initrd $(BOOT_ARCHIVE) \
		-S -gdb stdio' $(foreach name,$(PROGRAM),-ex 'add-symbol-file build/programs/$(name)')

.PHONY: run gdb
