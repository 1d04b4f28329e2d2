# SPDX-License-Identifier: MIT
#
# Guests, at the shell's prompt and at the guest's own: NAME.script is typed, NAME.expect must come.

ifneq ($(filter vmm,$(PORTS)),)

# Caplet itself as a guest: its kernel, and its boot archive as the kernel's module.
LARGER_ARCHIVES += vm-test
members-vm-test := vm/caplet.elf=$(KERNEL) vm/caplet.tar=$(BOOT_ARCHIVE) vm/caplet.vm=tests/vm/caplet.vm \
	$(foreach n,1 2 3,vm/multiboot$n=$(BUILD)/vm/multiboot$n)

# Small guests for each way of Multiboot: see guest.c. In the third the file is the image.
$(BUILD)/vm/multiboot%: tests/vm/loaders/guest.c
	$(call note,CC)
	@mkdir -p $(@D)
	$(Q)gcc -m32 -march=i686 -O2 $(WARNINGS) -DPROTOCOL=$* -ffreestanding -fno-pic -fno-pie -no-pie \
		-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -nostdlib -static \
		-Wl,-Ttext-segment=0x200000,-e,guest_start,--build-id=none,-m,elf_i386 \
		-o $@ $<

# $(call vm-test,NAME,SECONDS,QEMU-ARGS,ARCHIVE)
vm-test = $(call command-test,vm/$(strip $1),$2,build/host/console-script -t $2 -p 'caplet> ' \
	-p 'guest> ' -e tests/vm/$(strip $1).expect tests/vm/$(strip $1).script $(QEMU_TEST) $3 \
	-kernel $(KERNEL) -initrd $(or $4,$(BOOT_ARCHIVE)),$(KERNEL) $(or $4,$(BOOT_ARCHIVE)))

$(call vm-test,console,120)
$(call vm-test,smp,120)
$(call vm-test,two,180,-m 768)
$(call vm-test,bad,120)
$(call vm-test,nosvm,60,-cpu max$(comma)-svm)
$(call vm-test,memtest,180)
$(call vm-test,caplet,180,-m 1024,$(BUILD)/vm-test.tar)
$(call vm-test,loaders,60,,$(BUILD)/vm-test.tar)

# The same with what tests bring: scripts, other guests, the guest that means harm.
vm-test-more = $(call command-test,vm/$(strip $1),$2,build/host/console-script -t $2 \
	-e tests/vm/$(strip $1).expect tests/vm/$(strip $1).script $(QEMU_TEST) -m 1024 \
	-kernel $(KERNEL) -initrd $(BUILD)/shell-test.tar,$(KERNEL) $(BUILD)/shell-test.tar)

$(call vm-test-more,disk,150)
$(call vm-test-more,net,150)

endif
