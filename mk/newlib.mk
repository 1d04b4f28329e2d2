# SPDX-License-Identifier: MIT
#
# newlib, from Debian's newlib-source, built once for each variant and kept in CAPLET_CACHE under a
# name that says what went in: package, compiler, patches, configuration and overlay.

CAPLET_CACHE ?= build/cache

NEWLIB_SOURCE := /usr/src/newlib/newlib-3.3.0.tar.xz
newlib-inputs := $(sort $(wildcard libc/newlib/* libc/newlib/include/*/*))
newlib-key := $(shell { sha256sum $(NEWLIB_SOURCE) $(newlib-inputs) 2>/dev/null; \
	gcc -dumpfullversion 2>/dev/null; } | sha256sum | cut -c 1-16)

NEWLIB := $(CAPLET_CACHE)/newlib-$(newlib-key)
NEWLIB_STAMP := $(NEWLIB)/done

# The script builds in a folder of its own and renames it at the end: a half-built one never
# counts, and two builds at a time do no harm.
$(NEWLIB_STAMP):
	$(call note,NEWLIB)
	$(Q)libc/newlib/build.sh $(NEWLIB_SOURCE) $(NEWLIB)

# The archives come with the stamp.
NEWLIB_ARCHIVES := $(addprefix $(NEWLIB)/lib/,fpu/libc.a fpu/libm.a nofpu/libc.a)
$(NEWLIB_ARCHIVES): $(NEWLIB_STAMP) ;

newlib: $(NEWLIB_STAMP) ## build the C library only

.PHONY: newlib
