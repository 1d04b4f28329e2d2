# SPDX-License-Identifier: MIT
#
# The kernel test suite once more, in Bochs: its CPU has PCID, INVPCID, x2APIC and the TSC deadline,
# which QEMU's emulator lacks, and it checks more. (Its CPU is one that would get two views of each
# address space, without PCID: not here.) The display is text, so GRUB must not set the
# graphics mode that the kernel's header asks for.

BOCHS_ISO := $(BUILD)/kernel-suite.iso

$(BOCHS_ISO): $(KERNEL) $(BUILD)/kernel-suite.tar
	$(call note,ISO)
	@rm -rf $(BUILD)/bochs && mkdir -p $(BUILD)/bochs/boot/grub
	$(Q)strip -o $(BUILD)/bochs/boot/caplet.elf $(KERNEL)
	$(Q)cp $(BUILD)/kernel-suite.tar $(BUILD)/bochs/boot/boot.tar
	$(Q)printf '%s\n' 'set timeout=0' 'menuentry suite {' 'multiboot2 /boot/caplet.elf split=off' \
		'module2 /boot/boot.tar' 'set gfxpayload=text' '}' > $(BUILD)/bochs/boot/grub/grub.cfg
	$(Q)grub-mkrescue --locales= --themes= --fonts= --install-modules="multiboot2 normal iso9660" \
		-o $@ $(BUILD)/bochs 2> $(BUILD)/bochs.log || { cat $(BUILD)/bochs.log >&2; false; }

$(call command-test,bochs/kernel,100,tools/bochs $(BOCHS_ISO) 90 "suite done: [0-9]* passed$(comma) 0 failed",$(BOCHS_ISO))
