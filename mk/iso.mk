# SPDX-License-Identifier: MIT
#
# build/caplet.iso: GRUB with the kernel and the boot archive, for BIOS and UEFI alike, on a CD
# or on a stick. Only the GRUB modules that the menu needs are put in.

ISO := $(BUILD)/caplet.iso

$(ISO): $(KERNEL) $(BOOT_ARCHIVE) mk/grub.cfg
	$(call note,ISO)
	@rm -rf $(BUILD)/iso && mkdir -p $(BUILD)/iso/boot/grub
	$(Q)strip -o $(BUILD)/iso/boot/caplet.elf $(KERNEL)
	$(Q)cp $(BOOT_ARCHIVE) $(BUILD)/iso/boot/boot.tar
	$(Q)cp mk/grub.cfg $(BUILD)/iso/boot/grub/grub.cfg
	$(Q)grub-mkrescue --locales= --themes= --fonts= --compress=xz \
		--install-modules="multiboot2 normal iso9660 part_gpt part_msdos fat serial all_video" \
		-o $@ $(BUILD)/iso 2> $(BUILD)/iso.log || { cat $(BUILD)/iso.log >&2; false; }

iso: $(ISO) ## make build/caplet.iso, for BIOS and UEFI
	@echo "$(ISO)"

# Both firmwares must bring it to the monitor's prompt.
OVMF_CODE := $(firstword $(wildcard /usr/share/OVMF/OVMF_CODE.fd /usr/share/OVMF/OVMF_CODE_4M.fd))
OVMF_VARS := $(subst CODE,VARS,$(OVMF_CODE))
OVMF_COPY := $(BUILD)/ovmf-vars.fd

$(OVMF_COPY): $(OVMF_VARS)
	$(Q)cp $< $@

ISO_SCRIPT := tests/boot/iso
iso-command = build/host/console-script -t $1 -e $(ISO_SCRIPT).expect $(ISO_SCRIPT).lines \
	$(QEMU_TEST) -cdrom $(ISO) $2

$(call command-test,iso/bios,90,$(call iso-command,80,),$(ISO))
$(call command-test,iso/uefi,150,$(call iso-command,140,\
	-drive if=pflash$(comma)format=raw$(comma)readonly=on$(comma)file=$(OVMF_CODE) \
	-drive if=pflash$(comma)format=raw$(comma)file=$(OVMF_COPY)),$(ISO) $(OVMF_COPY))

.PHONY: iso
