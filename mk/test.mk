# SPDX-License-Identifier: MIT
#
# Tests. A build.mk adds to the list that tools/run-tests works through:
#
#   $(call unit-test,NAME,SOURCES,FLAGS)       a cmocka program, built by gcc and by clang, both
#                                              with the address and undefined-behaviour sanitizers
#   $(call host-test,NAME,SOURCES,FLAGS,SECONDS)      a host program, optimised; status 0: passed
#   $(call guest-suite,NAME,ARCHIVE,SECONDS,QEMU-ARGS)   a suite in QEMU, see tools/run-tests/log.c
#   $(call command-test,NAME,SECONDS,COMMAND,NEEDS)      any command; NEEDS are built before
#
# SOURCES are paths from the top. Every tests/boot/NAME.script with its NAME.expect is a test too:
# the lines are typed at the monitor's prompt, the output is held against the expectation.

# The list, and what must be built before it is run.
TEST_LINES :=
TEST_NEEDS := build/host/run-tests build/host/console-script

define newline


endef
test-add = $(eval TEST_LINES += $(strip $1)|$(strip $2)|$(or $(strip $3),60)|$(strip $4)$$(newline))

unit-test = $(foreach compiler,gcc clang,$(call unit-test-by,$(compiler),$(strip $1),$2,$3))
unit-test-by = $(eval $(call unit-test-rules,$2,$3,$4,$1))$(call test-add,unit,\
	unit/$2-$1,300,CMOCKA_MESSAGE_OUTPUT=TAP build/unit/$2-$1)

UNIT_FLAGS := -std=gnu17 -D_GNU_SOURCE -O1 -g $(WARNINGS) -MMD -MP \
	-Iinclude -Ikernel -I$(BUILD)/idl \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

define unit-test-rules
unit-objects-$1-$4 := $(patsubst %.c,build/unit/$4/$1/%.o,$2)
build/unit/$1-$4: $$(unit-objects-$1-$4)
	$$(call note,HOSTLD)
	$$(Q)$4 -fsanitize=address,undefined -o $$@ $$^ -lcmocka
build/unit/$4/$1/%.o: %.c | $$(IDL_HEADERS)
	$$(call note,HOSTCC)
	@mkdir -p $$(@D)
	$$(Q)$4 $$(UNIT_FLAGS) $3 -c -o $$@ $$<
TEST_NEEDS += build/unit/$1-$4
DEPENDENCIES += $$(unit-objects-$1-$4:.o=.d)
endef

host-test = $(eval $(call host-test-rules,$(strip $1),$(strip $2),$3))$(call test-add,\
	command,host/$(strip $1),$4,build/unit/$(strip $1))

define host-test-rules
host-test-objects-$1 := $(patsubst %.c,build/unit/host/$1/%.o,$2)
build/unit/$1: $$(host-test-objects-$1)
	$$(call note,HOSTLD)
	$$(Q)$$(HOSTCC) -o $$@ $$^
build/unit/host/$1/%.o: %.c | $$(IDL_HEADERS)
	$$(call note,HOSTCC)
	@mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $$(HOST_FLAGS) -Ikernel $3 -c -o $$@ $$<
TEST_NEEDS += build/unit/$1
DEPENDENCIES += $$(host-test-objects-$1:.o=.d)
endef

guest-suite = $(eval TEST_NEEDS += $(KERNEL) $(strip $2))$(call test-add,guest,\
	guest/$(strip $1),$3,$(QEMU_TEST) -kernel $(KERNEL) -initrd $(strip $2) $4)

command-test = $(eval TEST_NEEDS += $4)$(call test-add,command,$1,$2,$3)

# $(call script-run,SCRIPT,SECONDS,KERNEL,ARCHIVE): the command that types SCRIPT's lines.
script-run = build/host/console-script -t $2 -e $1.expect $1.script $(QEMU_TEST) \
	-kernel $3 -initrd $4

boot-scripts := $(basename $(sort $(wildcard tests/boot/*.script)))
boot-script-test = $(call command-test,boot/$(notdir $1),70,$(call script-run,$1,60,$(KERNEL),\
	$(RESCUE_ARCHIVE)),$(KERNEL) $(RESCUE_ARCHIVE))
$(foreach script,$(boot-scripts),$(call boot-script-test,$(script)))

# The same on a machine with more in it. The firmware leaves the USB controller running.
IOMMU_MACHINE := -device intel-iommu$(comma)aw-bits=48$(comma)intremap=on
$(call command-test,boot/iommu,70,$(call script-run,tests/boot/machine/iommu,60,$(KERNEL),$(RESCUE_ARCHIVE)) \
	$(IOMMU_MACHINE) -device ich9-usb-uhci1 -device usb-kbd,$(KERNEL) $(RESCUE_ARCHIVE))

# The second compiler builds the whole system without a warning, and it works.
clang-build := env -u MAKEFLAGS -u MFLAGS make -s -j2 CC=clang CI=true system
clang-boot := $(call script-run,tests/boot/posix,60,build/clang/caplet.elf,build/clang/rescue.tar)
ifneq ($(BUILD),build/clang)
$(call command-test,boot/clang,600,$(clang-build) && $(clang-boot))
endif

# The core alone, without a program that nobody here wrote: the monitor takes the shell's place.
core-build := env -u MAKEFLAGS -u MFLAGS make -s -j2 PORTS= BUILD=build/core system
core-boot := $(call script-run,tests/boot/core/monitor,60,build/core/caplet.elf,build/core/boot.tar)
ifneq ($(BUILD),build/core)
$(call command-test,boot/core,600,$(core-build) && $(core-boot))
endif
