# SPDX-License-Identifier: MIT
#
# loadtest: fs, console and timer are killed again and again while clients work. What comes out of
# the console must be in order and there exactly once; check-output sees to that.

$(call program,loadtest,tests/guest,load/main.c load/load.c load/fs_load.c load/other_load.c \
	libc/holdings.c libc/suite.c,nofpu)

load-command = sh tests/guest/load/check-output build/host/console-script -t 110 \
	tests/guest/load/load.lines $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio \
	-kernel $(KERNEL) -initrd $(RESCUE_ARCHIVE)
$(call command-test,boot/load,120,$$(load-command),build/host/console-script \
	$(BUILD)/caplet.elf $(RESCUE_ARCHIVE))
