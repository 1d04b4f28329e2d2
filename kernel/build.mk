# SPDX-License-Identifier: MIT
#
# The kernel: every C file of kernel/, every C and assembler file of the machine's folder.

kernel-sources := $(sort $(wildcard kernel/*.c kernel/x86/*.c kernel/x86/*.S))
kernel-objects := $(addprefix $(BUILD)/,$(addsuffix .o,$(basename $(kernel-sources))))
DEPENDENCIES += $(kernel-objects:.o=.d)

# What is in every message and every fault is compiled for speed, so is what is
# gone after the start; the rest for size.
kernel-hot := direct sched message notification invocation cspace fault \
	vspace vspace_invoke ipc notification x86/apic
kernel-boot := boot boot_untyped archive elf x86/boot_memory x86/segment x86/window x86/start
$(patsubst %,$(BUILD)/kernel/%.o,$(kernel-hot) $(kernel-boot)): KERNEL_FLAGS += -O2 $(UNALIGNED)

$(BUILD)/caplet.elf: $(kernel-objects) kernel/x86/kernel.lds
	$(call note,LD)
	$(Q)$(LD) -static -nostdlib --no-dynamic-linker --build-id=none --gc-sections \
		-z noexecstack -z max-page-size=4096 -T kernel/x86/kernel.lds \
		-o $@ $(kernel-objects)
