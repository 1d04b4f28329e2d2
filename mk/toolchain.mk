# SPDX-License-Identifier: MIT
#
# Compilers and flags. There is no cross compiler: the host's gcc (or clang, with CC=clang) makes
# kernel and programs, once the distribution's defaults for hosted Linux programs are turned off.

ifeq ($(origin CC),default)
CC := gcc
endif
ifneq ($(findstring clang,$(CC)),)
BUILD := build/clang
TARGET_CC := $(CC) --target=x86_64-unknown-elf
DIRECT_ACCESS := -fdirect-access-external-data
else
BUILD := build
TARGET_CC := $(CC)
# Code is not padded to what a fetch takes at once: that is worth less than the cache it costs.
UNALIGNED := -falign-functions=1 -falign-jumps=1 -falign-loops=1 -falign-labels=1
endif
HOSTCC ?= gcc
LD := ld
AR := ar

# Members without time or owner: the same sources give the same archive.
ARFLAGS := rcsD

WARNINGS := -Wall -Wextra -Wno-unused-parameter
ifeq ($(CI),true)
WARNINGS += -Werror
endif

COMPILER_INCLUDE := $(shell $(CC) -print-file-name=include 2>/dev/null)
LIBGCC := $(shell gcc -print-libgcc-file-name 2>/dev/null)

# What kernel and programs share. No frame may hold a build path.
TARGET_FLAGS := -std=gnu17 -O2 -g $(WARNINGS) -MMD -MP -Iinclude -ffile-prefix-map=$(CURDIR)/= \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-common \
	-ffunction-sections -fdata-sections -U_FORTIFY_SOURCE -nostdinc

# The kernel is position-independent code linked at one address, without relocations; it never
# touches a vector register, and interrupts would trample a red zone.
KERNEL_FLAGS := $(TARGET_FLAGS) -Os -ffreestanding -fpie $(DIRECT_ACCESS) -mgeneral-regs-only \
	-mno-red-zone -Ikernel -Ikernel/x86 -isystem $(COMPILER_INCLUDE)

# Programs are built for a variant: fpu; nofpu for those that declare no FPU use; kill for tests,
# that is nofpu with kill points (caplet/kill_point.h).
USER_FLAGS = $(TARGET_FLAGS) -fno-pic -fno-pie -fno-omit-frame-pointer -ftls-model=local-exec \
	-D__caplet__ -U__linux__ -U__linux -Ulinux -U__gnu_linux__ -U__unix__ -U__unix -Uunix \
	-I$(BUILD)/idl -Ilibc/include -isystem $(NEWLIB)/include -isystem $(COMPILER_INCLUDE)
FLAGS_fpu =
FLAGS_nofpu = -mgeneral-regs-only -DCAPLET_NOFPU
FLAGS_kill = $(FLAGS_nofpu) -DKILL_POINTS

HOST_FLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -g $(WARNINGS) -MMD -MP -Iinclude

# $(call note,VERB): the one line that each command prints; V=1 prints the commands themselves,
# `make -s` nothing.
ifeq ($(V),1)
Q :=
note = @:
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
Q := @
note = @:
else
Q := @
note = @printf '  %-8s %s\n' '$1' '$(patsubst $(CURDIR)/%,%,$@)'
endif

# Whatever was built with other flags is built anew: this file changes when the flags do.
FLAGS_STAMP := $(BUILD)/flags
FLAGS_TEXT = $(CC) $(KERNEL_FLAGS) $(USER_FLAGS)

$(FLAGS_STAMP): always
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS_TEXT)' | cmp -s - $@ || printf '%s\n' '$(FLAGS_TEXT)' > $@

always:
.PHONY: always

# Kernel objects.
$(BUILD)/kernel/%.o: kernel/%.c $(FLAGS_STAMP)
	$(call note,CC)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(KERNEL_FLAGS) -c -o $@ $<

$(BUILD)/kernel/%.o: kernel/%.S $(FLAGS_STAMP)
	$(call note,AS)
	@mkdir -p $(@D)
	$(Q)$(TARGET_CC) $(KERNEL_FLAGS) -c -o $@ $<

# Host tools: each folder tools/NAME with C files in it is one program, build/host/NAME.
HOST_TOOLS := $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard tools/*/*.c)))))

define host-tool-rules
host-objects-$1 := $(patsubst %.c,build/host/%.o,$(wildcard tools/$1/*.c))
build/host/$1: $$(host-objects-$1)
	$$(call note,HOSTLD)
	$$(Q)$$(HOSTCC) -g -o $$@ $$^
DEPENDENCIES += $$(host-objects-$1:.o=.d)
endef
$(foreach tool,$(HOST_TOOLS),$(eval $(call host-tool-rules,$(tool))))

build/host/%.o: %.c
	$(call note,HOSTCC)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_FLAGS) -c -o $@ $<
