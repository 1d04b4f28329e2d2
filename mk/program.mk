# SPDX-License-Identifier: MIT
#
# Programs that run on Caplet: servers, apps and tests.
#
#   $(call program,NAME,FOLDER,SOURCES,VARIANT)   a program, in the boot archive as bin/NAME
#   $(call image,NAME,FOLDER,SOURCES,VARIANT)     the same, not in the boot archive
#
# SOURCES are names inside FOLDER (empty: every C and assembler file there); VARIANT is fpu, nofpu
# (if empty) or kill, see mk/toolchain.mk. The program is linked with the runtime, the generated
# interface code that it calls, and newlib. build/programs/NAME has symbols, build/stripped/NAME,
# which is what boots, has none.

program = $(eval PROGRAMS += $(strip $1))$(image)
image = $(eval $(call image-rules,$(strip $1),$(strip $2),$(image-sources),$(image-variant)))
image-sources = $(or $(strip $3),$(call sources-in,$2))
image-variant = $(or $(strip $4),nofpu)

sources-in = $(notdir $(sort $(wildcard $(strip $1)/*.c $(strip $1)/*.S)))

define image-rules
objects-$1 := $(addprefix $(BUILD)/$4/$2/,$(addsuffix .o,$(basename $3)))
DEPENDENCIES += $$(objects-$1:.o=.d)
$(BUILD)/programs/$1: $$(objects-$1) $$(libraries-$4)
	$$(call note,LD)
	@mkdir -p $$(@D)
	$$(Q)$$(LD) $$(USER_LDFLAGS) -o $$@ $$(objects-$1) \
		--start-group $$(libraries-$4) $$(LIBGCC) --end-group
endef

# Objects of each variant, from the tree and from generated sources, and their archives.
define user-object-rules
$(BUILD)/$1/%.o: %.c $(FLAGS_STAMP) | $(USER_HEADERS)
	$$(call note,CC)
	@mkdir -p $$(@D)
	$$(Q)$$(TARGET_CC) $$(USER_FLAGS) $$(FLAGS_$1) -c -o $$@ $$<

$(BUILD)/$1/%.o: %.S $(FLAGS_STAMP) | $(USER_HEADERS)
	$$(call note,AS)
	@mkdir -p $$(@D)
	$$(Q)$$(TARGET_CC) $$(USER_FLAGS) $$(FLAGS_$1) -c -o $$@ $$<

$(BUILD)/$1/idl/%.o: $(BUILD)/idl/%.c $(FLAGS_STAMP) | $(USER_HEADERS)
	$$(call note,CC)
	@mkdir -p $$(@D)
	$$(Q)$$(TARGET_CC) $$(USER_FLAGS) $$(FLAGS_$1) -c -o $$@ $$<

$(BUILD)/$1/%.a:
	$$(call note,AR)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $$(AR) $$(ARFLAGS) $$@ $$^
endef
$(eval $(call user-object-rules,fpu))
$(eval $(call user-object-rules,nofpu))
$(eval $(call user-object-rules,kill))

# The C library of each variant. -u _start takes the entry out of it.
libraries-fpu := $(BUILD)/fpu/libcaplet.a $(BUILD)/fpu/libidl.a \
	$(NEWLIB)/lib/fpu/libc.a $(NEWLIB)/lib/fpu/libm.a
libraries-nofpu := $(BUILD)/nofpu/libcaplet.a $(BUILD)/nofpu/libidl.a $(NEWLIB)/lib/nofpu/libc.a
libraries-kill := $(BUILD)/kill/libcaplet.a $(BUILD)/kill/libidl.a $(NEWLIB)/lib/nofpu/libc.a

USER_LDFLAGS := -static -nostdlib -u _start --gc-sections --build-id=none \
	-z noexecstack -z max-page-size=4096 -z separate-code

$(BUILD)/stripped/%: $(BUILD)/programs/%
	$(call note,STRIP)
	@mkdir -p $(@D)
	$(Q)strip -o $@ $<

$(BUILD)/symbols/%: $(BUILD)/programs/% build/host/mksymbols
	$(call note,SYMBOLS)
	@mkdir -p $(@D)
	$(Q)build/host/mksymbols $< $@
