# SPDX-License-Identifier: MIT
#
# The kernel test suite once more, in Bochs, on two CPUs: Intel's has PCID, INVPCID, x2APIC and the TSC
# deadline, which QEMU's emulator lacks, AMD's SVM with next-RIP save; and Bochs checks more. `make
# test` runs the groups of tests that touch these, `make test-bochs` all of them. (Intel's is one that
# would get two views of each address space, without PCID: not here.) The display is text, so GRUB
# must not set the graphics mode that the kernel's header asks for.

BOCHS_MODELS := corei7_skylake_x ryzen
BOCHS_SHORT := only=ipc,sched,fault,space,fpu,register

# $(call bochs-iso,NAME,WORDS): the suite's ISO with these words on the kernel's command line.
bochs-iso = $(eval $(call bochs-iso-rules,$1,$2))
define bochs-iso-rules
$(BUILD)/bochs-$1.iso: $(KERNEL) $(BUILD)/kernel-suite.tar
	$$(call note,ISO)
	@rm -rf $(BUILD)/bochs-$1 && mkdir -p $(BUILD)/bochs-$1/boot/grub
	$$(Q)strip -o $(BUILD)/bochs-$1/boot/caplet.elf $(KERNEL)
	$$(Q)cp $(BUILD)/kernel-suite.tar $(BUILD)/bochs-$1/boot/boot.tar
	$$(Q)printf '%s\n' 'set timeout=0' 'menuentry suite {' \
		'multiboot2 /boot/caplet.elf split=off $2' 'module2 /boot/boot.tar' \
		'set gfxpayload=text' '}' > $(BUILD)/bochs-$1/boot/grub/grub.cfg
	$$(Q)grub-mkrescue --locales= --themes= --fonts= --install-modules="multiboot2 normal iso9660" \
		-o $$@ $(BUILD)/bochs-$1 2> $(BUILD)/bochs-$1.log || { cat $(BUILD)/bochs-$1.log >&2; false; }
endef
$(call bochs-iso,short,$(BOCHS_SHORT))
$(call bochs-iso,all,)

BOCHS_PASSED := "suite done: [0-9]* passed, 0 failed"
bochs-run = tools/bochs $1 $(BUILD)/bochs-$2.iso $3 $(BOCHS_PASSED)

$(foreach model,$(BOCHS_MODELS),$(call command-test,bochs/$(model),100,\
	$(call bochs-run,$(model),short,90),$(BUILD)/bochs-short.iso))

test-bochs: $(BUILD)/bochs-all.iso ## run the whole kernel suite in Bochs, on Intel's and on AMD's CPU
	@for model in $(BOCHS_MODELS); do echo "$$model:"; \
		$(call bochs-run,$$model,all,300) || exit 1; done

.PHONY: test-bochs
