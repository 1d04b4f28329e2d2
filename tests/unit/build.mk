# SPDX-License-Identifier: MIT
#
# The portable kernel on the host: unit tests under the sanitizers, and the explorer.
#
#   make explore LIMIT=n STEPS=n [NAMES='chain ...']     explore as far as you have time for

# All of kernel/*.c but what makes the root task at boot.
portable-kernel := $(filter-out kernel/boot.c kernel/boot_untyped.c kernel/archive.c kernel/elf.c, \
	$(sort $(wildcard kernel/*.c)))
model-machine := $(addprefix tests/unit/,arch_host.c entry.c world.c) tests/invariants/invariants.c

$(call unit-test,kernel,$(portable-kernel) $(model-machine) tests/unit/kernel_test.c \
	$(addprefix tests/unit/,cap_test.c cspace_test.c untyped_test.c refill_test.c \
	vspace_test.c world_test.c),-Itests/unit -Itests/invariants)

$(call unit-test,boot_memory,kernel/x86/boot_memory.c tests/unit/boot_memory_test.c,-Ikernel/x86)
$(call unit-test,acpi,kernel/x86/acpi.c tests/unit/acpi_test.c,-Ikernel/x86)

explorer := $(addprefix tests/unit/,explore.c explore_ipc.c explore_calls.c explore_beside.c \
	explore_memory.c explore_time.c explore_main.c)

$(call host-test,explore,$(portable-kernel) $(model-machine) $(explorer),-D_GNU_SOURCE -DUNTYPED_CHUNK_BITS=6 -DCANCEL_STEP=2 \
	-Itests/unit -Itests/invariants,300)

# The explorer must find what is broken on purpose: each mutation of the kernel, in turn.
$(call command-test,unit/mutations,200,tests/unit/mutate.sh build/unit/mutations,build/unit/explore)

LIMIT ?= 2000000
explore: build/unit/explore ## explore the kernel's states, up to LIMIT of each configuration and STEPS more of time
	build/unit/explore -l $(LIMIT) -s $(or $(STEPS),1) $(NAMES)

.PHONY: explore
