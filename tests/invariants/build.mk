# SPDX-License-Identifier: MIT
#
# The kernel that can check itself: see walk.c. The guest suites of tests/guest/stress run on it.

CHECKED_KERNEL := $(BUILD)/caplet-checked.elf
checked-objects := $(addprefix $(BUILD)/tests/invariants/,invariants.o walk.o)
DEPENDENCIES += $(checked-objects:.o=.d)

$(checked-objects): $(BUILD)/tests/invariants/%.o: tests/invariants/%.c $(FLAGS_STAMP)
	$(call note,CC)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(KERNEL_FLAGS) -c -o $@ $<

$(CHECKED_KERNEL): $(kernel-objects) $(checked-objects) kernel/x86/kernel.lds
	$(call note,LD)
	$(Q)$(LD) -static -nostdlib --no-dynamic-linker --build-id=none --gc-sections \
		--wrap=kernel_syscall -z noexecstack -z max-page-size=4096 -T kernel/x86/kernel.lds \
		-o $@ $(kernel-objects) $(checked-objects)

# $(call checked-suite,NAME,ARCHIVE,SECONDS,QEMU-ARGS): a guest suite on it.
checked-suite = $(eval TEST_NEEDS += $(CHECKED_KERNEL) $(strip $2))$(call test-add,guest,\
	guest/$(strip $1),$3,$(QEMU_TEST) -kernel $(CHECKED_KERNEL) -initrd $(strip $2) $4)
