# SPDX-License-Identifier: MIT
#
# Programs that run as the root task directly on the kernel.
#
#   $(call guest-program,NAME,SOURCES)     build/programs/NAME and build/stripped/NAME, linked with
#                                          the guest runtime of tests/guest/runtime and nothing else

GUEST_FLAGS = $(TARGET_FLAGS) -ffreestanding -fno-pic -fno-pie -fno-omit-frame-pointer \
	-mgeneral-regs-only -mno-red-zone -isystem $(COMPILER_INCLUDE)
GUEST_RUNTIME := $(wildcard tests/guest/runtime/*.c) tests/guest/runtime/start.S
GUEST_LDFLAGS := -static -nostdlib -e _start --gc-sections --build-id=none -z noexecstack \
	-z max-page-size=4096 -Ttext-segment=0x400000

guest-program = $(eval $(call guest-program-rules,$(strip $1),$2))

define guest-program-rules
guest-objects-$1 := $(addprefix $(BUILD)/guest/,$(addsuffix .o,$(basename $(GUEST_RUNTIME) $2)))
DEPENDENCIES += $$(guest-objects-$1:.o=.d)
$(BUILD)/programs/$1: $$(guest-objects-$1)
	$$(call note,LD)
	@mkdir -p $$(@D)
	$$(Q)$$(LD) $$(GUEST_LDFLAGS) -o $$@ $$^
endef

$(BUILD)/guest/%.o: %.c $(FLAGS_STAMP)
	$(call note,CC)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(GUEST_FLAGS) -c -o $@ $<

$(BUILD)/guest/%.o: %.S $(FLAGS_STAMP)
	$(call note,AS)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(GUEST_FLAGS) -c -o $@ $<
