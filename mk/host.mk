# SPDX-License-Identifier: MIT
#
# What the host must have is listed in tools/packages. The commands that promise to install what
# is missing do so before anything else: make remakes an included makefile first, then starts
# over, and here that makefile is an empty stamp whose rule asks tools/doctor to install.

PORTS ?= busybox lua zlib vmm
host-build := build $(if $(strip $(PORTS)),ports)

host-purposes-run := $(host-build) run
host-purposes-script := $(host-build) run
host-purposes-gdb := $(host-build) run gdb
host-purposes-bench := $(host-build) run bench
host-purposes-iso := $(host-build) iso
host-purposes-test := $(host-build) run iso test lint
host-purposes-fault := $(host-build) run
host-purposes-lint := build lint test

HOST_PURPOSES := $(sort $(foreach goal,$(MAKECMDGOALS),$(host-purposes-$(goal))))

ifneq ($(HOST_PURPOSES),)
empty :=
HOST_STAMP := build/host/ready-$(subst $(empty) ,-,$(HOST_PURPOSES))
$(HOST_STAMP): tools/packages tools/doctor
	@tools/doctor --install $(HOST_PURPOSES)
	@mkdir -p $(@D) && touch $@
include $(HOST_STAMP)
endif

doctor: ## say what of the host is missing or too old, and the line that mends it
	@tools/doctor

.PHONY: doctor
