# SPDX-License-Identifier: MIT
#
# Caplet's build. One make, not recursive: mk/*.mk holds the rules, and a short build.mk in each
# folder says what is built from it.
#
#   make run        build the system and boot it on this terminal
#   make help       all commands
#
# To add a server or a program, write a build.mk beside its sources:
#
#   $(call program,NAME,FOLDER,SOURCES,nofpu)
#
# Everything built lands in build/ (build/clang/ with CC=clang); deleting it loses nothing.

all: system

# As many jobs as there are processors, if no other number is asked for.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

include mk/toolchain.mk
include mk/host.mk
include mk/newlib.mk
include mk/idl.mk
include mk/program.mk
include mk/archive.mk
include mk/ports.mk
include mk/qemu.mk
include mk/test.mk
include mk/iso.mk
include mk/bochs.mk

include $(wildcard kernel/build.mk libc/build.mk tools/build.mk)
include $(sort $(wildcard servers/*/build.mk servers/*/*/build.mk apps/*/build.mk))
include $(sort $(wildcard tests/*/build.mk)) $(sort $(wildcard tests/*/*/build.mk))

include mk/lint.mk
include mk/system.mk

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' \
		$(addprefix mk/,$(addsuffix .mk,qemu system iso bochs lint archive idl host newlib)) Makefile \
		tests/fault/build.mk tests/guest/kill/build.mk

clean: ## delete everything built
	rm -rf build

.PHONY: all help clean
.DELETE_ON_ERROR:
-include $(DEPENDENCIES)
