# SPDX-License-Identifier: MIT
#
# BusyBox: the shell and the common commands, one program under many names. Its own build system
# compiles it into one object, which is made anew only when the configuration or libc's headers
# change; a changed libc is linked in, no more.

busybox-inputs := $(sort $(wildcard apps/ports/busybox/*) \
	$(shell find libc/include -name '*.h'))
busybox-key := $(shell { sha256sum $(busybox-inputs) mk/ports.mk; echo $(NEWLIB); \
	gcc -dumpfullversion; } | sha256sum | cut -c 1-16)
BUSYBOX := $(CAPLET_CACHE)/busybox-$(busybox-key)

# The script builds in a folder of its own and renames it at the end.
$(BUSYBOX)/done: $(SOURCES)/busybox/version $(NEWLIB_STAMP)
	$(call note,BUSYBOX)
	$(Q)apps/ports/busybox/build.sh $(SOURCES)/busybox/source $(BUSYBOX) \
		"$(filter-out -MMD -MP -std=gnu17,$(PORT_FLAGS))"

$(BUSYBOX)/busybox.o $(BUSYBOX)/applets: $(BUSYBOX)/done ;

$(call port-program,busybox,$(BUSYBOX)/busybox.o)

# Each applet is a link in bin/ to busybox.
$(BUILD)/busybox.members: $(BUSYBOX)/applets
	$(Q)sed 's|.*|bin/&->busybox|' $< > $@
ARCHIVE_LISTS += $(BUILD)/busybox.members
