# SPDX-License-Identifier: MIT
#
# Boot archives: a ustar file whose first member, `root`, is the image of the first task. Every
# other member's data starts on a page, so that it can be mapped where it lies.
#
#   $(call archive,NAME,MEMBER=FILE ...)     build/NAME.tar; @FILE: the members that FILE lists
#   $(call program-members,NAME ...)         bin/NAME=FILE for each program, and sym/NAME=FILE, its
#                                            symbols for crash reports
#
# A build.mk asks for an archive of its own with these, for instance one with another manifest.

archive = $(eval $(call archive-rules,$(strip $1),$(strip $2)))

define archive-rules
# Written anew when the list of members changes, for instance by PORTS=.
$(BUILD)/$1.list: always
	@mkdir -p $$(@D)
	@printf '%s\n' $2 | cmp -s - $$@ || printf '%s\n' $2 > $$@
$(BUILD)/$1.tar: build/host/mkarchive $(BUILD)/$1.list \
		$(foreach member,$2,$(patsubst @%,%,$(lastword $(subst =, ,$(member)))))
	$$(call note,ARCHIVE)
	$$(Q)build/host/mkarchive $$@ @$(BUILD)/$1.list
endef

program-members = $(foreach name,$1,bin/$(name)=$(BUILD)/stripped/$(name) \
	sym/$(name)=$(BUILD)/symbols/$(name))
root-member = root=$(BUILD)/stripped/$1

MANIFEST := servers/manifest.caplet
MANIFESTC := build/host/manifestc

# $(call manifest,NAME,FILE,IMAGES): build/NAME.bin from a manifest's text. Images that are not in the
# list are errors; an empty list allows all.
manifest = $(eval $(call manifest-rules,$(strip $1),$(strip $2),$(strip $3)))

define manifest-rules
$(BUILD)/$1.bin: $2 $(MANIFESTC)
	$$(call note,MANIFEST)
	@mkdir -p $$(@D)
	$$(Q)$(MANIFESTC) --interfaces "$$(IDL_NAMES)" --images "$3" -o $$@ $$<
endef

# Two real files of the host for the guest to read: a text, and a binary of more than 2 MB.
REAL_TEXT := $(firstword $(wildcard /usr/share/common-licenses/GPL-3) LICENSE)
REAL_BINARY := $(firstword $(wildcard /usr/bin/perl) \
	$(shell find -L /usr/bin -type f -size +2048k 2>/dev/null | sort))
DATA_MEMBERS := data/GPL-3=$(REAL_TEXT) data/binary=$(REAL_BINARY)

# Files of the system that are neither built nor the host's: apps/archive/PATH becomes PATH.
ARCHIVE_FILES := $(foreach file,$(shell find apps/archive -type f | sort),\
	$(file:apps/archive/%=%)=$(file))

# Lists of further members.
ARCHIVE_LISTS :=

wiring: $(MANIFESTC) ## print who may talk to whom (FORMAT=dot for Graphviz)
	$(Q)$(MANIFESTC) --wiring $(or $(FORMAT),text) $(MANIFEST)

.PHONY: wiring
