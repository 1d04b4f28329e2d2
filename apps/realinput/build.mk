# SPDX-License-Identifier: MIT

$(call program,realinput,apps,realinput/main.c lib/files.c lib/sha256.c,nofpu)

# What the host's sha256sum says of the files in the archive is what the guest must say.
$(BUILD)/realinput.expect: $(REAL_TEXT) $(REAL_BINARY)
	$(call note,SHA256)
	@mkdir -p $(@D)
	$(Q){ sha256sum < $(REAL_TEXT) | sed 's|^\(.*\)-$$|^\1data/GPL-3$$|'; \
		sha256sum < $(REAL_BINARY) | sed 's|^\(.*\)-$$|^\1data/binary$$|'; \
		echo '^tmpfs was killed 10 times$$'; } > $@

realinput-command = build/host/console-script -t 60 -e $(BUILD)/realinput.expect \
	apps/realinput/realinput.lines $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio \
	-kernel $(BUILD)/caplet.elf -initrd $(RESCUE_ARCHIVE)
$(call command-test,boot/realinput,70,$$(realinput-command),build/host/console-script \
	$(BUILD)/realinput.expect $(BUILD)/caplet.elf $(RESCUE_ARCHIVE))
