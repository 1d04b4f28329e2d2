# SPDX-License-Identifier: MIT
#
# Ports: programs that others wrote, built for Caplet from Debian's source packages. None of their
# text is in this tree: what is here, in apps/ports/NAME, is configuration. PORTS names those to be
# built (mk/host.mk has the default); `make PORTS=` does without. See docs/ports.md.
#
#   $(call port-program,NAME,OBJECTS)   a program, in the boot archive as bin/NAME
#   $(call port-object,OBJECT,SOURCE,PACKAGE,FLAGS)   one C file of a package
#
# Sources and what was compiled of BusyBox stay in CAPLET_CACHE: once fetched, no network is needed.

SOURCES := $(CAPLET_CACHE)/sources

# A folder that has `version` is whole.
$(SOURCES)/%/version:
	$(call note,FETCH)
	$(Q)tools/fetch-source $* $(@D)
.PRECIOUS: $(SOURCES)/%/version

# Ports are compiled by gcc even where the tree is compiled by clang, as newlib is: it is our code that
# both compilers are to accept.
PORT_FLAGS = -std=gnu17 -O2 -g -w -MMD -MP -ffile-prefix-map=$(CURDIR)/= -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-common -ffunction-sections \
	-fdata-sections -U_FORTIFY_SOURCE -fno-pic -fno-pie -fno-omit-frame-pointer \
	-ftls-model=local-exec -nostdinc -D__caplet__ -D_GNU_SOURCE \
	-U__linux__ -U__linux -Ulinux -U__gnu_linux__ -U__unix__ -U__unix -Uunix \
	-I$(abspath libc/include) -isystem $(abspath $(NEWLIB))/include \
	-isystem $(shell gcc -print-file-name=include 2>/dev/null)

port-object = $(eval $(call port-object-rules,$(strip $1),$(strip $2),$(strip $3),$4))

define port-object-rules
$1: $(SOURCES)/$3/version $(FLAGS_STAMP) | $(USER_HEADERS)
	$$(call note,CC)
	@mkdir -p $$(@D)
	$$(Q)gcc $$(PORT_FLAGS) $4 -c -o $$@ $(SOURCES)/$3/source/$2
DEPENDENCIES += $(1:.o=.d)
endef

port-program = $(eval $(call port-program-rules,$(strip $1),$2))

define port-program-rules
PROGRAMS += $1
$(BUILD)/programs/$1: $2 $$(libraries-fpu)
	$$(call note,LD)
	@mkdir -p $$(@D)
	$$(Q)$$(LD) $$(USER_LDFLAGS) -o $$@ $2 --start-group $$(libraries-fpu) $$(LIBGCC) --end-group
endef

# Binary packages whose files are used as they are: unpacked, never installed.
PACKAGES := $(CAPLET_CACHE)/packages

$(PACKAGES)/%/done:
	$(call note,FETCH)
	$(Q)tools/fetch-package $* $(@D)
.PRECIOUS: $(PACKAGES)/%/done

# Entries of the manifest that come with a port, and further members of the boot archive.
MANIFEST_PARTS :=
PORT_MEMBERS :=

include $(foreach port,$(PORTS),apps/ports/$(port)/build.mk)
